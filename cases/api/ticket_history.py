"""What happened to a ticket, and how its deadlines were computed."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases.api.clocks import clock_shown
from cases.api.described import EventSerializer, ExplanationSerializer
from cases.api.reader import TICKET_RIGHTS
from cases.api.subjects import SubjectView, not_found
from cases.api.timeline import event_shown
from cases.deadlines.explain import explain
from cases.deadlines.models import Clock
from cases.hotline.history import timeline_of
from cases.hotline.models import Ticket
from cases.journal.models import Event


class TicketTimelineView(SubjectView):
    """The journal of one ticket."""

    rights = TICKET_RIGHTS
    queryset = Event.objects.none()
    serializer_class = EventSerializer
    ordering = "id"
    ordering_fields = ("id",)

    @extend_schema(operation_id="tickets_timeline", responses=EventSerializer(many=True))
    def get(self, request: Any, number: str) -> Response:
        """Answer one page of events of the ticket and its requests, in the order of their writing."""
        ticket = Ticket.objects.visible_to(self.reader.user, self.reader.at).filter(number=number).only("pk").first()
        if ticket is None:
            raise not_found()
        events: Any = self.paginate_queryset(timeline_of(ticket))
        return self.get_paginated_response([event_shown(event) for event in events])


class TicketClockView(SubjectView):
    """How the time limit of a ticket's clock was computed."""

    rights = TICKET_RIGHTS

    @extend_schema(operation_id="tickets_clocks_explain", responses=ExplanationSerializer)
    def get(self, request: Any, number: str, clock_id: int) -> Response:
        """Answer the arithmetic line by line: every period, holiday and pause."""
        ticket = Ticket.objects.visible_to(self.reader.user, self.reader.at).filter(number=number).only("pk").first()
        clocks = Clock.objects.of(ticket).select_related("department") if ticket else Clock.objects.none()
        clock = clocks.filter(pk=clock_id).first()
        if clock is None:
            raise not_found()
        return Response({"clock": clock_shown(clock, self.reader.at), "lines": explain(clock)})
