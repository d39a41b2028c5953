"""Limits and the deadlines they give: four units, two readings of the working day, pauses as intervals. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from cases.deadlines.worktime import HORIZON_DAYS, ZERO, WorkCalendar

WARN_SHARE = Fraction(4, 5)  # yellow from four fifths of the limit (handbook §2.3)
HOURS_PER_WORK_DAY = 8  # 工作日 = 8 working hours, whatever the season's timetable (handbook §2.6)


class LimitUnit(TextChoices):
    """Units of a time limit (handbook §2.6)."""

    MINUTE = "minute", _("minutes")  # the plain clock too, where hours are too coarse
    URGENT_HOUR = "urgent_hour", _("urgent hours")  # 紧急工作时: the plain clock, nights and holidays included
    WORK_HOUR = "work_hour", _("working hours")  # 工作时
    WORK_DAY = "work_day", _("working days")  # 工作日
    NATURAL_DAY = "natural_day", _("calendar days")  # 自然日: 24 hours each


class WorkDayMode(TextChoices):
    """The two readings of a limit in working days, a setting of the city."""

    HOURS8 = "hours8", _("eight working hours each")
    END_OF_DAY = "end_of_day", _("until the end of the last working day, the day of the start not counted")


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch during which a clock stands still, half-open; ``end`` is ``None`` while it lasts."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """So many units of time."""

    value: Decimal
    unit: LimitUnit
    work_day_mode: WorkDayMode = WorkDayMode.HOURS8

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a limit of nothing."""
        if self.value <= 0:
            raise ValueError("A time limit must be greater than zero.")

    @property
    def counts_work(self) -> bool:
        """Whether only working time counts."""
        return self.unit in (LimitUnit.WORK_HOUR, LimitUnit.WORK_DAY)

    @property
    def counts_day_ends(self) -> bool:
        """Whether the limit is a number of ends of working days."""
        return self.unit == LimitUnit.WORK_DAY and self.work_day_mode == WorkDayMode.END_OF_DAY

    @property
    def duration(self) -> timedelta:
        """The length, in plain or in working time by :attr:`counts_work`."""
        minutes = {LimitUnit.MINUTE: 1, LimitUnit.NATURAL_DAY: 24 * 60, LimitUnit.WORK_DAY: HOURS_PER_WORK_DAY * 60}
        return timedelta(microseconds=int(self.value * minutes.get(self.unit, 60) * 60_000_000))

    @property
    def day_ends(self) -> int:
        """How many ends of working days it waits for, where :attr:`counts_day_ends`; a part of a day is a day."""
        return int(self.value.to_integral_value(ROUND_CEILING))

    @property
    def words(self) -> str:
        """The limit as people read it."""
        return str(_("%(value)s %(unit)s") % {"value": f"{self.value.normalize():f}", "unit": self.unit.label})


def merged(pauses: Iterable[Pause]) -> list[Pause]:
    """Return the pauses in order, those that touch or overlap joined; a lasting one swallows all after it."""
    result: list[Pause] = []
    for pause in sorted(pauses, key=lambda p: p.start):
        if pause.end is not None and pause.end <= pause.start:
            continue
        last = result[-1] if result else None
        if last is None or (last.end is not None and pause.start > last.end):
            result.append(pause)
        elif last.end is not None:
            result[-1] = Pause(last.start, None if pause.end is None else max(last.end, pause.end))
    return result


def elapsed(limit: Limit, calendar: WorkCalendar, start: datetime, end: datetime) -> timedelta:
    """Return the time from ``start`` to ``end`` as the limit's own clock counts it, without pauses."""
    if limit.counts_work:
        return calendar.between(start, end)
    return max(end - start, ZERO)


def used(
    limit: Limit, calendar: WorkCalendar, start: datetime, at: datetime, pauses: Sequence[Pause] = ()
) -> timedelta:
    """Return how much of the limit is used up at ``at``: the time since ``start`` without the pauses."""
    total = elapsed(limit, calendar, start, at)
    for pause in merged(pauses):
        begin, end = max(pause.start, start), min(pause.end or at, at)
        if begin < end:
            total -= elapsed(limit, calendar, begin, end)
    return total


def due_at(limit: Limit, calendar: WorkCalendar, start: datetime, pauses: Sequence[Pause] = ()) -> datetime | None:
    """Return the deadline in UTC, or ``None`` while a pause lasts that began before it.

    A pause is subtracted in the same clock as the limit, so that one of no working time moves nothing.
    """
    stops = merged(pauses)
    if limit.counts_day_ends:
        return _nth_day_end(limit, calendar, start, stops)
    return _after(limit.duration, limit, calendar, start, stops)


def _after(left: timedelta, limit: Limit, calendar: WorkCalendar, now: datetime, stops: list[Pause]) -> datetime | None:
    """Return the instant at which ``left`` has passed as the limit's clock counts it, outside the pauses."""
    for stop in stops:
        if stop.end is not None and stop.end <= now:
            continue
        active = elapsed(limit, calendar, now, stop.start)
        if active >= left:
            break
        if stop.end is None:
            return None
        left -= active
        now = max(now, stop.end)
    return calendar.add(now, left) if limit.counts_work else (now + left).astimezone(UTC)


def warn_at(
    limit: Limit, calendar: WorkCalendar, start: datetime, pauses: Sequence[Pause] = (), share: Fraction = WARN_SHARE
) -> datetime | None:
    """Return when ``share`` of the limit is used up, in UTC, or ``None`` while a pause lasts that began before it.

    A limit by ends of working days has no length of its own: the working time between its start and its end is shared.
    """
    closed = [pause for pause in pauses if pause.end is not None]
    since = min((pause.start for pause in pauses if pause.end is None), default=None)
    whole = limit.duration
    if limit.counts_day_ends:
        end = due_at(limit, calendar, start, closed)
        limit = Limit(Decimal(1), LimitUnit.WORK_HOUR)
        whole = used(limit, calendar, start, end, closed) if end else ZERO
    found = _after(whole * share.numerator / share.denominator, limit, calendar, start, merged(closed))
    return None if found is None or (since is not None and found >= since) else found


def _nth_day_end(limit: Limit, calendar: WorkCalendar, start: datetime, stops: list[Pause]) -> datetime | None:
    """Return the N-th end of a working day after the day of the start that lies in no pause."""
    wanted = limit.day_ends
    day = start.astimezone(calendar.zone).date()
    for _step in range(HORIZON_DAYS):
        day += timedelta(days=1)
        if not calendar.is_working_day(day):
            continue
        end = calendar.day_end(day)
        if any(stop.end is None and stop.start < end for stop in stops):
            return None
        if not any(stop.end is not None and stop.start < end < stop.end for stop in stops):
            wanted -= 1
        if wanted == 0:
            return end
    raise ValueError("No end in twenty years: the limit is too long, or no day of the calendar is worked.")
