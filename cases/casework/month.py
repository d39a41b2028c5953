"""What a grid worker did in the month that runs: reports, how many were right, and tasks done in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q
from django.utils import timezone

from cases.casework.models import Case
from cases.casework.states import State
from cases.fieldwork.models import FieldTask
from cases.fieldwork.states import TaskState

# Filed, or filed and cancelled afterwards (有效上报, handbook §5.1), or mended on the spot, which needs no filing. One
# merged into another is left out of the share: it says nothing about whether the worker saw rightly.
_VALID = (Q(condition__isnull=False) | Q(self_handled=True)) & ~Q(state=State.MERGED)
_INVALID = Q(state__in=[State.DECLINED, State.NOT_FILED]) | Q(state=State.CANCELLED) & ~_VALID
_IN_TIME = Q(state=TaskState.DONE) & (Q(due_at=None) | Q(done_at__lte=F("due_at")))


@dataclass(frozen=True, slots=True)
class Month:
    """Counts since midnight of the first of the month in Shanghai.

    ``valid`` is to be read against ``judged``: a report that nobody decided on yet is no fault of the worker (§5.2
    divides by all reports, which is the same once the month is over).
    """

    reports: int
    judged: int
    valid: int
    tasks: int
    in_time: int


def month_of(person: Any, at: datetime) -> Month:
    """Count one person's reports, and the tasks given to the person that are done or expired. Two queries."""
    begin = timezone.localtime(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    mine = Case.objects.filter(reporter=person.pk, reported_at__gte=begin, reported_at__lte=at)
    cases = mine.aggregate(reports=Count("pk"), valid=Count("pk", filter=_VALID), invalid=Count("pk", filter=_INVALID))
    tasks = FieldTask.objects.filter(
        assignee=person.pk, assigned_at__gte=begin, assigned_at__lte=at, state__in=[TaskState.DONE, TaskState.EXPIRED]
    ).aggregate(ended=Count("pk"), in_time=Count("pk", filter=_IN_TIME))
    return Month(
        reports=cases["reports"], judged=cases["valid"] + cases["invalid"], valid=cases["valid"],
        tasks=tasks["ended"], in_time=tasks["in_time"],
    )  # fmt: skip
