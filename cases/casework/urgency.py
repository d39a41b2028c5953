"""How urgent a case is: lamps and dues of its running clocks, asked of the database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Self

from django.db import models
from django.db.models import Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from cases.casework.waiting import waits_for
from cases.deadlines.lamps import Lamp
from cases.deadlines.models import Clock
from cases.workflow.people import Acting

NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # stands for "no clock is running", so that an ordering has no null
SUBJECT_TYPE = "cases.case"


def running() -> Any:
    """Return the running clocks of cases."""
    return Clock.objects.running().filter(subject_type=SUBJECT_TYPE)


class Urgency(models.QuerySet[Any]):
    """Reads of cases by how urgent they are and for whom they wait."""

    def waiting_for(self, acting: Acting) -> Self:
        """Keep the cases whose next move is this person's."""
        return self.filter(waits_for(acting))

    def lit(self, lamp: str, at: datetime) -> Self:
        """Keep the cases whose worst running clock shows ``lamp``."""
        over = Q(pk__in=_cases(running().filter(due_at__lt=at)))
        warned = Q(pk__in=_cases(running().filter(warn_at__lt=at)))
        if lamp == Lamp.RED:
            return self.filter(over)
        if lamp == Lamp.YELLOW:
            return self.filter(warned & ~over)
        return self.filter(Q(pk__in=_cases(running())) & ~warned & ~over)

    def with_next_due(self) -> Self:
        """Annotate ``next_due``: when the first running clock runs out; :data:`NEVER` where none does."""
        own = running().filter(subject_id=OuterRef("pk")).order_by().values("subject_id")
        first = Subquery(own.annotate(first=Min("due_at")).values("first"))
        never = Value(NEVER, output_field=models.DateTimeField())
        return self.annotate(next_due=Coalesce(first, never, output_field=models.DateTimeField()))

    def most_urgent_first(self) -> Self:
        """Order by the first clock that runs out; annotates ``next_due``."""
        return self.with_next_due().order_by("next_due", "pk")


def _cases(clocks: Any) -> Any:
    return clocks.order_by().values("subject_id")
