"""A period that is evaluated: a month, a quarter, a year or days of one's own, in the city's time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.formats import date_format
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _

from citygrid.common.errors import Invalid

LONGEST = timedelta(days=366)
FIRST_YEAR, LAST_YEAR = 2000, 2100
_MONTH, _QUARTER, _YEAR = re.compile(r"(\d{4})-(\d{2})"), re.compile(r"(\d{4})-Q([1-4])"), re.compile(r"(\d{4})")
_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of ``first`` up to, without it, the beginning of ``beyond``; both are days of the city."""

    code: str
    first: date
    beyond: date

    @property
    def start(self) -> datetime:
        """The first moment that belongs to it."""
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first moment that does not belong to it any more."""
        return midnight(self.beyond)

    @property
    def last(self) -> date:
        """The last day that belongs to it."""
        return self.beyond - timedelta(days=1)

    @property
    def label(self) -> str:
        """The period as a person reads it."""
        if _MONTH.fullmatch(self.code):
            return date_format(self.first, "YEAR_MONTH_FORMAT")
        if found := _QUARTER.fullmatch(self.code):
            return _("quarter %(quarter)s of %(year)s") % {"quarter": found[2], "year": found[1]}
        if _YEAR.fullmatch(self.code):
            return self.code
        return _("%(first)s to %(last)s") % {
            "first": date_format(self.first, "DATE_FORMAT"), "last": date_format(self.last, "DATE_FORMAT"),
        }  # fmt: skip

    @property
    def kind(self) -> str:
        """Return ``month``, ``quarter``, ``year`` or ``days``."""
        shapes = {"month": _MONTH, "quarter": _QUARTER, "year": _YEAR}
        return next((kind for kind, shape in shapes.items() if shape.fullmatch(self.code)), "days")

    def before(self) -> Period:
        """Return the period of the same kind, or length, just before this one."""
        last = self.first - timedelta(days=1)
        if self.kind == "month":
            return of_month(last)
        if self.kind == "quarter":
            return quarter(last.year, (last.month + 2) // 3)
        if self.kind == "year":
            return months(f"{last.year:04}", last.year, 1, 12)
        return days(self.first - (self.beyond - self.first), last)


def midnight(day: date) -> datetime:
    """Return the moment at which a day of the city begins."""
    return datetime.combine(day, time(), tzinfo=get_default_timezone())


def months(code: str, year: int, month: int, count: int) -> Period:
    """Return so many months from one on."""
    index = year * 12 + month - 1 + count
    return Period(code, date(year, month, 1), date(index // 12, index % 12 + 1, 1))


def of_month(day: date) -> Period:
    """Return the month in which a day lies."""
    return months(f"{day.year:04}-{day.month:02}", day.year, day.month, 1)


def quarter(year: int, number: int) -> Period:
    """Return a quarter; 1 begins in January."""
    return months(f"{year:04}-Q{number}", year, number * 3 - 2, 3)


def days(first: date, last: date) -> Period:
    """Return the days from ``first`` to ``last``, both included. A whole month, quarter or year has its own name.

    Raises ``OverflowError`` for the last day that the calendar knows.
    """
    return Period(days_code(first, last), first, last + timedelta(days=1))


def days_code(first: date, last: date) -> str:
    """Return what :func:`parse` reads as these days, whether or not they make a period."""
    return f"{first.isoformat()}..{last.isoformat()}"


def parse(text: str) -> Period:
    """Read ``2026-11``, ``2026-Q4``, ``2026`` or ``2026-11-01..2026-11-15``. Raises ``Invalid`` for anything else."""
    try:
        found = _parse(text)
    except (ValueError, OverflowError):  # no such month or day, or none after it
        found = None
    if found is None or not FIRST_YEAR <= found.first.year <= found.last.year <= LAST_YEAR:
        raise _refused(
            _("“%(text)s” is no period. Use a month such as 2026-11, a quarter such as 2026-Q4, a year such as 2026, "
              "or days such as 2026-11-01..2026-11-15.") % {"text": text[:40]}
        )  # fmt: skip
    if found.beyond <= found.first:
        raise _refused(_("The last day lies before the first one. Turn them round."))
    if found.beyond - found.first > LONGEST:
        raise _refused(_("A period has %(most)s days at most. Choose a shorter one.") % {"most": LONGEST.days})
    return found


def _parse(text: str) -> Period | None:
    if not text.isascii():
        return None
    if found := _MONTH.fullmatch(text):
        return months(text, int(found[1]), int(found[2]), 1)
    if found := _QUARTER.fullmatch(text):
        return quarter(int(found[1]), int(found[2]))
    if found := _YEAR.fullmatch(text):
        return months(text, int(found[1]), 1, 12)
    if found := _DAYS.fullmatch(text):
        return days(date.fromisoformat(found[1]), date.fromisoformat(found[2]))
    return None


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, fields={"period": [sentence]})
