"""What deadlines cost: one computation, a scan among a hundred thousand open clocks, ten thousand computed afresh."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from cases.catalogue.models import CategoryStandard
from cases.deadlines import clocks, escalation, limits
from cases.deadlines.calendar_import import import_calendar
from cases.deadlines.calendars import calendar_for, stamp
from cases.deadlines.explain import ledger
from cases.deadlines.limits import Limit, LimitUnit, Pause
from cases.deadlines.models import CalendarYear, Clock
from cases.deadlines.recompute import recompute_open
from cases.deadlines.upkeep import set_year
from gridmap.demo.fixtures import FIXTURES
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
AT = datetime(2026, 9, 28, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
OPEN, DUE, RECOMPUTED = 100_000, 200, 10_000
WEEK = Limit(Decimal(7), LimitUnit.WORK_DAY)


@pytest.fixture
def calendar(db):
    import_calendar(path=FIXTURES / "holidays.csv", confirm=True, at=cast.START)
    return calendar_for()


def fill(count: int, due: int) -> None:
    """Open ``count`` clocks, of which ``due`` ran out yesterday and the others end some weeks from now."""
    things = CategoryStandard.objects.bulk_create(
        CategoryStandard(code=f"X{number}", key=f"X{number}", name="X") for number in range(1000)
    )
    token = stamp().calendar
    row = Clock(kind="k", started_at=AT, limit_value=7, limit_unit="work_day", calendar_token=token)
    clocks.compute(row)
    ends = (AT - timedelta(days=1), row.due_at)
    rows = [
        Clock(
            subject_type="cases.categorystandard", subject_id=things[number % 1000].pk, kind=f"k{number // 1000}",
            started_at=AT, limit_value=7, limit_unit="work_day", calendar_token=token,
            due_at=ends[number >= due], warn_at=ends[number >= due],
        )
        for number in range(count)
    ]  # fmt: skip
    Clock.objects.bulk_create(rows, batch_size=5000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_clock")


def test_one_deadline_over_a_long_holiday_with_two_pauses(calendar, benchmark):
    stops = [Pause(AT + timedelta(days=n), AT + timedelta(days=n, hours=5)) for n in (1, 11)]
    benchmark(limits.due_at, WEEK, calendar, AT, stops)


def test_one_ledger(calendar, benchmark):
    thing = CategoryStandard.objects.create(code="X", key="X", name="X")
    clock = clocks.start("handle", subject=thing, at=AT, begin=clocks.Start(WEEK))
    benchmark(ledger, clock)


def test_a_scan_with_nothing_due_among_a_hundred_thousand(calendar, benchmark):
    fill(OPEN, 0)
    benchmark.pedantic(lambda: escalation.run(AT), rounds=20, warmup_rounds=2)


def test_a_scan_with_two_hundred_due_among_a_hundred_thousand(calendar, benchmark):
    fill(OPEN, DUE)
    found = benchmark.pedantic(lambda: escalation.run(AT), rounds=1)
    assert found.overdue == DUE


def test_ten_thousand_clocks_computed_afresh_after_an_edit_of_the_calendar(calendar, benchmark):
    fill(RECOMPUTED, 0)
    year = CalendarYear.objects.get(year=2026)
    days = {day.day: (day.kind, day.name) for day in year.days.all()} | {date(2026, 10, 12): ("holiday", "台风停工")}
    set_year(year=2026, days=days, source="x", confirmed=True, at=AT)
    changed = benchmark.pedantic(lambda: recompute_open(at=AT, most=RECOMPUTED), rounds=1)
    assert changed == RECOMPUTED
