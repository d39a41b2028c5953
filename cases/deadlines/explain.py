"""The arithmetic of a deadline, line by line, so that anybody can check it with a pencil.

Every line has a ``kind`` for programs, the times and seconds it speaks of, and a ``text`` in the reader's language.
The lines are built from the same calendar and limits as the deadline, but by walking the days one by one: the last
counted instant is the deadline.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.deadlines.calendars import calendar_for
from cases.deadlines.clocks import limit_of, pauses_of
from cases.deadlines.limits import Limit, LimitUnit, Pause, merged
from cases.deadlines.models import CalendarDay, Clock
from cases.deadlines.worktime import HORIZON_DAYS, ZERO, WorkCalendar

Line = dict[str, Any]
Stretch = tuple[datetime, datetime | None]


@dataclass
class _Walk:
    """The count as it goes on."""

    limit: Limit
    calendar: WorkCalendar
    start: datetime
    stops: list[Pause]
    names: dict[date, str]
    lines: list[Line] = field(default_factory=list)
    left: timedelta = ZERO

    def local(self, at: datetime) -> str:
        return f"{at.astimezone(self.calendar.zone):%Y-%m-%d %H:%M}"

    def day_of(self, at: datetime) -> date:
        return at.astimezone(self.calendar.zone).date()

    def say(self, kind: str, text: str, **data: Any) -> None:
        plain = {
            name: value.astimezone(self.calendar.zone).isoformat() if isinstance(value, datetime) else value
            for name, value in data.items()
        }
        self.lines.append({"kind": kind, "text": text, **plain})


def explain(clock: Clock) -> list[Line]:
    """Return how the deadline of ``clock`` follows from its start, limit, extensions, pauses and the calendar.

    Kinds of lines: ``limit``, ``extension``, ``start``, ``period`` (time that counts), ``day`` (a day that counts as a
    whole), ``free_day``, ``makeup_day``, ``pause``, ``unconfirmed_year`` (handbook §6.2), ``due`` or ``standing_still``.
    """
    calendar, limit = calendar_for(clock.department_id), limit_of(clock)
    walk = _Walk(limit, calendar, clock.started_at, merged(pauses_of(clock)), {})
    last = clock.due_at or max((stop.start for stop in walk.stops), default=clock.started_at)
    days = CalendarDay.objects.filter(day__range=(walk.day_of(clock.started_at), walk.day_of(last)))
    walk.names = dict(days.values_list("day", "name"))
    _say_limit(walk, clock)
    walk.left = limit.duration
    if limit.counts_day_ends:
        _count_day_ends(walk, last)
    else:
        _count_time(walk)
    if limit.counts_work:
        _say_years(walk, last)
    if clock.due_at is not None:
        walk.say("due", _("The time limit ends on %(at)s.") % {"at": walk.local(clock.due_at)}, at=clock.due_at)
    else:
        text = _("The clock stands still; the deadline follows once it goes on.")
        walk.say("standing_still", text, since=clock.paused_since)
    return walk.lines


def _say_limit(walk: _Walk, clock: Clock) -> None:
    amount = f"{clock.limit_value.normalize():f}"
    unit = LimitUnit(clock.limit_unit)
    words = {"amount": amount, "unit": unit.label}
    walk.say("limit", _("The limit is %(amount)s %(unit)s.") % words, value=float(clock.limit_value), unit=unit.value)
    for _number in range(clock.extensions):
        walk.say(
            "extension", _("An approved extension adds another %(amount)s %(unit)s.") % words,
            value=float(clock.limit_value), unit=unit.value,
        )  # fmt: skip
    if walk.limit.counts_day_ends:
        text = _("The clock starts on %(at)s; that day is not counted.")
    elif walk.limit.counts_work:
        text = _("The clock starts on %(at)s; only working time counts.")
    else:
        text = _("The clock starts on %(at)s and runs day and night.")
    walk.say("start", text % {"at": walk.local(walk.start)}, at=walk.start)


def _count_time(walk: _Walk) -> None:
    """Count what lies between the pauses until nothing is left of the limit."""
    for begin, end in _active(walk):
        for a, b in _pieces(walk, begin, end):
            counted = min(b - a, walk.left) if b is not None else walk.left
            walk.left -= counted
            until = a + counted
            text = _("%(from)s to %(to)s: %(counted)s counted, %(left)s left.") % {
                "from": walk.local(a), "to": walk.local(until), "counted": _span(counted), "left": _span(walk.left),
            }  # fmt: skip
            seconds = {"seconds": counted.total_seconds(), "left_seconds": walk.left.total_seconds()}
            walk.say("period", text, start=a, end=until, **seconds)
            if walk.left <= ZERO:
                return


def _active(walk: _Walk) -> Iterator[Stretch]:
    """Yield the stretches in which the clock runs; after each, tell of the pause that ends it."""
    now = walk.start
    for stop in walk.stops:
        if stop.end is not None and stop.end <= now:
            continue
        if stop.start > now:
            yield now, stop.start
        _say_pause(walk, stop)
        if stop.end is None:
            return
        now = stop.end
    yield now, None


def _pieces(walk: _Walk, begin: datetime, end: datetime | None) -> Iterator[Stretch]:
    """Yield what counts of a stretch, telling of every free and make-up day on the way."""
    if not walk.limit.counts_work:
        yield begin, end
        return
    day = walk.day_of(begin)
    for _step in range(HORIZON_DAYS):
        if end is not None and day > walk.day_of(end):
            return
        _say_day(walk, day)
        for opens, closes in walk.calendar.periods(day):
            a = max(datetime.combine(day, opens, walk.calendar.zone), begin)
            b = datetime.combine(day, closes, walk.calendar.zone)
            b = b if end is None else min(b, end)
            if a < b:
                yield a, b
        day += timedelta(days=1)


def _count_day_ends(walk: _Walk, last: datetime) -> None:
    """Count the ends of working days after the day of the start, as far as no pause covers them."""
    for stop in walk.stops:
        _say_pause(walk, stop)
    day, number = walk.day_of(walk.start), 0
    while day < walk.day_of(last):
        day += timedelta(days=1)
        _say_day(walk, day)
        if not walk.calendar.is_working_day(day):
            continue
        end = walk.calendar.day_end(day)
        if any(stop.start < end and (stop.end is None or end < stop.end) for stop in walk.stops):
            text = _("%(day)s is not counted: the clock stood still at the end of that day.")
            walk.say("paused_day", text % {"day": day}, day=str(day))
            continue
        number += 1
        walk.say("day", _("%(day)s is working day %(number)s.") % {"day": day, "number": number}, day=str(day))


def _say_day(walk: _Walk, day: date) -> None:
    if any(line.get("day") == str(day) for line in walk.lines):
        return  # a pause inside one day leads over it twice
    words = {"day": day, "name": walk.names.get(day, "")}
    if day in walk.calendar.makeup_days:
        text = _("%(day)s is worked as a make-up day (%(name)s).") if words["name"] else _("%(day)s is a make-up day.")
        walk.say("makeup_day", text % words, day=str(day))
    elif day in walk.calendar.holidays:
        text = _("%(day)s is a day off (%(name)s).") if words["name"] else _("%(day)s is a day off.")
        walk.say("free_day", text % words, day=str(day))
    elif not walk.calendar.is_working_day(day):
        walk.say("free_day", _("%(day)s is a weekend day.") % words, day=str(day))


def _say_pause(walk: _Walk, stop: Pause) -> None:
    if stop.end is None:
        text = _("The clock stands still since %(from)s.") % {"from": walk.local(stop.start)}
    else:
        text = _("The clock stood still from %(from)s to %(to)s.") % {
            "from": walk.local(stop.start), "to": walk.local(stop.end),
        }  # fmt: skip
    walk.say("pause", text, start=stop.start, end=stop.end)


def _say_years(walk: _Walk, last: datetime) -> None:
    for year in walk.calendar.unconfirmed(walk.day_of(walk.start), walk.day_of(last)):
        text = _("The holidays of %(year)s are not confirmed yet: weekends alone are free, and the deadline may move.")
        walk.say("unconfirmed_year", text % {"year": year}, year=year)


def _span(length: timedelta) -> str:
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [
        ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours} if hours else "",
        ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes} if minutes else "",
        ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds} if seconds else "",
    ]
    return " ".join(part for part in parts if part) or _("nothing")
