"""``/api/v1/callbacks/``: the queue of the callback desk. The calls themselves are moves of the ticket."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases.api import ticket_rows, tickets_shown
from cases.api.described_ticket import QueuedSerializer
from cases.api.pages import KeyPages
from cases.api.reader import Reader
from cases.api.references import ticket_named
from cases.api.subjects import SubjectView
from cases.api.ticket_loading import with_attempts
from cases.hotline.callbacks import Callback
from cases.hotline.models import Ticket
from citygrid.accounts.permissions import Perm
from citygrid.common.api.filters import flag_filter
from citygrid.common.prepared import Prepared, filled

_CALLBACKS = Prepared(lambda callbacks: Callback.objects.filter(pk__in=callbacks).select_related("agent"))


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
        if value != "1":
            return queryset
        # Said once, though open=1 says so too: PostgreSQL would take it for two reasons to expect few.
        still = queryset if self.data.get("open") == "1" else queryset.filter(ended_at=None)
        waiting = Ticket.objects.visible_to(reader.user, reader.at).to_be_called_by(reader.acting)
        return still.filter(ticket__in=waiting.values("pk"))


class CallbackListView(SubjectView):
    """Callbacks of the tickets that the reader sees."""

    rights = (Perm.TICKET_VIEW,)
    queryset = Callback.objects.none()
    serializer_class = QueuedSerializer
    filterset_class = CallbackFilters
    pagination_class = KeyPages
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
        return self.get_paginated_response(self.rows([one.pk for one in page]))

    def rows(self, keys: list[int]) -> list[dict[str, Any]]:
        """Return the callbacks with their tickets, in the order of their keys. Four queries."""
        loaded = {one.pk: one for one in _CALLBACKS(callbacks=filled(keys))} if keys else {}
        with_attempts(loaded.values())
        found = [loaded[key] for key in keys if key in loaded]
        tickets = ticket_rows.rows_by_key([one.ticket_id for one in found], self.reader)
        return [
            {**tickets_shown.callback(one), "ticket": tickets[one.ticket_id]} for one in found
            if one.ticket_id in tickets
        ]  # fmt: skip
