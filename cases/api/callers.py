"""``/api/v1/callers/`` and ``…/tickets/{number}/reveal/``: who called, masked; one value in full, on record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import Count
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases.api import ticket_rows
from cases.api.described_ticket import (
    CallerDetailSerializer,
    CallerSerializer,
    RevealedSerializer,
    RevealSerializer,
)
from cases.api.named import when
from cases.api.pages import KeyPages
from cases.api.reader import TICKET_RIGHTS, Reader
from cases.api.subjects import SubjectView, not_found
from cases.api.ticket_filters import like_a_phone
from cases.hotline import identity
from cases.hotline.callers import Caller, with_phones
from cases.hotline.models import Ticket
from cases.hotline.scope import reach
from citygrid.accounts.permissions import Perm
from citygrid.common.prepared import Prepared, filled

LATEST = 20
_CALLERS = Prepared(
    lambda callers: Caller.objects.filter(pk__in=callers).annotate(ticket_count=Count("tickets")).defer("address")
)
_LATEST = Prepared(
    lambda caller, roots, units: (
        Ticket.objects.in_scope(roots, units)
        .filter(caller=caller)
        .order_by("-received_at", "-pk")
        .values_list("pk", flat=True)[:LATEST]
    )
)


def _shown(caller: Caller) -> dict[str, Any]:
    return {
        "id": caller.pk,
        "name": caller.masked_name,
        "gender": caller.gender,
        "phones": [phone.masked for phone in caller.phones.all()],
        "first_seen_at": when(caller.first_seen_at),
        "tickets": caller.ticket_count,  # type: ignore[attr-defined]
    }


class CallerFilters(django_filters.FilterSet):
    """Callers are found by a whole number, on record."""

    phone = django_filters.CharFilter(
        method="of_phone",
        max_length=30,
        required=True,
        validators=[like_a_phone],
        label=gettext_lazy("The whole number; the look-up is recorded."),
    )

    class Meta:
        model = Caller
        fields: list[str] = []

    def of_phone(self, queryset: Any, name: str, value: str) -> Any:
        """Keep who has this number."""
        reader = Reader.of(self.request)
        found = identity.look_up(phone=value, by=reader.user, at=reader.at)
        return queryset.filter(pk__in=[one.pk for one in found])


class CallerView(SubjectView):
    """The hotline's knowledge of callers."""

    rights = (Perm.CALLER_VIEW,)
    queryset = Caller.objects.none()

    def get_queryset(self) -> Any:
        """Return the callers that the reader may know of."""
        return Caller.objects.visible_to(self.reader.user, self.reader.at)

    def rows(self, page: Sequence[Any]) -> list[dict[str, Any]]:
        """Return a page of callers, named by their ``pk``, in its order. Two queries."""
        found = {one.pk: one for one in _CALLERS(callers=filled([one.pk for one in page]))} if page else {}
        with_phones(list(found.values()))
        return [_shown(found[one.pk]) for one in page if one.pk in found]


class CallerListView(CallerView):
    """Callers by number."""

    serializer_class = CallerSerializer
    filterset_class = CallerFilters
    pagination_class = KeyPages
    ordering = "id"
    ordering_fields = ("id",)

    @extend_schema(operation_id="callers_list", responses=CallerSerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer who has a number, masked."""
        found: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.rows(found))


class CallerDetailView(CallerView):
    """One caller with history."""

    @extend_schema(operation_id="callers_retrieve", responses=CallerDetailSerializer)
    def get(self, request: Any, pk: int) -> Response:
        """Answer one caller, masked, with the latest tickets."""
        shown = self.rows(self.get_queryset().only("pk").filter(pk=pk))
        if not shown:
            raise not_found()
        latest = [key for (key,) in _LATEST(caller=pk, **reach(self.reader.acting))]
        rows = ticket_rows.rows_by_key(latest, self.reader)
        return Response({**shown[0], "latest": [rows[key] for key in latest if key in rows]})


class RevealView(SubjectView):
    """One value of a ticket's caller in full."""

    rights = TICKET_RIGHTS

    @extend_schema(operation_id="tickets_reveal", request=RevealSerializer, responses=RevealedSerializer)
    def post(self, request: Any, number: str) -> Response:
        """Answer the name, number or address of who called, for a purpose that is recorded. Never replayed."""
        body = RevealSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given, reader = body.validated_data, self.reader
        value = identity.reveal(
            number=number, field=given["field"], by=reader.user, purpose=given["purpose"], at=reader.at, model=Ticket
        )
        answer = Response({"field": given["field"], "value": value})
        answer["Cache-Control"] = "no-store"
        return answer
