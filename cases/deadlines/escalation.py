"""The escalation scan: says once that a clock turned yellow, and once that its limit has passed.

It reads, by index, what became due since the last scan, never all that is open. Each signal is a journal event of the
clock's subject, claimed by compare-and-set: several scanners at once, or one that was killed and began again, never say
it twice. A clock that stands still says nothing until it goes on.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from cases.deadlines.clocks import limit_of
from cases.deadlines.models import Clock
from cases.deadlines.recompute import recompute_open, subjects_of
from citygrid.common import facts
from citygrid.common.errors import Busy

LIMIT = 1000  # signals of a kind in one scan
CHUNK = 50  # signals in one transaction
ROUNDS = 50  # scans in one run of the periodic job; the next minute goes on


@dataclass(slots=True)
class Found:
    """How many signals a scan gave."""

    warned: int = 0
    overdue: int = 0

    def __bool__(self) -> bool:
        return bool(self.warned or self.overdue)


def scan(*, at: datetime, limit: int = LIMIT) -> Found:
    """Give at most ``limit`` signals of each kind. A limit that passed unwarned is overdue and no longer a warning."""
    return Found(
        overdue=_signal("clock.overdue", Clock.objects.to_note(at).order_by("due_at"), at, limit),
        warned=_signal("clock.warned", Clock.objects.to_warn(at).order_by("warn_at"), at, limit),
    )


def run(at: datetime) -> Found:
    """Do the periodic job: bring clocks up to date with the calendar, then scan until nothing is left."""
    recompute_open(at=at)
    total = Found()
    for _round in range(ROUNDS):
        if not (found := scan(at=at)):
            break
        total = Found(total.warned + found.warned, total.overdue + found.overdue)
    return total


def _signal(kind: str, due: Any, at: datetime, limit: int) -> int:
    # In the order of the subjects' type and key, so that two scanners never wait for each other crosswise.
    rows = sorted(due.select_related("department")[:limit], key=lambda c: (c.subject_type, c.subject_id, c.pk))
    given = 0
    for start in range(0, len(rows), CHUNK):
        # A move that wants the same chain goes first: the next scan finds these again.
        with suppress(Busy), transaction.atomic():
            given += _claim(kind, rows[start : start + CHUNK], at)
    return given


def _claim(kind: str, chunk: list[Clock], at: datetime) -> int:
    still = Clock.objects.running()
    claimed = []
    for clock in chunk:
        if kind == "clock.overdue":
            mine = still.filter(pk=clock.pk, overdue_noted_at=None, due_at=clock.due_at)
            done = mine.update(overdue_noted_at=at, warned_at=clock.warned_at or at)
        else:
            done = still.filter(pk=clock.pk, warned_at=None, warn_at=clock.warn_at).update(warned_at=at)
        if done:
            claimed.append(clock)
    subjects = subjects_of(claimed)
    for clock in claimed:
        facts.record(
            kind, subjects[clock.subject_type, clock.subject_id], at=at, clock=clock.kind, clock_id=clock.pk,
            department=clock.department.code if clock.department else None, due_at=clock.due_at,
            limit=f"{limit_of(clock).value.normalize():f}", unit=str(clock.limit_unit),
        )  # fmt: skip
    return len(claimed)
