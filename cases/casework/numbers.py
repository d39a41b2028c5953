"""Case numbers: letters of the city, the day, four digits: ``FD202611200001`` (handbook §2.4)."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import connection, models
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from citygrid.common.statements import run


class NumberSeries(models.Model):
    """The last number of a day, of cases or of another series."""

    prefix = models.CharField(_("prefix"), max_length=12)
    day = models.DateField(_("day"))
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        constraints = [models.UniqueConstraint(fields=["prefix", "day"], name="number_series_once")]

    def __str__(self) -> str:
        return f"{self.prefix}{self.day:%Y%m%d}{self.last:04}"


def next_number(at: datetime, kind: str = "") -> str:
    """Take the next number of the day on which ``at`` falls in the city. From 10,000 on it grows a digit.

    ``kind`` are the letters that tell a series from that of the cases, such as ``S`` for whistles (哨).

    The row of the day stays locked until the transaction ends: this one's own, unless the caller holds one.
    """
    return take_numbers(localtime(at).date(), 1, kind)[0]


def take_numbers(day: date, count: int, kind: str = "") -> list[str]:
    """Take the next ``count`` numbers of a day of the city, as so many calls of :func:`next_number` would."""
    prefix = settings.CASE_PREFIX + kind
    # One statement: who takes a number waits for nobody's answer.
    taking = (
        f"INSERT INTO cases_numberseries (prefix, day, last) {_values()}"
        " ON CONFLICT (prefix, day) DO UPDATE SET last = cases_numberseries.last + excluded.last RETURNING last"
    )
    ((last,),) = run(taking, [prefix, connection.ops.adapt_datefield_value(day), count]).rows
    return [f"{prefix}{day:%Y%m%d}{number:04}" for number in range(last - count + 1, last + 1)]


def _values() -> str:
    """Return the row's SQL. A number in a transaction of its own need not be on the disk before the answer.

    What the number is given to is written after it, and PostgreSQL brings its log to the disk in order: never is a case
    there whose number is not. If the machine fails before, both are gone, and the number is free again.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return "VALUES (%s, %s, %s)"
    return "SELECT %s::varchar, %s::date, %s::integer WHERE set_config('synchronous_commit', 'off', true) = 'off'"
