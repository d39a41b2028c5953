"""Report-ins as rows of a board or a worklist: the state, the lamp, what remains, the points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cases.deadlines.lamps import lamp_of
from cases.deadlines.models import Clock
from cases.web.words import left
from cases.whistles.kinds import ClockKind
from cases.whistles.models import Whistle
from cases.whistles.report_ins import ReportIn
from cases.workflow.people import Acting
from citygrid.accounts.permissions import Perm

JOINS = ("department", "whistle__kind", "whistle__area", "whistle__lead_department", "call", "rating")


@dataclass(frozen=True, slots=True)
class Row:
    """A report-in with the clock that runs out first."""

    one: ReportIn
    clock: Clock | None
    lamp: str
    left: str
    late: bool

    @property
    def is_lead(self) -> bool:
        """Whether it is the lead department's."""
        return self.one.department_id == self.one.whistle.lead_department_id

    @property
    def what(self) -> Any:
        """What the department has to do by then."""
        return ClockKind(self.clock.kind).label if self.clock else ""


def works_on_whistles(acting: Acting) -> bool:
    """Whether one of the posts has to do with whistles."""
    return acting.holds(Perm.WHISTLE_VIEW) or acting.holds(Perm.CASE_VIEW_DEPARTMENT)


def rows_of(whistle: Whistle | None, acting: Acting, *, mine: bool = False) -> list[Row]:
    """Return the report-ins of a whistle, or with ``mine`` those that wait for the person. Two queries."""
    found = ReportIn.objects.visible_to(acting.user, acting.at).select_related(*JOINS)
    found = found.waiting_for(acting) if mine else found.filter(whistle=whistle)
    reports = list(found.order_by("pk"))
    clocks: dict[int, list[Clock]] = {}
    for clock in Clock.objects.filter(subject_type="cases.reportin", subject_id__in=[one.pk for one in reports]):
        clocks.setdefault(clock.subject_id, []).append(clock)
    return [_row(one, clocks.get(one.pk, []), acting) for one in reports]


def row_of(one: ReportIn, acting: Acting) -> Row:
    """Return one report-in as a row."""
    return _row(one, list(Clock.objects.of(one)), acting)


def _row(one: ReportIn, clocks: list[Clock], acting: Acting) -> Row:
    running = [clock for clock in clocks if clock.stopped_at is None and clock.due_at is not None]
    first = min(running, key=lambda clock: (clock.due_at, clock.pk), default=None)
    late = any(clock.overdue(acting.at) for clock in clocks)
    if first is None or first.due_at is None:
        return Row(one, None, "", "", late)
    return Row(one, first, str(lamp_of(first, acting.at) or ""), left(first.due_at, acting.at), late)
