"""Clocks as rows: what a move's rules do to them, at what cost, and that their times follow from the facts alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.catalogue.models import CategoryStandard
from cases.deadlines import clocks, limits
from cases.deadlines.calendar_import import import_calendar
from cases.deadlines.calendars import calendar_for
from cases.deadlines.clocks import Start
from cases.deadlines.lamps import Lamp, lamp_of
from cases.deadlines.limits import Limit, LimitUnit, Pause, WorkDayMode
from cases.deadlines.models import Clock
from cases.deadlines.worktime import WorkCalendar
from gridmap.demo.fixtures import FIXTURES
from tests import cast

pytestmark = pytest.mark.django_db
CN = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 9, 28, 9, 0, tzinfo=CN)  # Monday before the National Day holidays
MINUTE = timedelta(minutes=1)
FOUR_HOURS = Start(Limit(Decimal(4), LimitUnit.WORK_HOUR))


@dataclass(frozen=True)
class Rule:
    verb: str
    kind: str


@pytest.fixture
def thing(db) -> CategoryStandard:
    """Something that clocks can be about; any row will do."""
    import_calendar(path=FIXTURES / "holidays.csv", confirm=True, at=cast.START)
    return CategoryStandard.objects.create(code="X", key="X", name="X")


def apply(thing, *rules: str, at=AT, begin=FOUR_HOURS) -> None:
    pairs = [Rule(*rule.split()) for rule in rules]
    clocks.apply_all(pairs, subject=thing, at=at, begin=lambda kind: begin)


def test_rules_do_what_they_say_in_their_order(thing):
    apply(thing, "start accept")
    apply(thing, "pause accept", "start verify", at=AT + 10 * MINUTE)
    accept, verify = Clock.objects.order_by("pk")
    assert (accept.paused_since, accept.due_at) == (AT + 10 * MINUTE, None)
    assert verify.due_at == datetime(2026, 9, 28, 15, 10, tzinfo=CN)
    apply(thing, "resume accept", "stop verify", at=AT + 40 * MINUTE)
    accept, verify = Clock.objects.order_by("pk")
    assert accept.due_at == datetime(2026, 9, 28, 15, 30, tzinfo=CN)
    assert verify.stopped_at == AT + 40 * MINUTE
    apply(thing, "restart accept", at=AT + 60 * MINUTE)
    assert Clock.objects.get(stopped_at=None).started_at == AT + 60 * MINUTE


def test_rules_for_clocks_that_are_not_there_do_nothing(thing):
    apply(thing, "stop accept", "pause sign", "resume handle")
    assert not Clock.objects.exists()


def test_a_stopped_pause_ends_with_its_clock(thing):
    apply(thing, "start handle")
    apply(thing, "pause handle", at=AT + 10 * MINUTE)
    apply(thing, "stop handle", at=AT + 20 * MINUTE)
    clock = Clock.objects.get()
    assert clock.pauses == [["2026-09-28T01:10:00+00:00", "2026-09-28T01:20:00+00:00"]]
    assert (clock.paused_since, clock.due_at) == (None, datetime(2026, 9, 28, 15, 10, tzinfo=CN))


def test_a_move_reads_clocks_and_stamp_once_and_writes_what_changes(thing, django_assert_num_queries):
    apply(thing, "start accept", "start file")
    apply(thing, *[f"stop {kind}" for kind in ("x", "y")])
    with django_assert_num_queries(5):  # stamp, clocks, two stops, one start
        apply(thing, "stop accept", "stop file", "stop verify", "stop sign", "start dispatch", at=AT + MINUTE)
    with django_assert_num_queries(2):  # nothing to change
        apply(thing, "stop accept", "stop verify", at=AT + MINUTE)
    with django_assert_num_queries(2):  # stamp, insert
        apply(thing, "start sign", at=AT + MINUTE)


def test_each_department_has_its_own_clock_of_a_kind(thing, departments):
    ours, theirs = departments["CGJ"], departments["ZJJ"]
    for department in (ours, theirs):
        clocks.start("sign", subject=thing, at=AT, begin=Start(FOUR_HOURS.limit, department.pk))
    (own,) = clocks.running("sign", subject=thing, holder=ours)
    clocks.stop(own, at=AT + MINUTE)
    assert [clock.department for clock in clocks.running("sign", subject=thing)] == [theirs]
    with pytest.raises(IntegrityError), transaction.atomic():
        clocks.start("sign", subject=thing, at=AT, begin=Start(FOUR_HOURS.limit, theirs.pk))


def test_an_extension_adds_the_original_limit_and_may_warn_again(thing):
    clock = clocks.start("handle", subject=thing, at=AT, begin=FOUR_HOURS)
    Clock.objects.update(warned_at=AT + 270 * MINUTE)
    clock.refresh_from_db()
    clocks.extend(clock, at=AT + 280 * MINUTE)
    assert clock.due_at == datetime(2026, 9, 29, 9, 0, tzinfo=CN)
    assert clock.warned_at is None


def test_only_what_changed_is_written(thing):
    clock = clocks.start("handle", subject=thing, at=AT, begin=FOUR_HOURS)
    Clock.objects.update(warned_at=AT)  # the scan, between our reading and our writing
    clocks.pause(clock, at=AT + MINUTE)
    assert Clock.objects.get().warned_at == AT


# --- the times follow from the facts --------------------------------------------------------------------------------

VERBS = st.sampled_from(["pause", "resume", "extend", "stop"])
STEPS = st.lists(st.tuples(VERBS, st.integers(0, 3 * 24 * 60)), max_size=10)
LIMITS = st.builds(
    Limit, st.decimals("0.25", "30", places=2), st.sampled_from(list(LimitUnit)), st.sampled_from(list(WorkDayMode))
)


@given(start=st.integers(0, 60 * 24 * 20), limit=LIMITS, steps=STEPS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_sequence_ends_with_the_deadline_of_its_facts(thing, start, limit, steps):
    began = now = AT.astimezone(UTC) + start * MINUTE
    clock = clocks.start(f"k{Clock.objects.count()}", subject=thing, at=began, begin=Start(limit))
    pauses: list[Pause] = []
    extensions = 0
    for verb, minutes in steps:
        now += minutes * MINUTE
        if verb == "extend":
            extensions += 1
            clocks.extend(clock, at=now)
        else:
            getattr(clocks, verb)(clock, at=now)
            if verb == "pause" and not (pauses and pauses[-1].end is None):
                pauses.append(Pause(now))
            elif verb in ("resume", "stop") and pauses and pauses[-1].end is None:
                pauses[-1] = Pause(pauses[-1].start, now)
        if verb == "stop":
            break
    stored = Clock.objects.get(pk=clock.pk)
    whole = Limit(limit.value * (1 + extensions), limit.unit, limit.work_day_mode)
    assert stored.due_at == limits.due_at(whole, calendar_for(), began, pauses)
    assert stored.warn_at == limits.warn_at(whole, calendar_for(), began, pauses)
    assert (stored.stopped_at is not None) == bool(steps and any(verb == "stop" for verb, _minutes in steps))


CALENDAR = WorkCalendar(holidays=frozenset({AT.date() + timedelta(days=2)}))


@given(
    limit=LIMITS,
    start=st.integers(0, 10_000),
    pauses=st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 2000)), max_size=3),
)
@settings(max_examples=200, deadline=None)
def test_the_warning_comes_at_four_fifths_of_what_passes_until_the_deadline(limit, start, pauses):
    began = AT + start * MINUTE
    stops = [Pause(AT + a * MINUTE, AT + (a + b) * MINUTE) for a, b in pauses]
    due = limits.due_at(limit, CALENDAR, began, stops)
    warn = limits.warn_at(limit, CALENDAR, began, stops)
    assert due is not None and warn is not None
    assert warn <= due
    clock = Limit(limit.value, LimitUnit.WORK_HOUR) if limit.counts_work else limit
    whole = limits.used(clock, CALENDAR, began, due, stops)
    part = limits.used(clock, CALENDAR, began, warn, stops)
    assert abs(part - whole * 4 / 5) < timedelta(milliseconds=1)


def test_by_ends_of_days_the_warning_looks_at_the_time_that_is_really_there(db):
    limit = Limit(Decimal(1), LimitUnit.WORK_DAY, WorkDayMode.END_OF_DAY)
    friday = datetime(2026, 11, 20, 17, 0, tzinfo=CN)  # one hour of Friday, eight of Monday: 7 h 12 min of nine
    assert limits.due_at(limit, WorkCalendar(), friday) == datetime(2026, 11, 23, 18, 0, tzinfo=CN)
    assert limits.warn_at(limit, WorkCalendar(), friday) == datetime(2026, 11, 23, 16, 12, tzinfo=CN)


# --- lamps ----------------------------------------------------------------------------------------------------------


def test_lamps_change_behind_four_fifths_and_behind_the_limit(thing):
    clock = clocks.start("handle", subject=thing, at=AT, begin=Start(Limit(Decimal(10), LimitUnit.URGENT_HOUR)))
    for hours, lamp in ((0, "green"), (8, "green"), (8.1, "yellow"), (10, "yellow"), (10.1, "red"), (99, "red")):
        assert lamp_of(clock, AT + timedelta(hours=hours)) == lamp
    clocks.stop(clock, at=AT + timedelta(hours=9))
    assert lamp_of(clock, AT + timedelta(hours=99)) == Lamp.YELLOW


def test_a_clock_that_stands_still_keeps_its_lamp(thing):
    clock = clocks.start("handle", subject=thing, at=AT, begin=Start(Limit(Decimal(10), LimitUnit.URGENT_HOUR)))
    clocks.pause(clock, at=AT + timedelta(hours=9))
    assert lamp_of(clock, AT + timedelta(hours=99)) == Lamp.YELLOW
    assert not clock.overdue(AT + timedelta(hours=99))


@given(
    limit=LIMITS,
    looked=st.integers(0, 40_000),
    steps=st.lists(st.tuples(st.sampled_from(["pause", "resume", "stop"]), st.integers(0, 5000)), max_size=4),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_sees_the_same_lamp(thing, limit, looked, steps):
    now = AT.astimezone(UTC)
    clock = clocks.start(f"k{Clock.objects.count()}", subject=thing, at=now, begin=Start(limit))
    for verb, minutes in steps:
        now += minutes * MINUTE
        getattr(clocks, verb)(clock, at=now)
        if verb == "stop":
            break
    at = now + looked * MINUTE
    stored: Any = Clock.objects.with_lamp(at).get(pk=clock.pk)
    assert stored.lamp == lamp_of(stored, at)
    assert stored.overdue(at) == (stored.lamp == Lamp.RED)
