"""``/api/v1/tickets/``: log, find, look at, and move tickets."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from cases.api import ticket_rows, tickets_shown
from cases.api.described import MoveSerializer
from cases.api.described_ticket import NewTicketSerializer, TicketRowSerializer, TicketSerializer
from cases.api.pages import KeyPages
from cases.api.reader import TICKET_RIGHTS, Reader
from cases.api.subjects import Shown, SubjectDetail, SubjectList, SubjectMove
from cases.api.ticket_filters import TicketFilters
from cases.api.ticket_loading import load
from cases.hotline.models import Ticket
from cases.hotline.reference import DemandType, TicketCategory
from cases.hotline.services import CallerTold, log_ticket
from cases.workflow.inputs import RESOLVERS
from citygrid.common.api.filters import no_such
from citygrid.common.errors import Invalid
from citygrid.common.idempotency import IdempotentMixin
from citygrid.common.prepared import Prepared
from gridmap.areas.models import Area

TICKETS = Shown(
    Ticket, "number", rows=ticket_rows.rows, detail=tickets_shown.detail, load=load, joined=lambda tickets: tickets
).register()

_BY_CODE: dict[Any, Prepared] = {
    DemandType: Prepared(lambda code: DemandType.objects.filter(code=code)),
    TicketCategory: Prepared(lambda code: TicketCategory.objects.filter(code=code)),
}


class TicketListView(IdempotentMixin, SubjectList):
    """Tickets of one's areas and units."""

    shown = TICKETS
    rights = TICKET_RIGHTS
    queryset = Ticket.objects.none()
    serializer_class = TicketRowSerializer
    filterset_class = TicketFilters
    pagination_class = KeyPages
    ordering = "-received_at"
    ordering_fields = ("received_at", "number")

    @extend_schema(operation_id="tickets_list", responses=TicketRowSerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer one page of tickets."""
        return self.page()

    @extend_schema(
        operation_id="tickets_create",
        request=NewTicketSerializer,
        responses={
            201: TicketSerializer,
            200: OpenApiResponse(TicketSerializer, description="The ticket that this client_request_id logged before."),
        },
    )
    def post(self, request: Any) -> Response:
        """Log a demand. Without a name and number, or with anonymous, nobody can be called back."""
        body = NewTicketSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given, reader = dict(body.validated_data), self.reader
        ticket = log_ticket(**told_in(given, reader), by=reader.user, at=reader.at)
        fresh = ticket.received_at == reader.at
        return Response(self.shown.find(reader, pk=ticket.pk), status=201 if fresh else 200)


class TicketDetailView(SubjectDetail):
    """One ticket."""

    shown = TICKETS
    rights = TICKET_RIGHTS
    queryset = Ticket.objects.none()

    @extend_schema(operation_id="tickets_retrieve", responses=TicketSerializer)
    def get(self, request: Any, number: str) -> Response:
        """Answer one ticket with its rounds, its clocks, its callbacks, and what you can do with it."""
        return self.show(number)


class TicketMoveView(SubjectMove):
    """A move of one ticket."""

    shown = TICKETS
    rights = TICKET_RIGHTS
    queryset = Ticket.objects.none()

    @extend_schema(operation_id="tickets_move", request=MoveSerializer, responses=TicketSerializer)
    def post(self, request: Any, number: str, name: str) -> Response:
        """Make a move; the body holds the inputs that the action names. Answers the fresh ticket."""
        return self.move(number, name)


def told_in(given: dict[str, Any], reader: Reader) -> dict[str, Any]:
    """Return what a body tells as :func:`cases.hotline.services.log_ticket` takes it. Raises ``Invalid``."""
    told = CallerTold(
        name=given.pop("caller_name"), phone=given.pop("caller_phone"), gender=given.pop("caller_gender"),
        address=given.pop("caller_address"), other_phones=given.pop("other_phones", []),
    )  # fmt: skip
    given["demand_type"] = entry_named("demand_type", "demand-types", DemandType, given["demand_type"])
    if category := given.pop("category", ""):
        given["category"] = entry_named("category", "ticket-categories", TicketCategory, category)
    return given | {"caller": told, "area": area_named(given.pop("area", ""), reader)}


def entry_named(field: str, listed: str, model: Any, code: str) -> Any:
    """Return the entry of a list with that code. Raises ``Invalid`` naming the list."""
    found = _BY_CODE[model](code=code)
    if not found:
        fault = no_such(code, listed)
        raise Invalid(fault, fields={field: [fault]})
    return found[0]


def area_named(code: str, reader: Reader) -> Area | None:
    """Return the area of one's own with that code, ``None`` for no code. Raises ``Invalid`` naming the list."""
    found: Area | None = RESOLVERS["areas"](code, reader.user, reader.at) if code else None
    if code and found is None:
        fault = no_such(code, "areas")
        raise Invalid(fault, fields={"area": [fault]})
    return found
