"""Why is it due then? The arithmetic of a clock as a ledger, line by line (rules: handbook §6.2).

Every working period that counts, every day off and make-up day on the way, every pause, extension and recalculation has
its line. What the lines count sums up to the limit exactly; the last line is the deadline.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cases.deadlines import limits
from cases.deadlines.calendars import calendar_for, holiday_names, one_reading
from cases.deadlines.clocks import limit_of, pauses_of
from cases.deadlines.explain_words import LineKind, sentence, unconfirmed
from cases.deadlines.limits import Limit, Pause, merged
from cases.deadlines.models import Clock
from cases.deadlines.worktime import ZERO, WorkCalendar
from cases.journal.models import Event
from citygrid.common.facts import Subject


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what happened from ``start`` to ``end``, what it counts, and what has been counted by then."""

    kind: LineKind
    start: datetime
    end: datetime | None = None
    counted: timedelta = ZERO
    days: int = 0  # ends of working days, for limits that count those
    total: timedelta = ZERO
    about: Any = None  # what the sentence names besides: a holiday's name, a year, a limit

    @property
    def text(self) -> str:
        """The line as a sentence in the reader's language."""
        return sentence(self)

    def as_data(self) -> dict[str, Any]:
        """Return the line as the API gives it."""
        return {
            "kind": self.kind.value,
            "text": self.text,
            "start": self.start.isoformat(),
            "end": self.end.isoformat() if self.end else None,
            "counted_seconds": self.counted.total_seconds(),
            "counted_days": self.days,
            "total_seconds": self.total.total_seconds(),
        }


def explain(clock: Clock) -> list[dict[str, Any]]:
    """Return the arithmetic of a clock as data, each line with its sentence. Two queries."""
    return [line.as_data() for line in ledger(clock)]


def warnings(clock: Clock) -> list[str]:
    """Return what must be shown beside a deadline: that it reaches into a year whose calendar is not confirmed."""
    if clock.due_at is None or not limit_of(clock).counts_work:
        return []
    calendar = calendar_for(clock.department_id)
    years = calendar.unconfirmed(_day(clock.started_at, calendar), _day(clock.due_at, calendar))
    return [unconfirmed(year) for year in years]


def ledger(clock: Clock) -> list[Line]:
    """Return the lines of a clock. One that stands still, without a deadline, is counted up to that moment.

    Of a deadline that was taken over there is no arithmetic to show, and the lines say so.
    """
    if clock.taken_over:
        end = clock.due_at or clock.started_at
        return [Line(LineKind.TAKEN_OVER, clock.started_at), Line(LineKind.DUE, end, total=end - clock.started_at)]
    with one_reading():
        calendar, names = calendar_for(clock.department_id), holiday_names()
    limit, stops = limit_of(clock), merged(pauses_of(clock))
    due = limits.due_at(limit, calendar, clock.started_at, stops)
    until = due or clock.paused_since or clock.started_at
    lines = [Line(LineKind.START, clock.started_at, about=replace(limit, value=clock.limit_value).words)]
    if clock.extensions:
        lines.append(Line(LineKind.EXTENDED, clock.started_at, about=(clock.extensions, limit.words)))
    lines += (
        Line(LineKind.UNCONFIRMED, clock.started_at, about=year)
        for year in calendar.unconfirmed(_day(clock.started_at, calendar), _day(until, calendar))
        if limit.counts_work
    )
    lines += _recalculated(clock)
    lines += _summed(sorted(_course(limit, calendar, clock.started_at, until, stops, names), key=_order))
    lines.append(Line(LineKind.DUE if due else LineKind.STANDING, until, total=lines[-1].total))
    return lines


def _recalculated(clock: Clock) -> Iterator[Line]:
    subject = Subject(clock.subject_type, str(clock.subject_id), "")
    for event in Event.objects.of(subject).filter(kind="clock.recomputed").order_by("sequence"):
        if event.facts.get("clock_id") == clock.pk:
            yield Line(LineKind.RECALCULATED, event.at, about=event.facts)


def _course(
    limit: Limit, calendar: WorkCalendar, start: datetime, until: datetime, stops: list[Pause], names: dict[date, str]
) -> Iterator[Line]:
    for stop in stops:
        if stop.start < until and stop.end is not None and stop.end > start:  # one that lasts is the last line
            yield Line(LineKind.PAUSE, max(stop.start, start), stop.end)
    if limit.counts_work:
        yield from _days(calendar, start, until, names)
    if limit.counts_day_ends:
        yield from _day_ends(calendar, start, until, stops)
    elif limit.counts_work:
        for begin, end in calendar.spans(start):
            if begin >= until:
                return
            yield from _pieces(begin, min(end, until), stops)
    else:
        yield from _pieces(start, until, stops)


def _pieces(begin: datetime, end: datetime, stops: list[Pause]) -> Iterator[Line]:
    """Yield what is left of a stretch outside the pauses."""
    for stop in stops:
        if stop.end is not None and stop.end <= begin:
            continue
        if stop.start >= end:
            break
        if begin < stop.start:
            yield _counted(begin, stop.start)
        if stop.end is None or stop.end >= end:
            return
        begin = stop.end
    if begin < end:
        yield _counted(begin, end)


def _counted(begin: datetime, end: datetime) -> Line:
    return Line(LineKind.COUNTED, begin.astimezone(UTC), end.astimezone(UTC), counted=end - begin)


def _day_ends(calendar: WorkCalendar, start: datetime, until: datetime, stops: list[Pause]) -> Iterator[Line]:
    day = _day(start, calendar) + timedelta(days=1)
    while day <= _day(until, calendar):
        if calendar.is_working_day(day):
            end = calendar.day_end(day)
            standing = any(stop.start < end and (stop.end is None or end < stop.end) for stop in stops)
            if not standing and end <= until:
                yield Line(LineKind.DAY_END, end, days=1)
        day += timedelta(days=1)


def _days(calendar: WorkCalendar, start: datetime, until: datetime, names: dict[date, str]) -> Iterator[Line]:
    """Yield stretches of days off, and weekend days that are worked, between two instants."""
    day, last = _day(start, calendar), _day(until, calendar)
    while day <= last:
        if day in calendar.makeup_days:
            yield Line(LineKind.MAKEUP, *_whole(day, day, calendar), about=names.get(day, ""))
        elif not calendar.is_working_day(day):
            first, reason = day, _reason(day, calendar, names)
            while day < last and _reason(day + timedelta(days=1), calendar, names) == reason:
                day += timedelta(days=1)
            yield Line(LineKind.FREE, *_whole(first, day, calendar), about=reason)
        day += timedelta(days=1)


def _reason(day: date, calendar: WorkCalendar, names: dict[date, str]) -> str | None:
    """Return the holiday's name, an empty text for a weekend, or ``None`` for a working day."""
    if calendar.is_working_day(day):
        return None
    return names.get(day, "") if day in calendar.holidays else ""


def _whole(first: date, last: date, calendar: WorkCalendar) -> tuple[datetime, datetime]:
    begin = datetime.combine(first, datetime.min.time(), calendar.zone)
    return begin, datetime.combine(last + timedelta(days=1), datetime.min.time(), calendar.zone)


def _day(moment: datetime, calendar: WorkCalendar) -> date:
    return moment.astimezone(calendar.zone).date()


def _order(line: Line) -> tuple[datetime, bool]:
    return line.start, line.kind == LineKind.COUNTED


def _summed(lines: list[Line]) -> Iterator[Line]:
    total = ZERO
    for line in lines:
        total += line.counted
        yield replace(line, total=total)
