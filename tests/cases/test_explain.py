"""The ledger of a deadline: its lines sum up to the limit, and each says in words what it counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.catalogue.models import CategoryStandard
from cases.deadlines import clocks
from cases.deadlines.calendar_import import import_calendar
from cases.deadlines.clocks import Start, limit_of
from cases.deadlines.explain import explain, ledger, warnings
from cases.deadlines.explain_words import LineKind
from cases.deadlines.limits import Limit, LimitUnit, WorkDayMode
from cases.deadlines.models import Clock
from cases.deadlines.recompute import recompute_open
from cases.deadlines.upkeep import set_year
from gridmap.demo.fixtures import FIXTURES
from tests import cast

pytestmark = pytest.mark.django_db
CN = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)


def cn(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CN)


@pytest.fixture
def thing(db) -> CategoryStandard:
    import_calendar(path=FIXTURES / "holidays.csv", confirm=True, at=cast.START)
    return CategoryStandard.objects.create(code="X", key="X", name="X")


def begin(thing, at: str, value: str, unit: LimitUnit, mode=WorkDayMode.HOURS8) -> Clock:
    return clocks.start("handle", subject=thing, at=cn(at), begin=Start(Limit(Decimal(value), unit, mode)))


def texts(clock: Clock) -> list[str]:
    return [line["text"] for line in explain(clock)]


def test_over_a_long_holiday_every_period_and_day_has_its_line(thing):
    clock = begin(thing, "2026-09-30 17:00", "1.5", LimitUnit.WORK_DAY)
    assert texts(clock) == [
        "The clock starts on 2026-09-30 17:00 with a limit of 1.5 working days.",
        "2026-09-30 17:00 to 2026-09-30 18:00: 1 h count, 1 h so far.",
        "2026-10-01 to 2026-10-07: day off, 国庆节.",
        "2026-10-08 08:00 to 2026-10-08 12:00: 4 h count, 5 h so far.",
        "2026-10-08 14:00 to 2026-10-08 18:00: 4 h count, 9 h so far.",
        "2026-10-09 08:00 to 2026-10-09 11:00: 3 h count, 12 h so far.",
        "It is due on 2026-10-09 11:00.",
    ]


def test_make_up_days_and_weekends_are_named(thing):
    clock = begin(thing, "2026-02-13 16:00", "2", LimitUnit.WORK_DAY)
    lines = texts(clock)
    assert "2026-02-14: a weekend day that is worked instead of another." in lines
    assert lines[-1] == "It is due on 2026-02-24 16:00."
    clocks.stop(clock, at=cn("2026-02-14 09:00"))
    assert "2026-11-21 to 2026-11-22: weekend." in texts(begin(thing, "2026-11-20 17:00", "2", LimitUnit.WORK_HOUR))


def test_pauses_extensions_and_an_open_pause_are_told(thing):
    clock = begin(thing, "2026-11-23 09:00", "4", LimitUnit.WORK_HOUR)
    clocks.pause(clock, at=cn("2026-11-23 10:00"))
    clocks.resume(clock, at=cn("2026-11-23 10:30"))
    clocks.extend(clock, at=cn("2026-11-23 10:40"))
    assert texts(clock)[1] == "The limit was extended 1 time by its original length; it is now 8 working hours."
    assert "From 2026-11-23 10:00 to 2026-11-23 10:30 the clock stood still." in texts(clock)
    assert texts(clock)[-1] == "It is due on 2026-11-24 09:30."
    clocks.pause(clock, at=cn("2026-11-23 11:00"))
    assert texts(clock)[-2:] == [
        "2026-11-23 10:30 to 2026-11-23 11:00: 30 min count, 1 h 30 min so far.",
        "The clock stands still since 2026-11-23 11:00, with 1 h 30 min used. There is no deadline until it goes on.",
    ]


def test_the_plain_clock_knows_no_days_off(thing):
    clock = begin(thing, "2026-10-01 23:00", "2", LimitUnit.URGENT_HOUR)
    assert texts(clock)[1:] == [
        "2026-10-01 23:00 to 2026-10-02 01:00: 2 h count, 2 h so far.", "It is due on 2026-10-02 01:00.",
    ]  # fmt: skip


def test_ends_of_working_days_are_counted_as_such(thing):
    clock = begin(thing, "2026-11-20 10:00", "2", LimitUnit.WORK_DAY, WorkDayMode.END_OF_DAY)
    assert texts(clock)[1:] == [
        "2026-11-21 to 2026-11-22: weekend.",
        "2026-11-23 18:00: the end of a working day, which counts.",
        "2026-11-24 18:00: the end of a working day, which counts.",
        "It is due on 2026-11-24 18:00.",
    ]


def test_a_year_without_a_confirmed_calendar_is_warned_of_wherever_a_deadline_reaches_it(thing):
    inside = begin(thing, "2026-12-28 09:00", "1", LimitUnit.WORK_DAY)
    assert warnings(inside) == []
    clocks.stop(inside, at=cn("2026-12-28 10:00"))
    across = begin(thing, "2026-12-28 09:00", "10", LimitUnit.WORK_DAY)
    (warning,) = warnings(across)
    assert warning.startswith("The calendar of 2027 is not confirmed yet: only weekends count as free there.")
    assert warning in texts(across)
    clocks.stop(across, at=cn("2026-12-28 10:00"))
    assert warnings(begin(thing, "2026-12-28 09:00", "10", LimitUnit.NATURAL_DAY)) == []


def test_a_recalculation_is_part_of_the_story(thing):
    clock = begin(thing, "2026-11-20 16:30", "4", LimitUnit.WORK_HOUR)
    days = {cn("2026-11-23 00:00").date(): ("holiday", "停工日")}
    set_year(year=2026, days=days, source="x", confirmed=True, at=cn("2026-11-21 08:00"))
    recompute_open(at=cn("2026-11-21 08:00"))
    clock.refresh_from_db()
    assert (
        "On 2026-11-21 08:00 it was computed anew because the calendar had changed: from 2026-11-23 10:30 to"
        " 2026-11-24 10:30." in texts(clock)
    )
    assert "2026-11-23: day off, 停工日." in texts(clock)


LIMITS = st.builds(
    Limit, st.decimals("0.25", "30", places=2), st.sampled_from(list(LimitUnit)), st.sampled_from(list(WorkDayMode))
)


@given(
    start=st.integers(0, 60 * 24 * 200),
    limit=LIMITS,
    extended=st.booleans(),
    steps=st.lists(st.tuples(st.sampled_from(["pause", "resume"]), st.integers(0, 4000)), max_size=6),
)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_counted_parts_sum_up_to_the_limit_and_the_last_line_is_the_deadline(thing, start, limit, extended, steps):
    now = cn("2026-01-02 00:00").astimezone(UTC) + start * MINUTE
    clock = clocks.start(f"k{Clock.objects.count()}", subject=thing, at=now, begin=Start(limit))
    for verb, minutes in steps:
        now += minutes * MINUTE
        getattr(clocks, verb)(clock, at=now)
    if extended:
        clocks.extend(clock, at=now)
    lines = ledger(clock)
    whole = limit_of(clock)
    counted = sum((line.counted for line in lines), timedelta())
    days = sum(line.days for line in lines)
    if clock.due_at is None:
        assert lines[-1].kind == LineKind.STANDING
        assert counted < whole.duration or (whole.counts_day_ends and days < whole.day_ends)
    else:
        assert (lines[-1].kind, lines[-1].start) == (LineKind.DUE, clock.due_at)
        assert (days == whole.day_ends and not counted) if whole.counts_day_ends else counted == whole.duration
    assert lines[-1].total == counted
    assert all(line.text for line in lines)
    stretches = [line for line in lines if line.kind == LineKind.COUNTED]
    assert all(a.end <= b.start for a, b in pairwise(stretches) if a.end)
