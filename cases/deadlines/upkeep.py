"""The one way to edit calendar and timetables. Afterwards the clocks that still run are computed afresh."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.deadlines.calendars import season_of, touch
from cases.deadlines.models import CalendarDay, CalendarYear, DayKind, Timetable
from cases.deadlines.recompute import recompute_open
from cases.deadlines.worktime import WorkCalendar
from citygrid.accounts.permissions import Perm
from citygrid.common import facts
from citygrid.common.errors import Conflict, Invalid
from gridmap.posts.rights import require

AT_ONCE = 500  # clocks computed afresh right after the edit; the periodic job does the others

Days = Mapping[date, tuple[str, str]]  # day → (kind, name)


@transaction.atomic
def set_year(*, year: int, days: Days, source: str, confirmed: bool, at: datetime, by: Any = None) -> bool:
    """Replace the entries of one year and return whether that changed anything.

    An unconfirmed year counts no days off but weekends. ``by`` is ``None`` for the system itself. Raises
    ``NotAllowed``, and ``Invalid`` when a day lies in another year or a make-up day is no weekend day.
    """
    _may(by, at)
    if faults := [*_faults(year, days)]:
        raise Invalid(
            _("The calendar of %(year)s cannot be used. %(first)s") % {"year": year, "first": faults[0]},
            fields={"days": faults},
        )
    row = CalendarYear.objects.filter(year=year).first()
    stored = {day: (kind, name) for day, kind, name in row.days.values_list("day", "kind", "name")} if row else None
    if row and stored == dict(days) and confirmed == (row.confirmed_at is not None):
        return False
    row = row or CalendarYear(year=year)
    row.source, row.confirmed_at = source, (row.confirmed_at or at) if confirmed else None
    row.save()
    row.days.all().delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(day=day, kind=kind, name=name, year=row) for day, (kind, name) in sorted(days.items())
    )
    facts.record("calendar.year_set", row, at=at, by=by, source=source, confirmed=confirmed, days=len(days))
    _edited(at, by)
    return True


@transaction.atomic
def confirm_year(*, year: CalendarYear, at: datetime, by: Any = None) -> None:
    """Confirm that the entries of a year are those of the official notice. Raises ``Conflict``, ``NotAllowed``."""
    _may(by, at)
    if not year.days.exists():
        raise Conflict(
            _("%(year)s has no entries yet. Enter the days off and make-up days of the notice first.") % {"year": year}
        )
    if not CalendarYear.objects.filter(pk=year.pk, confirmed_at=None).update(confirmed_at=at):
        raise Conflict(_("The calendar of %(year)s is confirmed already.") % {"year": year})
    facts.record("calendar.year_confirmed", year, at=at, by=by)
    _edited(at, by)


@transaction.atomic
def set_timetable(
    *, begins: tuple[int, int], periods: list[list[str]], at: datetime, department: Any = None, by: Any = None
) -> Timetable:
    """Set the working periods from a day ``(month, day)`` of the year on, for the city or one department.

    ``periods`` are pairs of local times. Raises ``NotAllowed``, and ``Invalid`` for impossible ones.
    """
    _may(by, at)
    table = Timetable.objects.filter(department=department, begins_month=begins[0], begins_day=begins[1]).first()
    table = table or Timetable(department=department, begins_month=begins[0], begins_day=begins[1])
    before, table.periods = table.periods, periods
    try:
        season_of(table)
    except (ValueError, TypeError):
        fault = _(
            "Write periods in order that do not touch, such as 08:00–12:00 and 14:00–18:00, and a day that exists."
        )
        raise Invalid(fault, fields={"periods": [fault]}) from None
    table.save()
    facts.record("calendar.timetable_set", table, at=at, by=by, before=before, periods=periods)
    _edited(at, by)
    return table


@transaction.atomic
def remove_timetable(*, timetable: Timetable, at: datetime, by: Any = None) -> None:
    """Take a season's timetable away; the journal keeps what it was. Raises ``NotAllowed``."""
    _may(by, at)
    facts.record("calendar.timetable_removed", timetable, at=at, by=by, before=timetable.periods)
    timetable.delete()
    _edited(at, by)


def _may(by: Any, at: datetime) -> None:
    if by is not None:
        require(by, Perm.CATALOGUE_MANAGE, at=at)


def _edited(at: datetime, by: Any) -> None:
    touch()
    transaction.on_commit(partial(recompute_open, at=at, by=by, most=AT_ONCE))


def _faults(year: int, days: Days) -> list[str]:
    free = WorkCalendar()
    faults = [_("%(day)s is not in %(year)s.") % {"day": day, "year": year} for day in days if day.year != year]
    for day, (kind, _name) in days.items():
        if kind not in DayKind.values:
            faults.append(
                _("“%(kind)s” on %(day)s is not known; write holiday or workday.") % {"kind": kind, "day": day}
            )
        elif kind == DayKind.WORKDAY and free.is_working_day(day):
            faults.append(_("%(day)s is a working day anyway; a make-up day falls on a weekend.") % {"day": day})
    return faults
