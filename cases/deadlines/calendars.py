"""The calendar tables as the pure calendar of the arithmetic. Read once for every edit, whichever process made it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, time
from functools import lru_cache
from typing import NamedTuple

from cases.deadlines.models import NIL, CalendarDay, CalendarStamp, CalendarYear, DayKind, Timetable
from cases.deadlines.worktime import ALL_YEAR, Season, WorkCalendar
from citygrid.common.prepared import Prepared


class Stamp(NamedTuple):
    """The tokens of the tables: what was read under them holds until they change. Nil: nothing was entered yet."""

    calendar: uuid.UUID
    limits: uuid.UUID


_STAMP = Prepared(lambda: CalendarStamp.objects.order_by("pk").values_list("token", "limits")[:1])
_reading: ContextVar[Stamp | None] = ContextVar("deadline_stamp", default=None)


def stamp() -> Stamp:
    """Return the present stamp; one query, or none inside :func:`one_reading`."""
    return _reading.get() or _read()


def _read() -> Stamp:
    found = _STAMP()
    return Stamp(*found[0]) if found else Stamp(NIL, NIL)


@contextmanager
def one_reading() -> Iterator[Stamp]:
    """Read the stamp once for everything inside, as for all the clocks of one move."""
    if (outer := _reading.get()) is not None:
        yield outer
        return
    reset = _reading.set(_read())
    try:
        yield stamp()
    finally:
        _reading.reset(reset)


def calendar_for(department_id: int | None = None) -> WorkCalendar:
    """Return the calendar of the city, with the department's own timetable where it has one."""
    return _calendar(stamp().calendar, department_id)


def holiday_names() -> dict[date, str]:
    """Return the names of the entered days of confirmed years."""
    return _tables(stamp().calendar).names


class _Tables(NamedTuple):
    days: dict[date, str]
    names: dict[date, str]
    confirmed: frozenset[int]
    seasons: dict[int | None, tuple[Season, ...]]


@lru_cache(maxsize=4)
def _tables(token: uuid.UUID) -> _Tables:
    rows = list(CalendarDay.objects.exclude(year__confirmed_at=None).values_list("day", "kind", "name"))
    seasons: dict[int | None, tuple[Season, ...]] = {}
    for table in Timetable.objects.order_by("begins_month", "begins_day"):
        seasons[table.department_id] = (*seasons.get(table.department_id, ()), season_of(table))
    confirmed = frozenset(CalendarYear.objects.exclude(confirmed_at=None).values_list("year", flat=True))
    return _Tables(
        {day: kind for day, kind, _name in rows}, {day: name for day, _kind, name in rows}, confirmed, seasons
    )


@lru_cache(maxsize=256)
def _calendar(token: uuid.UUID, department_id: int | None) -> WorkCalendar:
    tables = _tables(token)
    return WorkCalendar(
        holidays=frozenset(day for day, kind in tables.days.items() if kind == DayKind.HOLIDAY),
        makeup_days=frozenset(day for day, kind in tables.days.items() if kind == DayKind.WORKDAY),
        confirmed_years=tables.confirmed,
        seasons=tables.seasons.get(department_id) or tables.seasons.get(None) or ALL_YEAR,
    )


def season_of(table: Timetable) -> Season:
    """Return the row as a season. Raises ``ValueError`` for periods that cannot be."""
    periods = tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in table.periods)
    return Season((table.begins_month, table.begins_day), periods)


def touch() -> None:
    """Change the calendar's token: every process reads the tables anew, and every open clock is out of date."""
    CalendarStamp.objects.update_or_create(pk=1, defaults={"token": uuid.uuid4()})


def touch_limits() -> None:
    """Change the limits' token: every process reads stage limits and conditions anew."""
    CalendarStamp.objects.update_or_create(pk=1, defaults={"limits": uuid.uuid4()})
