"""``/api/v1/calls/``: a call as the intake screen takes it: logged, linked and moved in one, all or none."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers as s
from rest_framework.response import Response

from cases.api.described_ticket import NewTicketSerializer, TicketSerializer
from cases.api.reader import TICKET_RIGHTS
from cases.api.references import referred
from cases.api.subjects import SubjectView
from cases.api.tickets import TICKETS, told_in
from cases.hotline.intake import GIVEN, Step, take_call
from cases.hotline.models import Ticket
from cases.hotline.states import OtherChannel
from citygrid.common.idempotency import IdempotentMixin

STEPS = [(step.value, step.label) for step in Step if step != Step.URGE]


class CallSerializer(NewTicketSerializer):
    """A demand to be logged, and the first move on it with its inputs."""

    step = s.ChoiceField(choices=STEPS, default=Step.KEEP, help_text="What happens right after logging.")
    target = s.CharField(
        required=False, allow_blank=True, max_length=24, default="",
        help_text="Number of an earlier ticket about the same matter, to which this one is linked first.",
    )  # fmt: skip
    unit = s.CharField(required=False, max_length=40, help_text="To dispatch: code of /api/v1/units/.")
    answer = s.CharField(required=False, max_length=4000, help_text="To answer at once.")
    other_channel = s.ChoiceField(choices=OtherChannel.choices, required=False, help_text="To refer.")
    advice = s.CharField(required=False, max_length=4000, help_text="To refer: what the caller is told.")


class CallView(IdempotentMixin, SubjectView):
    """Calls taken at the hotline."""

    rights = TICKET_RIGHTS
    queryset = Ticket.objects.none()

    @extend_schema(
        operation_id="calls_create",
        request=CallSerializer,
        responses={
            201: TicketSerializer,
            200: OpenApiResponse(TicketSerializer, description="The ticket that this client_request_id logged before."),
        },
    )
    def post(self, request: Any) -> Response:
        """Log a demand, link it and make the first move; when one of them is refused, nothing is kept."""
        body = CallSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given, reader = dict(body.validated_data), self.reader
        step, number = given.pop("step"), given.pop("target")
        target = referred("target", "tickets", number, reader) if number else None
        inputs = {name: given.pop(name) for name in ("unit", "answer", "other_channel", "advice") if name in given}
        if given["level"] and step == Step.DISPATCH:
            inputs["level"] = given["level"]
        wanted = {name: value for name, value in inputs.items() if name in GIVEN.get(Step(step), ())}
        ticket = take_call(
            by=reader.user, at=reader.at, step=step, given=wanted, target=target, **told_in(given, reader)
        )  # fmt: skip
        fresh = ticket.received_at == reader.at
        return Response(TICKETS.find(reader, pk=ticket.pk), status=201 if fresh else 200)
