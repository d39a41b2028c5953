"""Working-time arithmetic: the handbook's vectors, hand-made borders, and laws that hold for every input."""

from __future__ import annotations

import csv
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.deadlines.limits import Limit, LimitUnit, Pause, WorkDayMode, due_at, merged, used
from cases.deadlines.worktime import Season, WorkCalendar, calendar_from_rows

CN = ZoneInfo("Asia/Shanghai")
HOLIDAYS = Path(__file__).parents[2] / "fixtures" / "holidays.csv"


def load() -> WorkCalendar:
    with HOLIDAYS.open(encoding="utf-8") as file:
        return calendar_from_rows({date.fromisoformat(row["date"]): row["kind"] for row in csv.DictReader(file)})


CALENDAR = load()


def cn(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CN)


def limit(value: str, unit: str, mode: WorkDayMode = WorkDayMode.HOURS8) -> Limit:
    return Limit(Decimal(value), LimitUnit(unit), mode)


VECTORS = """
2026-11-20 09:30 | 4 work_hour | 2026-11-20 15:30
2026-11-20 12:30 | 1 work_hour | 2026-11-20 15:00
2026-11-20 17:00 | 1 work_hour | 2026-11-20 18:00
2026-11-20 16:30 | 4 work_hour | 2026-11-23 10:30
2026-11-20 20:00 | 2 work_hour | 2026-11-23 10:00
2026-11-21 10:00 | 4 work_hour | 2026-11-23 12:00
2026-09-30 17:00 | 4 work_hour | 2026-10-08 11:00
2026-09-30 17:00 | 5 work_day  | 2026-10-13 17:00
2026-02-13 16:00 | 1 work_day  | 2026-02-14 16:00
2026-02-13 16:00 | 3 work_day  | 2026-02-25 16:00
2026-04-30 11:00 | 1 work_day  | 2026-05-06 11:00
2026-09-24 17:00 | 1 work_day  | 2026-09-28 17:00
2026-02-27 15:00 | 2 work_day  | 2026-03-02 15:00
2026-11-20 23:00 | 2 urgent_hour | 2026-11-21 01:00
2026-09-30 17:00 | 2 natural_day | 2026-10-02 17:00
"""


@pytest.mark.parametrize("line", VECTORS.strip().splitlines())
def test_the_handbooks_vectors_hold(line):
    start, span, expected = (part.strip() for part in line.split("|"))
    value, unit = span.split()
    assert due_at(limit(value, unit), CALENDAR, cn(start)) == cn(expected)


def test_the_months_of_2026_have_the_working_days_the_handbook_counts():
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    counts = [sum(CALENDAR.is_working_day(d) for d in days if d.month == month) for month in range(1, 13)]
    assert counts == [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23]


@pytest.mark.parametrize(
    ("start", "value", "expected"),
    [
        ("2026-11-20 09:30", "1", "2026-11-23 18:00"),  # Friday: the next working day is Monday
        ("2026-11-20 20:00", "1", "2026-11-23 18:00"),
        ("2026-09-30 09:00", "3", "2026-10-10 18:00"),  # 8, 9 and, as a make-up day, Saturday 10 October
        ("2026-11-16 00:00", "0.5", "2026-11-17 18:00"),
    ],
)
def test_the_other_reading_of_working_days_ends_with_the_day(start, value, expected):
    assert due_at(limit(value, "work_day", WorkDayMode.END_OF_DAY), CALENDAR, cn(start)) == cn(expected)


def test_seasons_change_the_day_and_the_last_one_runs_over_new_year():
    summer = Season((6, 1), ((time(8), time(12)), (time(15), time(18))))
    winter = Season((10, 1), ((time(9), time(12)), (time(14), time(17))))
    calendar = WorkCalendar(seasons=(summer, winter))
    assert calendar.periods(date(2026, 7, 1))[1] == (time(15), time(18))
    assert calendar.periods(date(2026, 1, 5))[0] == (time(9), time(12))
    assert calendar.add(cn("2026-05-29 16:00"), timedelta(hours=2)) == cn("2026-06-01 09:00")


@pytest.mark.parametrize("periods", [(), ((time(9), time(9)),), ((time(9), time(12)), (time(12), time(13)))])
def test_a_timetable_that_cannot_be_one_is_refused(periods):
    with pytest.raises(ValueError, match="periods"):
        Season((1, 1), periods)


def test_a_day_cannot_be_a_holiday_and_worked():
    day = date(2026, 10, 1)
    with pytest.raises(ValueError, match="2026-10-01"):
        WorkCalendar(holidays=frozenset({day}), makeup_days=frozenset({day}))


def test_a_calendar_without_any_work_says_so_instead_of_running_for_ever():
    year = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(366 * 25))
    with pytest.raises(ValueError, match="twenty years"):
        WorkCalendar(holidays=year).add(cn("2026-01-01 00:00"), timedelta(hours=1))


def test_years_nobody_confirmed_are_named():
    assert CALENDAR.unconfirmed(date(2026, 12, 1), date(2028, 1, 2)) == [2027, 2028]
    assert CALENDAR.is_working_day(date(2027, 1, 1))  # a Friday: without a calendar weekends alone are free


def test_a_lasting_pause_has_no_deadline_unless_it_began_after_it():
    four = limit("4", "work_hour")
    start = cn("2026-11-20 09:30")
    assert due_at(four, CALENDAR, start, [Pause(cn("2026-11-20 10:00"))]) is None
    assert due_at(four, CALENDAR, start, [Pause(cn("2026-11-20 15:30"))]) == cn("2026-11-20 15:30")


def test_a_reminder_before_a_deadline_crosses_lunch_night_and_weekend_backwards():
    assert CALENDAR.subtract(cn("2026-11-23 14:30"), timedelta(hours=1)) == cn("2026-11-23 11:30")
    assert CALENDAR.subtract(cn("2026-11-23 09:00"), timedelta(hours=2)) == cn("2026-11-20 17:00")


def test_touching_and_overlapping_pauses_are_joined_and_empty_ones_dropped():
    a, b, c, d = (cn(f"2026-11-20 {hour}:00") for hour in ("09", "10", "11", "12"))
    assert merged([Pause(b, c), Pause(a, b), Pause(d, d)]) == [Pause(a, c)]
    assert merged([Pause(a, c), Pause(b, None), Pause(c, d)]) == [Pause(a, None)]


# --- laws ----------------------------------------------------------------------------------------------------------
instants = st.datetimes(datetime(2024, 1, 1), datetime(2026, 11, 30)).map(lambda t: t.replace(tzinfo=CN))  # noqa: DTZ001
spans = st.integers(1, 200 * 3600).map(lambda s: timedelta(seconds=s))


def due(limit_: Limit, calendar: WorkCalendar, start: datetime, stops: list[Pause] | None = None) -> datetime:
    """Return the deadline of a clock that is not standing still."""
    found = due_at(limit_, calendar, start, stops or [])
    assert found is not None
    return found


limits = st.builds(
    Limit,
    st.decimals("0.25", "40", places=2),
    st.sampled_from(list(LimitUnit)),
    st.sampled_from(list(WorkDayMode)),
)


@st.composite
def pauses(draw: st.DrawFn) -> list[Pause]:
    starts = draw(st.lists(st.tuples(instants, spans), max_size=4))
    return [Pause(start, start + span) for start, span in starts]


@given(instants, spans)
def test_what_is_added_is_counted_and_taken_off_again(start, work):
    end = CALENDAR.add(start, work)
    assert CALENDAR.between(start, end) == work
    back = CALENDAR.subtract(end, work)
    assert CALENDAR.between(back, end) == work
    assert CALENDAR.between(start, back) == timedelta(0)


@given(limits, instants, spans)
def test_a_later_start_is_never_due_earlier(limit_, start, later):
    assert due(limit_, CALENDAR, start) <= due(limit_, CALENDAR, start + later)


@given(limits, instants, st.decimals("0.25", "20", places=2))
def test_a_longer_limit_is_never_due_earlier(limit_, start, more):
    longer = Limit(limit_.value + more, limit_.unit, limit_.work_day_mode)
    assert due(limit_, CALENDAR, start) <= due(longer, CALENDAR, start)


@given(limits, instants, pauses())
def test_a_pause_never_brings_a_deadline_forward(limit_, start, stops):
    assert due(limit_, CALENDAR, start, stops) >= due(limit_, CALENDAR, start)


@given(limits.filter(lambda x: x.counts_work), instants, pauses(), instants)
def test_a_pause_without_working_time_changes_nothing(limit_, start, stops, free):
    day = free.replace(hour=0, minute=0, second=0, microsecond=0)
    night = Pause(day + timedelta(hours=18), day + timedelta(hours=32))
    lunch = Pause(day + timedelta(hours=12), day + timedelta(hours=14))
    assert due(limit_, CALENDAR, start, [*stops, night, lunch]) == due(limit_, CALENDAR, start, stops)


@given(limits, instants, pauses(), st.floats(0.01, 0.99))
def test_splitting_a_pause_changes_nothing(limit_, start, stops, share):
    halves = []
    for stop in stops:
        middle = stop.start + (stop.end - stop.start) * share
        halves += [Pause(stop.start, middle), Pause(middle, stop.end)]
    assert due(limit_, CALENDAR, start, halves) == due(limit_, CALENDAR, start, stops)


@given(limits.filter(lambda x: not x.counts_day_ends), instants, pauses())
def test_exactly_the_limit_is_used_up_at_the_deadline(limit_, start, stops):
    end = due(limit_, CALENDAR, start, stops)
    assert used(limit_, CALENDAR, start, end, stops) == limit_.duration


def test_every_day_of_three_years_agrees_with_two_independent_calendars():
    import chinese_calendar
    import holidays as holidays_library

    other = holidays_library.country_holidays("CN", years=[2024, 2025, 2026])
    day = date(2024, 1, 1)
    while day.year < 2027:
        ours = CALENDAR.is_working_day(day)
        assert ours == chinese_calendar.is_workday(day), day
        assert ours == other.is_working_day(day), day
        day += timedelta(days=1)
