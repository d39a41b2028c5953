"""``/api/v1/callbacks/``: the queue of the callback desk. The calls themselves are moves of the ticket."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases.api import tickets_shown
from cases.api.described_ticket import QueuedSerializer
from cases.api.reader import Reader
from cases.api.references import ticket_named
from cases.api.subjects import SubjectView
from cases.hotline.callbacks import Callback, CallbackAttempt
from cases.hotline.models import Ticket
from citygrid.accounts.permissions import Perm
from citygrid.common.api.filters import flag_filter


class CallbackFilters(django_filters.FilterSet):
    """Narrow the queue."""

    open = flag_filter(method="still_open", label=gettext_lazy("1 keeps those still to be made, 0 those that ended."))
    mine = flag_filter(method="waits_for_me", label=gettext_lazy("1 keeps those that you may make."))
    ticket = django_filters.CharFilter(method="about", max_length=24, label=gettext_lazy("Number of a ticket."))

    class Meta:
        model = Callback
        fields: list[str] = []

    def about(self, queryset: Any, name: str, value: str) -> Any:
        """Keep those of one ticket."""
        return queryset.filter(ticket=ticket_named(value, self.request, name))

    def still_open(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what is still to be made, or what ended."""
        return queryset.filter(ended_at__isnull=value == "1")

    def waits_for_me(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what the reader may do."""
        reader = Reader.of(self.request)
        waiting = Ticket.objects.visible_to(reader.user, reader.at).to_call_back().waiting_for(reader.acting)
        return queryset.filter(ended_at=None, ticket__in=waiting.order_by().values("pk")) if value == "1" else queryset


class CallbackListView(SubjectView):
    """Callbacks of the tickets that the reader sees."""

    rights = (Perm.TICKET_VIEW,)
    queryset = Callback.objects.none()
    serializer_class = QueuedSerializer
    filterset_class = CallbackFilters
    ordering = "asked_for_at"
    ordering_fields = ("asked_for_at",)

    def get_queryset(self) -> Any:
        """Return the callbacks alone: which of them a page holds is found out before anything is joined."""
        tickets = Ticket.objects.visible_to(self.reader.user, self.reader.at)
        return Callback.objects.filter(ticket__in=tickets.values("pk"))

    @extend_schema(operation_id="callbacks_list", responses=QueuedSerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer one page of callbacks, the longest waiting first."""
        page: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        joins = [f"ticket__{name}" for name in tickets_shown.ROW_JOINS]
        attempts = Prefetch("attempts", CallbackAttempt.objects.select_related("by").order_by("pk"))
        whole = Callback.objects.select_related("agent", *joins).prefetch_related(attempts)
        loaded = whole.in_bulk([one.pk for one in page])
        found = [loaded[one.pk] for one in page]
        tickets = tickets_shown.rows([one.ticket for one in found], self.reader)
        shown = [{**tickets_shown.callback(one), "ticket": row} for one, row in zip(found, tickets, strict=True)]
        return self.get_paginated_response(shown)
