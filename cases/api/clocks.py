"""Clocks of a case, and ``…/clocks/{id}/explain/``: the arithmetic of a deadline."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases.api import named
from cases.api.described import ExplanationSerializer
from cases.api.named import when
from cases.api.subjects import SubjectView, not_found
from cases.casework.models import Case
from cases.casework.urgency import SUBJECT_TYPE
from cases.deadlines.explain import explain
from cases.deadlines.lamps import lamp_of
from cases.deadlines.models import Clock


def clocks_of(keys: Iterable[int]) -> Any:
    """Return the clocks of the cases with these keys, in the order in which they were started."""
    return Clock.objects.filter(subject_type=SUBJECT_TYPE, subject_id__in=keys).order_by("pk")


def clock_shown(clock: Clock, at: datetime) -> dict[str, Any]:
    """Return a clock."""
    return {
        "id": clock.pk,
        "kind": clock.kind,
        "holder": named.department(clock.department),
        "started_at": when(clock.started_at),
        "limit": {"value": float(clock.limit_value), "unit": clock.limit_unit},
        "extensions": clock.extensions,
        "due_at": when(clock.due_at),
        "warn_at": when(clock.warn_at),
        "lamp": lamp_of(clock, at),
        "paused": clock.paused_since is not None,
        "paused_since": when(clock.paused_since),
        "stopped_at": when(clock.stopped_at),
        "overdue": clock.overdue(at),
        "exempt": clock.exempt,
        "taken_over": clock.taken_over,
    }


class ClockExplainView(SubjectView):
    """How the time limit of a clock was computed."""

    @extend_schema(operation_id="cases_clocks_explain", responses=ExplanationSerializer)
    def get(self, request: Any, number: str, clock_id: int) -> Response:
        """Answer the arithmetic line by line: every working period, holiday, pause and extension."""
        case = Case.objects.visible_to(self.reader.user, self.reader.at).filter(number=number).only("pk").first()
        clock = clocks_of([case.pk]).filter(pk=clock_id).select_related("department").first() if case else None
        if clock is None:
            raise not_found()
        return Response({"clock": clock_shown(clock, self.reader.at), "lines": explain(clock)})
