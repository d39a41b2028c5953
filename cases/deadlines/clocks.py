"""Writes of clocks: start, stop, stand still, go on, extend, compute afresh; inside the engine's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.deadlines.calendars import calendar_for
from cases.deadlines.limits import Limit, LimitUnit, Pause, WorkDayMode, due_at
from cases.deadlines.models import Clock

WARN_SHARE = 4, 5  # yellow from four fifths of the limit (lifecycles, "Clocks")


@dataclass(frozen=True, slots=True)
class Start:
    """What a clock starts with: its limit and the department that holds it."""

    limit: Limit
    department_id: int | None = None


def apply(verb: str, kind: str, *, subject: Any, at: datetime, limit: Start | None = None) -> None:
    """Do what a row of a table says to the clock of that kind. A clock that is not there is not touched."""
    if verb == "start":
        start(kind, subject=subject, at=at, begin=_given(limit))
        return
    running = list(Clock.objects.of(subject).filter(kind=kind, stopped_at=None))
    for clock in running:
        if verb in ("stop", "restart"):
            stop(clock, at=at)
        elif verb == "pause" and clock.paused_since is None:
            clock.paused_since = at
            refresh(clock)
        elif verb == "resume" and clock.paused_since is not None:
            _close_pause(clock, at)
            refresh(clock)
    if verb == "restart":
        start(kind, subject=subject, at=at, begin=_given(limit))


def start(kind: str, *, subject: Any, at: datetime, begin: Start) -> Clock:
    """Start a clock."""
    clock = Clock(
        subject_type=subject._meta.label_lower, subject_id=subject.pk, kind=kind, department_id=begin.department_id,
        started_at=at, limit_value=begin.limit.value, limit_unit=begin.limit.unit,
        work_day_mode=begin.limit.work_day_mode,
    )  # fmt: skip
    compute(clock)
    clock.save(force_insert=True)
    return clock


def stop(clock: Clock, *, at: datetime) -> None:
    """Stop a clock; a pause that lasts ends with it."""
    if clock.paused_since is not None:
        _close_pause(clock, at)
        compute(clock)
    clock.stopped_at = at
    clock.save()


def extend(clock: Clock) -> None:
    """Grant one more of the original limit (handbook §2.5)."""
    clock.extensions += 1
    clock.warned_at = None
    refresh(clock)


def refresh(clock: Clock) -> None:
    """Compute afresh from the facts, and save."""
    compute(clock)
    clock.save()


def limit_of(clock: Clock) -> Limit:
    """Return the whole limit of a clock, extensions included."""
    value = clock.limit_value * (1 + clock.extensions)
    return Limit(value, LimitUnit(clock.limit_unit), WorkDayMode(clock.work_day_mode))


def pauses_of(clock: Clock) -> list[Pause]:
    """Return the pauses of a clock, the lasting one included."""
    closed = [Pause(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in clock.pauses]
    return [*closed, Pause(clock.paused_since)] if clock.paused_since else closed


def compute(clock: Clock) -> None:
    """Set ``due_at`` and ``warn_at`` from start, limit, extensions and pauses."""
    calendar = calendar_for(clock.department_id)
    limit, stops = limit_of(clock), pauses_of(clock)
    clock.due_at = due_at(limit, calendar, clock.started_at, stops)
    part, whole = WARN_SHARE
    share = Limit(limit.value * part / whole, limit.unit, WorkDayMode.HOURS8)
    clock.warn_at = due_at(share, calendar, clock.started_at, stops) if clock.due_at else None
    if clock.warn_at and clock.due_at:
        clock.warn_at = min(clock.warn_at, clock.due_at)


def _close_pause(clock: Clock, at: datetime) -> None:
    if clock.paused_since is not None:
        clock.pauses = [*clock.pauses, [clock.paused_since.isoformat(), at.isoformat()]]
        clock.paused_since = None


def _given(limit: Start | None) -> Start:
    if limit is None:
        raise ValueError("A clock cannot start without a limit.")
    return limit
