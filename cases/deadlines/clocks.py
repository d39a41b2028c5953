"""Writes of clocks: start, stop, stand still, go on, extend, compute afresh; inside the engine's transaction.

Who changes a clock has changed its subject first, by compare-and-set; so two never change the same clock at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

from cases.deadlines import limits
from cases.deadlines.calendars import calendar_for, one_reading, stamp
from cases.deadlines.limits import Limit, LimitUnit, Pause, WorkDayMode
from cases.deadlines.models import Clock
from citygrid.common.prepared import Prepared

_HUNDREDTH = Decimal("0.01")
_GOING = Prepared(lambda type, id: Clock.objects.filter(subject_type=type, subject_id=id, stopped_at=None))  # noqa: A006
COMPUTED = ("due_at", "warn_at", "calendar_token")


@dataclass(frozen=True, slots=True)
class Start:
    """What a clock starts with: its limit and the department that holds it.

    ``started_at`` is set where the limit does not count from the move, as for an appointment made to the minute.
    """

    limit: Limit
    department_id: int | None = None
    started_at: datetime | None = None


class Rule(Protocol):
    """What a row of a table says to a kind of clock: start, stop, pause, resume, restart or revive."""

    @property
    def verb(self) -> str: ...
    @property
    def kind(self) -> str: ...


def apply_all(rules: Iterable[Rule], *, subject: Any, at: datetime, begin: Callable[[str], Start]) -> None:
    """Do to the clocks of ``subject`` what the rules of a move say, in their order.

    ``begin`` gives limit and holder for a kind that starts. A clock that is not there is not touched. One query reads
    all the clocks concerned, one reads the stamp of the calendar; each clock that changes is one more.
    """
    rules = list(rules)
    told = {rule.kind for rule in rules if rule.verb != "start"}
    with one_reading():
        of = {"type": subject._meta.label_lower, "id": subject.pk}
        going = [clock for clock in _GOING(**of) if clock.kind in told] if told else []
        for rule in rules:
            going = _apply(rule, [clock for clock in going if clock.kind == rule.kind], at) + [
                clock for clock in going if clock.kind != rule.kind
            ]
            if rule.verb in ("start", "restart"):
                going.append(start(rule.kind, subject=subject, at=at, begin=begin(rule.kind)))
            elif rule.verb == "revive":
                going += revive(rule.kind, subject=subject, at=at)


def _apply(rule: Rule, own: list[Clock], at: datetime) -> list[Clock]:
    """Apply a rule to the running clocks of its kind; return those that still run."""
    for clock in own:
        if rule.verb in ("stop", "restart"):
            stop(clock, at=at)
        elif rule.verb == "pause":
            pause(clock, at=at)
        elif rule.verb == "resume":
            resume(clock, at=at)
    return [clock for clock in own if clock.stopped_at is None]


def running(kind: str, *, subject: Any, holder: Any = None) -> list[Clock]:
    """Return the clocks of that kind that are not stopped; with ``holder`` that department's alone."""
    found = Clock.objects.of(subject).filter(kind=kind, stopped_at=None)
    return list(found.filter(department=holder) if holder is not None else found)


def start(kind: str, *, subject: Any, at: datetime, begin: Start) -> Clock:
    """Start a clock. Each department has its own of a kind; a second one beside it is an ``IntegrityError``."""
    clock = Clock(
        subject_type=subject._meta.label_lower, subject_id=subject.pk, kind=kind, department_id=begin.department_id,
        started_at=begin.started_at or at, limit_value=begin.limit.value, limit_unit=begin.limit.unit,
        work_day_mode=begin.limit.work_day_mode,
    )  # fmt: skip
    compute(clock)
    clock.save(force_insert=True)
    return clock


def taken_over(
    kind: str, *, subject: Any, started_at: datetime, due_at: datetime, stopped_at: datetime | None, at: datetime
) -> Clock:
    """Return a clock, not saved yet, whose deadline an older system gave, in plain hours from start to deadline.

    One that was overdue before ``at`` signals nothing any more: that is no news.
    """
    hours = Decimal((due_at - started_at).total_seconds()) / 3600
    return Clock(
        subject_type=subject._meta.label_lower, subject_id=subject.pk, kind=kind, started_at=started_at, due_at=due_at,
        limit_value=max(hours.quantize(_HUNDREDTH), _HUNDREDTH), limit_unit=LimitUnit.URGENT_HOUR,
        stopped_at=stopped_at, overdue_noted_at=at if due_at < at else None, taken_over=True,
    )  # fmt: skip


def stop(clock: Clock, *, at: datetime) -> None:
    """Stop a clock; a pause that lasts ends with it."""
    clock.stopped_at = at = _in_order(clock, at)
    if clock.paused_since is None:
        clock.save(update_fields=["stopped_at"])
    else:
        _end_pause(clock, at)
        compute(clock)
        clock.save(update_fields=["stopped_at", "pauses", "paused_since", *COMPUTED])


def pause(clock: Clock, *, at: datetime) -> None:
    """Let a clock stand still, unless it does already."""
    if clock.paused_since is None:
        clock.paused_since = _in_order(clock, at)
        compute(clock)
        clock.save(update_fields=["paused_since", *COMPUTED])


def resume(clock: Clock, *, at: datetime) -> None:
    """Let a clock go on, if it stands still."""
    if clock.paused_since is not None:
        _end_pause(clock, _in_order(clock, at))
        compute(clock)
        clock.save(update_fields=["pauses", "paused_since", *COMPUTED])


def revive(kind: str, *, subject: Any, at: datetime) -> list[Clock]:
    """Let the latest clock of that kind, which was stopped, go on with what it had left, and return it, if any.

    The time since it was stopped counts as a pause. So undoing what stopped it gives nobody a fresh limit, and takes
    from nobody the time in which there was nothing to do.
    """
    last = Clock.objects.of(subject).filter(kind=kind).order_by("-pk").first()
    if last is None or last.stopped_at is None:
        return []
    last.paused_since, last.stopped_at = last.stopped_at, None
    _end_pause(last, _in_order(last, at))
    compute(last)
    forget_signals(last, at)
    last.save(update_fields=["stopped_at", "pauses", "paused_since", "warned_at", "overdue_noted_at", *COMPUTED])
    return [last]


def extend(clock: Clock, *, at: datetime) -> None:
    """Grant one more of the original limit (handbook §2.5)."""
    clock.extensions += 1
    compute(clock)
    forget_signals(clock, at)
    clock.save(update_fields=["extensions", "warned_at", "overdue_noted_at", *COMPUTED])


def forget_signals(clock: Clock, at: datetime) -> None:
    """Let a clock whose times moved beyond ``at`` warn, and be noted as overdue, once more when they come."""
    if clock.warn_at is None or clock.warn_at >= at:
        clock.warned_at = None
    if clock.due_at is None or clock.due_at >= at:
        clock.overdue_noted_at = None


def limit_of(clock: Clock) -> Limit:
    """Return the whole limit of a clock, extensions included."""
    value = clock.limit_value * (1 + clock.extensions)
    return Limit(value, LimitUnit(clock.limit_unit), WorkDayMode(clock.work_day_mode))


def pauses_of(clock: Clock) -> list[Pause]:
    """Return the pauses of a clock, the lasting one included."""
    closed = [Pause(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in clock.pauses]
    return [*closed, Pause(clock.paused_since)] if clock.paused_since else closed


def compute(clock: Clock) -> None:
    """Set ``due_at`` and ``warn_at`` from start, limit, extensions and pauses; nothing else counts.

    A deadline that was taken over stays as it is.
    """
    with one_reading():
        calendar = calendar_for(clock.department_id)
        clock.calendar_token = stamp().calendar
    if clock.taken_over:
        return
    limit, stops = limit_of(clock), pauses_of(clock)
    clock.due_at = limits.due_at(limit, calendar, clock.started_at, stops)
    clock.warn_at = limits.warn_at(limit, calendar, clock.started_at, stops)


def _in_order(clock: Clock, at: datetime) -> datetime:
    """Return ``at``, but nothing before what the clock knows already.

    Of two who act within the same moment the database says who was first; the later one may have read his time earlier.
    """
    known = [clock.started_at, *(datetime.fromisoformat(end) for _start, end in clock.pauses)]
    return max(at, *known, *([clock.paused_since] if clock.paused_since else []))


def _end_pause(clock: Clock, at: datetime) -> None:
    if clock.paused_since is not None:
        stretch = [moment.astimezone(UTC).isoformat() for moment in (clock.paused_since, at)]
        clock.pauses = [*clock.pauses, stretch]
        clock.paused_since = None
