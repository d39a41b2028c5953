"""The calendar tables: from rows to the pure calendar of the arithmetic, and the one way to edit them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.deadlines.models import CalendarDay, CalendarStamp, CalendarYear, DayKind, Timetable
from cases.deadlines.worktime import ALL_YEAR, Season, WorkCalendar
from citygrid.common import facts
from citygrid.common.errors import Invalid


def calendar_for(department_id: int | None = None) -> WorkCalendar:
    """Return the calendar of the city, with the department's own timetable where it has one.

    One query: every edit changes the stamp, so that all processes build the calendar anew.
    """
    return _build(CalendarStamp.objects.values_list("token", flat=True).first(), department_id)


@lru_cache(maxsize=128)
def _build(token: uuid.UUID | None, department_id: int | None) -> WorkCalendar:
    days = list(CalendarDay.objects.values_list("day", "kind"))
    tables = list(Timetable.objects.order_by("begins_month", "begins_day"))
    own = [t for t in tables if t.department_id == department_id] or [t for t in tables if t.department_id is None]
    return WorkCalendar(
        holidays=frozenset(day for day, kind in days if kind == DayKind.HOLIDAY),
        makeup_days=frozenset(day for day, kind in days if kind == DayKind.WORKDAY),
        confirmed_years=frozenset(CalendarYear.objects.exclude(confirmed_at=None).values_list("year", flat=True)),
        seasons=tuple(season_of(table) for table in own) or ALL_YEAR,
    )


def season_of(table: Timetable) -> Season:
    """Return the row as a season. Raises ``ValueError`` for periods that cannot be."""
    periods = tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in table.periods)
    return Season((table.begins_month, table.begins_day), periods)


@transaction.atomic
def set_year(
    *, year: int, days: Mapping[date, tuple[str, str]], source: str, confirmed: bool, at: datetime, by: Any = None
) -> CalendarYear:
    """Replace the entries of one year: ``{day: (kind, name)}``.

    Raises ``Invalid`` when a day lies in another year or a make-up day is no weekend day. Clocks that still run are
    computed afresh by :func:`cases.deadlines.recompute.recompute_open`.
    """
    faults = [_("%(day)s is not in %(year)s.") % {"day": day, "year": year} for day in days if day.year != year]
    faults += [
        _("%(day)s is a working day anyway; a make-up day falls on a weekend.") % {"day": day}
        for day, (kind, _name) in days.items()
        if kind == DayKind.WORKDAY and day.weekday() < 5
    ]
    if faults:
        raise Invalid(_("This calendar cannot be used; each fault is named."), fields={"days": faults})
    row, _created = CalendarYear.objects.update_or_create(
        year=year, defaults={"source": source, "confirmed_at": at if confirmed else None}
    )
    row.days.all().delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(day=day, kind=kind, name=name, year=row) for day, (kind, name) in sorted(days.items())
    )
    touch()
    facts.record("calendar.year_set", row, at=at, by=by, source=source, confirmed=confirmed, days=len(days))
    return row


@transaction.atomic
def set_timetable(
    *, begins: tuple[int, int], periods: list[list[str]], at: datetime, department: Any = None, by: Any = None
) -> Timetable:
    """Set the working periods of a season, for the city or one department. Raises ``Invalid`` for impossible ones."""
    table = Timetable.objects.filter(department=department, begins_month=begins[0], begins_day=begins[1]).first()
    table = table or Timetable(department=department, begins_month=begins[0], begins_day=begins[1])
    table.periods = periods
    try:
        season_of(table)
    except (ValueError, TypeError) as fault:
        raise Invalid(str(fault), fields={"periods": [str(fault)]}) from None
    table.save()
    touch()
    facts.record("calendar.timetable_set", table, at=at, by=by, periods=periods)
    return table


def touch() -> None:
    """Change the stamp, so that every process reads the calendar anew."""
    CalendarStamp.objects.update_or_create(pk=1, defaults={"token": uuid.uuid4()})
