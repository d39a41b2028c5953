"""``/api/v1/whistles/``: draft, find, watch, and move whistles."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import django_filters
from django.db import transaction
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from cases.api import whistles_shown as shown
from cases.api.described import EventSerializer, MoveSerializer
from cases.api.described_whistle import (
    BoardSerializer,
    NewWhistleSerializer,
    WhistleRowSerializer,
    WhistleSerializer,
)
from cases.api.reader import Reader
from cases.api.references import case_named, position_of, referred
from cases.api.subjects import Shown, SubjectDetail, SubjectList, SubjectMove, SubjectView, not_found
from cases.api.timeline import event_shown
from cases.journal.models import Event
from cases.ties import join_ticket
from cases.whistles.kinds import WhistleKind
from cases.whistles.models import Whistle
from cases.whistles.services import draft_whistle, prepare
from cases.whistles.states import OPEN, WhistleState
from cases.whistles.timeline import timeline_of
from citygrid.accounts.permissions import Perm
from citygrid.common.api.filters import flag_filter, known_code, no_such
from citygrid.common.api.refusals import Malformed
from citygrid.common.errors import Invalid
from citygrid.common.idempotency import IdempotentMixin
from gridmap.areas.models import Area, Level
from gridmap.departments.models import Department

# Whoever whistles, reviews or supervises; and the departments that can be called.
WHISTLE_RIGHTS = (Perm.WHISTLE_VIEW, Perm.CASE_VIEW_DEPARTMENT)
WHISTLES = Shown(
    Whistle, "number", rows=shown.whistle_rows, detail=shown.whistle_detail, load=shown.load_whistle,
    joined=lambda whistles: whistles.select_related(*shown.ROW_JOINS),
).register()  # fmt: skip


def whistle_named(number: str, request: Any, field: str) -> int:
    """Return the key of the whistle with that number. Raises ``Malformed`` for one that the reader does not see."""
    reader = Reader.of(request)
    seen = Whistle.objects.visible_to(reader.user, reader.at).filter(number=number)
    key: int | None = seen.values_list("pk", flat=True).first()
    if key is None:
        fault = no_such(number, "whistles")
        raise Malformed(fault, fields={field: [fault]})
    return key


class WhistleFilters(django_filters.FilterSet):
    """Narrow a list of whistles."""

    state = django_filters.MultipleChoiceFilter(
        choices=WhistleState.choices, label=gettext_lazy("State; may be repeated.")
    )
    kind = django_filters.CharFilter(
        field_name="kind__code", max_length=20, validators=[known_code("whistle-kinds", WhistleKind)],
        label=gettext_lazy("Code of the kind."),
    )  # fmt: skip
    street = django_filters.CharFilter(
        field_name="area__code", max_length=40, validators=[known_code("areas", Area)], label=gettext_lazy("Code.")
    )
    department = django_filters.CharFilter(
        method="of_department", max_length=40, validators=[known_code("departments", Department)],
        label=gettext_lazy("Code of a department that is called."),
    )  # fmt: skip
    case = django_filters.CharFilter(method="of_case", max_length=24, label=gettext_lazy("Number of a case."))
    open = flag_filter(method="not_ended", label=gettext_lazy("1 keeps the whistles that are not at an end."))
    mine = flag_filter(method="waits_for_me", label=gettext_lazy("1 keeps the whistles whose next move is yours."))

    class Meta:
        model = Whistle
        fields: list[str] = []

    def of_department(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the whistles that call a department."""
        return queryset.filter(pk__in=Whistle.objects.filter(report_ins__department__code=value).values("pk"))

    def of_case(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the whistles that a case is a source of."""
        key = case_named(value, self.request, name)
        found = Whistle.objects.filter(sources__subject_type="cases.case", sources__subject_id=key)
        return queryset.filter(pk__in=found.values("pk"))

    def not_ended(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what is open."""
        return queryset.filter(state__in=OPEN) if value == "1" else queryset

    def waits_for_me(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the reader's own work."""
        return queryset.waiting_for(self.request.reader.acting) if value == "1" else queryset


class WhistleListView(IdempotentMixin, SubjectList):
    """Whistles of one's areas and departments."""

    shown = WHISTLES
    rights = WHISTLE_RIGHTS
    queryset = Whistle.objects.none()
    serializer_class = WhistleRowSerializer
    filterset_class = WhistleFilters
    ordering = "-drafted_at"
    ordering_fields = ("drafted_at", "number")

    @extend_schema(operation_id="whistles_list", responses=WhistleRowSerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer one page of whistles."""
        return self.page()

    @extend_schema(
        operation_id="whistles_create",
        request=NewWhistleSerializer,
        responses={
            201: WhistleSerializer,
            200: OpenApiResponse(
                WhistleSerializer, description="The whistle that this client_request_id drafted before."
            ),
        },
    )
    def post(self, request: Any) -> Response:
        """Draft a whistle; with calls and why_not_alone it is judged in the same request."""
        body = NewWhistleSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given, reader = body.validated_data, self.reader
        calls = [
            (referred("calls", "whistle-departments", call["department"], reader), call["asked"])
            for call in given.get("calls", [])
        ]
        tickets = [referred("tickets", "tickets", number, reader) for number in given.get("tickets", [])]
        with transaction.atomic():
            whistle = draft_whistle(
                description=given["description"], street=self._street(given.get("street")), position=position_of(given),
                address=given["address"], sources=[dict(source) for source in given.get("sources", [])],
                cases=[referred("cases", "cases", number, reader) for number in given.get("cases", [])],
                client_request_id=given["client_request_id"], by=reader.user, at=reader.at,
            )  # fmt: skip
            fresh = whistle.drafted_at == reader.at
            for ticket in tickets if fresh else ():
                join_ticket(whistle=whistle, ticket=ticket, by=reader.user, at=reader.at)
            if fresh and (calls or given["why_not_alone"]):
                prepare(
                    whistle=whistle, why_not_alone=given["why_not_alone"], calls=calls, by=reader.user, at=reader.at
                )
        return Response(self.shown.find(reader, pk=whistle.pk), status=201 if fresh else 200)

    def _street(self, code: str | None) -> Area | None:
        if not code:
            return None
        found = Area.objects.visible_to(self.reader.user, self.reader.at).filter(code=code, level=Level.STREET).first()
        if found is None:
            fault = no_such(code, "areas")
            raise Invalid(fault, fields={"street": [fault]})
        return found


class WhistleDetailView(SubjectDetail):
    """One whistle."""

    shown = WHISTLES
    rights = WHISTLE_RIGHTS
    queryset = Whistle.objects.none()

    @extend_schema(operation_id="whistles_retrieve", responses=WhistleSerializer)
    def get(self, request: Any, number: str) -> Response:
        """Answer one whistle with its report-ins, their clocks, and what you can do with it."""
        return self.show(number)


class WhistleMoveView(SubjectMove):
    """A move of one whistle."""

    shown = WHISTLES
    rights = WHISTLE_RIGHTS
    queryset = Whistle.objects.none()

    @extend_schema(operation_id="whistles_move", request=MoveSerializer, responses=WhistleSerializer)
    def post(self, request: Any, number: str, name: str) -> Response:
        """Make a move; the body holds the inputs that the action names. Answers the fresh whistle."""
        return self.move(number, name)


class BoardView(SubjectView):
    """The board of one whistle."""

    shown = WHISTLES
    rights = WHISTLE_RIGHTS
    queryset = Whistle.objects.none()

    @extend_schema(
        operation_id="whistles_board",
        responses={200: BoardSerializer, 304: OpenApiResponse(description="Nothing changed since If-None-Match.")},
    )
    def get(self, request: Any, number: str) -> Any:
        """Answer who is called, has signed, has arrived, is late. Ask again with If-None-Match: it is cheap."""
        reader = self.reader
        whistle = Whistle.objects.visible_to(reader.user, reader.at).filter(number=number).first()
        if whistle is None:
            raise not_found()
        board = shown.board(whistle, reader)
        packed = json.dumps(board, ensure_ascii=False, sort_keys=True).encode()
        etag = f'"{hashlib.sha256(packed).hexdigest()[:32]}"'
        response = Response(board, headers={"ETag": etag, "Cache-Control": "private, no-cache"})
        return get_conditional_response(request._request, etag=etag, response=response) or response


class WhistleTimelineView(SubjectView):
    """The journal of one whistle."""

    rights = WHISTLE_RIGHTS
    queryset = Event.objects.none()
    serializer_class = EventSerializer
    ordering = "id"
    ordering_fields = ("id",)

    @extend_schema(operation_id="whistles_timeline", responses=EventSerializer(many=True))
    def get(self, request: Any, number: str) -> Response:
        """Answer one page of events of the whistle and its report-ins, in the order of their writing."""
        whistle = Whistle.objects.visible_to(self.reader.user, self.reader.at).filter(number=number).first()
        if whistle is None:
            raise not_found()
        events: Any = self.paginate_queryset(timeline_of(whistle))
        return self.get_paginated_response([event_shown(event) for event in events])
