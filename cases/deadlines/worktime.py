"""Working-time arithmetic: the only module that knows what an hour of work is. Pure; no database, no clock.

Instants are timezone-aware and returned in UTC; days, periods and holidays are meant in the calendar's own zone
(Asia/Shanghai, which has no daylight saving). Rules: handbook §6.2, after the practice of Yuncheng.

- A day is a working day if it is listed as a make-up day (调休), not one if it is listed as a holiday, else Monday to
  Friday is.
- Working periods are half-open. A start outside a period moves to the start of the next one; a deadline that lands
  exactly on the end of a period stays there (18:00, not the next morning).
- In a year whose calendar was not confirmed, weekends alone are free and :meth:`WorkCalendar.unconfirmed` says so.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

Period = tuple[time, time]
ZERO = timedelta(0)
# A deadline further away than this is a mistake in the limit or in the calendar, not a deadline.
HORIZON_DAYS = 366 * 20


@dataclass(frozen=True, slots=True)
class Season:
    """A timetable from one day of the year on: ``(month, day)`` and the day's periods, in order, not touching."""

    begins: tuple[int, int]
    periods: tuple[Period, ...]

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a timetable that cannot be one."""
        date(2024, *self.begins)  # a leap year, so that 29 February is a day
        flat = [moment for period in self.periods for moment in period]
        if not flat or flat != sorted(set(flat)):
            raise ValueError("Working periods must be in order, must not touch, and each must end after it starts.")


ALL_YEAR = (Season((1, 1), ((time(8), time(12)), (time(14), time(18)))),)


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked, and when. Immutable: an edited calendar is a new one."""

    holidays: frozenset[date] = frozenset()
    makeup_days: frozenset[date] = frozenset()
    confirmed_years: frozenset[int] = frozenset()
    seasons: tuple[Season, ...] = ALL_YEAR
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a day that is both, or for seasons out of order."""
        if both := self.holidays & self.makeup_days:
            raise ValueError(f"{min(both)} is listed both as a holiday and as a make-up day.")
        if not self.seasons or [s.begins for s in self.seasons] != sorted({s.begins for s in self.seasons}):
            raise ValueError("Seasons must be in order of the day on which they begin, each on another day.")

    @cached_property
    def _starts(self) -> list[tuple[int, int]]:
        return [season.begins for season in self.seasons]

    def is_working_day(self, day: date) -> bool:
        """Whether people work on that day."""
        if day in self.makeup_days:
            return True
        return day not in self.holidays and day.weekday() < 5

    def unconfirmed(self, first: date, last: date) -> list[int]:
        """Return the years from ``first`` to ``last`` whose calendar nobody has confirmed yet."""
        return [year for year in range(first.year, last.year + 1) if year not in self.confirmed_years]

    def periods(self, day: date) -> Sequence[Period]:
        """Return the day's working periods in local time; none on a free day."""
        if not self.is_working_day(day):
            return ()
        # Before the year's first season the last one of the year before still runs.
        return self.seasons[bisect_right(self._starts, (day.month, day.day)) - 1].periods

    def spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the working periods from ``start`` on as UTC instants, the first one cut off at ``start``."""
        day = start.astimezone(self.zone).date()
        for _step in range(HORIZON_DAYS):
            for begins, ends in self.periods(day):
                end = datetime.combine(day, ends, self.zone).astimezone(UTC)
                if end > start:
                    yield max(datetime.combine(day, begins, self.zone).astimezone(UTC), start), end
            day += timedelta(days=1)
        raise ValueError("No end in twenty years: the limit is too long, or no day of the calendar is worked.")

    def add(self, start: datetime, work: timedelta) -> datetime:
        """Return the instant at which ``work`` of working time has passed since ``start``; nothing added, ``start``."""
        if work <= ZERO:
            return start.astimezone(UTC)
        for begin, end in self.spans(start):
            if work <= end - begin:
                return begin + work
            work -= end - begin
        raise AssertionError("spans() never ends quietly")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time from ``start`` to ``end``; zero when ``end`` comes first."""
        total = ZERO
        if end <= start:
            return total
        for begins, ends in self.spans(start):
            if begins >= end:
                break
            total += min(ends, end) - begins
        return total

    def subtract(self, end: datetime, work: timedelta) -> datetime:
        """Return the latest instant from which ``work`` of working time passes until ``end``.

        Used for reminders before a deadline; it crosses lunch breaks, nights and holidays backwards.
        """
        if work <= ZERO:
            return end.astimezone(UTC)
        day = end.astimezone(self.zone).date()
        for _step in range(HORIZON_DAYS):
            for begins, ends in reversed(self.periods(day)):
                begin = datetime.combine(day, begins, self.zone).astimezone(UTC)
                stop = min(datetime.combine(day, ends, self.zone).astimezone(UTC), end)
                if begin >= stop:
                    continue
                if work <= stop - begin:
                    return stop - work
                work -= stop - begin
            day -= timedelta(days=1)
        raise ValueError("No start in twenty years: the span is too long, or no day of the calendar is worked.")

    def day_end(self, day: date) -> datetime:
        """Return the end of the last period of a working day, in UTC."""
        return datetime.combine(day, self.periods(day)[-1][1], self.zone).astimezone(UTC)


def calendar_from_rows(rows: Mapping[date, str], **more: object) -> WorkCalendar:
    """Build a calendar from ``{day: "holiday" | "workday"}``; years that occur in it count as confirmed."""
    return WorkCalendar(
        holidays=frozenset(day for day, kind in rows.items() if kind == "holiday"),
        makeup_days=frozenset(day for day, kind in rows.items() if kind == "workday"),
        confirmed_years=frozenset(day.year for day in rows),
        **more,  # type: ignore[arg-type]
    )
