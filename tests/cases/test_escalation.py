"""The scan of deadlines: each signal once, none from clocks that stand still, work only where something is due."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from cases.casework import timely
from cases.casework.models import Case
from cases.catalogue.models import CategoryStandard
from cases.deadlines import clocks, escalation
from cases.deadlines.clocks import Start
from cases.deadlines.limits import Limit, LimitUnit
from cases.deadlines.models import Clock
from cases.fieldwork.models import FieldTask
from cases.journal.models import Event
from cases.journal.verify import Verification
from citygrid.accounts.roles import Role
from citygrid.common import clock as wall_clock
from citygrid.common import periodic
from tests import cast
from tests.cases.walk import AT, Walk, catalogue

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TEN_HOURS = Start(Limit(Decimal(10), LimitUnit.URGENT_HOUR))


@pytest.fixture
def thing(db) -> CategoryStandard:
    return CategoryStandard.objects.create(code="X", key="X", name="X")


@pytest.fixture
def clock(thing) -> Clock:
    return clocks.start("handle", subject=thing, at=AT, begin=TEN_HOURS)


def signals() -> list[tuple[str, str]]:
    rows = Event.objects.filter(kind__startswith="clock.").order_by("pk")
    return [(event.kind, event.facts["clock"]) for event in rows]


def test_a_clock_is_warned_about_once_and_noted_as_overdue_once(clock):
    for hours in (1, 8, 8.5, 9, 10, 10.5, 11, 500):
        escalation.run(AT + hours * HOUR)
    assert signals() == [("clock.warned", "handle"), ("clock.overdue", "handle")]
    clock.refresh_from_db()
    assert (clock.warned_at, clock.overdue_noted_at) == (AT + 8.5 * HOUR, AT + 10.5 * HOUR)


def test_what_passed_unwarned_is_overdue_and_no_longer_a_warning(clock):
    escalation.run(AT + 11 * HOUR)
    escalation.run(AT + 12 * HOUR)
    assert signals() == [("clock.overdue", "handle")]


def test_a_signal_says_which_limit_of_whom_passed_when(thing, departments):
    clocks.start("sign", subject=thing, at=AT, begin=Start(TEN_HOURS.limit, departments["CGJ"].pk))
    escalation.run(AT + 11 * HOUR)
    event = Event.objects.get(kind="clock.overdue")
    assert (event.subject_type, event.subject_id, event.actor_id) == ("cases.categorystandard", str(thing.pk), None)
    assert (event.facts["department"], event.facts["limit"], event.facts["unit"]) == ("CGJ", "10", "urgent_hour")


def test_a_clock_that_stands_still_says_nothing_until_it_goes_on(clock):
    clocks.pause(clock, at=AT + 9 * HOUR)
    escalation.run(AT + 100 * HOUR)
    assert signals() == []
    clocks.resume(clock, at=AT + 100 * HOUR)
    escalation.run(AT + 100.1 * HOUR)
    escalation.run(AT + 101.1 * HOUR)
    assert signals() == [("clock.warned", "handle"), ("clock.overdue", "handle")]


def test_a_stopped_clock_says_nothing(clock):
    clocks.stop(clock, at=AT + HOUR)
    escalation.run(AT + 100 * HOUR)
    assert signals() == []


def test_after_an_extension_the_new_limit_is_warned_about(clock):
    escalation.run(AT + 9 * HOUR)
    clock.refresh_from_db()
    clocks.extend(clock, at=AT + 9.5 * HOUR)
    for hours in (10.5, 17, 21):
        escalation.run(AT + hours * HOUR)
    assert signals() == [("clock.warned", "handle"), ("clock.warned", "handle"), ("clock.overdue", "handle")]


def test_a_scan_does_no_more_than_it_was_told_and_the_run_does_all(thing):
    for number in range(5):
        clocks.start(f"k{number}", subject=thing, at=AT, begin=TEN_HOURS)
    assert escalation.scan(at=AT + 11 * HOUR, limit=2).overdue == 2
    assert escalation.run(AT + 11 * HOUR).overdue == 3
    assert not escalation.scan(at=AT + 11 * HOUR)


def test_the_worker_scans_every_minute():
    jobs = {job.name: job for job in periodic.jobs()}
    assert jobs["watch the deadlines"].every == jobs["move on what waits for a date"].every == timedelta(minutes=1)


def test_the_command_scans_at_once_and_says_what_came_of_it(clock, monkeypatch):
    monkeypatch.setattr(wall_clock, "now", lambda: AT + 11 * HOUR)
    out = io.StringIO()
    call_command("scan_deadlines", stdout=out)
    assert out.getvalue().strip() == "0 warned, 1 overdue; 0 moved on by their date."


@pytest.mark.parametrize(("due", "index"), [("to_note", "clock_to_note"), ("to_warn", "clock_to_warn")])
def test_the_scan_is_answered_by_an_index_of_what_is_still_to_be_said(thing, due, index):
    rows = [
        Clock(
            subject_type="x", subject_id=number, kind="k", started_at=AT, limit_value=1, limit_unit="urgent_hour",
            due_at=AT + number * HOUR, warn_at=AT + number * HOUR,
        )
        for number in range(3000)
    ]  # fmt: skip
    Clock.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_clock")
    column = "due_at" if due == "to_note" else "warn_at"
    plan = getattr(Clock.objects, due)(AT + 10 * HOUR).order_by(column)[:1000].explain()
    assert index in plan


@pytest.mark.postgis
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_many_scanners_at_once_say_everything_once(transactional_db):
    things = CategoryStandard.objects.bulk_create(
        CategoryStandard(code=f"X{number}", key=f"X{number}", name="X") for number in range(60)
    )
    for thing in things:
        clocks.start("handle", subject=thing, at=AT, begin=TEN_HOURS)
    together = threading.Barrier(6)

    def work(_number):
        try:
            together.wait()
            return sum(escalation.scan(at=AT + 11 * HOUR, limit=40).overdue for _round in range(3))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(work, range(6))) == 60
    assert Event.objects.filter(kind="clock.overdue").count() == 60
    assert list(Verification().faults()) == []


# --- what moves on by its date --------------------------------------------------------------------------------------


@pytest.fixture
def walk(people, city) -> Walk:
    people["gw2"] = cast.person("gw2", Role.GRID_WORKER, area=city[cast.COMMUNITY])
    return Walk(people, catalogue())


def test_a_suspended_case_wakes_on_its_date(walk):
    walk.to("handling")
    until = walk.at + 48 * HOUR
    asked = walk.request("suspension", "handler", until=until)
    for who in ("clerk", "dispatcher"):
        walk.decide(asked, who)
    assert walk.case.state == "suspended"
    assert timely.run(until - timedelta(seconds=1)) == 0
    assert timely.run(until) == 1
    assert timely.run(until) == 0
    case = Case.objects.get(pk=walk.case.pk)
    assert (case.state, case.suspended_until) == ("handling", None)
    assert Clock.objects.of(case).get(kind="handle").paused_since is None


@pytest.mark.parametrize(
    ("before", "after", "lapse"),
    [("verifying", "reported", "verify_lapsed"), ("checking", "pending_check", "check_lapsed")],
)
def test_a_field_task_that_nobody_did_lapses_and_its_case_goes_back(walk, settings, before, after, lapse):
    settings.FIELD_TASK_EXPIRE_HOURS = 5
    case = walk.to(before)
    task: Any = FieldTask.objects.waiting().get(case=case)
    assert timely.run(task.due_at + 4 * HOUR) == 0
    assert timely.run(task.due_at + 5 * HOUR) == 1
    task = FieldTask.objects.get(pk=task.pk)
    case = Case.objects.get(pk=case.pk)
    assert (task.state, case.state) == ("expired", after)
    assert not Clock.objects.of(case).filter(kind="verify", stopped_at=None).exists()
    assert Event.objects.filter(kind=f"case.{lapse}").count() == 1


def test_a_lapsed_verification_can_be_sent_again(walk):
    walk.to("verifying")
    timely.run(walk.at + 1000 * HOUR)
    walk.at += 1000 * HOUR
    walk.do("send_verify", "acceptor", worker="gw2")
    assert walk.case.state == "verifying"


def test_a_request_that_nobody_decided_lapses_and_the_clock_goes_on(walk, settings):
    settings.REQUEST_EXPIRE_DAYS = 3
    walk.to("dispatched")
    asked = walk.request("return", "clerk")
    assert timely.run(asked.requested_at + timedelta(days=2)) == 0
    when = asked.requested_at + timedelta(days=3)
    assert timely.run(when) == 1
    asked = type(asked).objects.get(pk=asked.pk)
    assert (asked.state, asked.decided_at) == ("expired", when)
    assert Clock.objects.of(walk.case).get(kind="handle").paused_since is None
    walk.do("sign", "clerk")


def test_one_that_cannot_move_does_not_stop_the_others(walk, people, monkeypatch):
    walk.to("verifying")
    stuck = walk.case.pk
    other = Walk(people, walk.condition)
    other.to("verifying")
    real = timely.advance_by_system

    def fail_one(subject, name, **more):
        if isinstance(subject, Case) and subject.pk == stuck:
            raise timely.Refusal("somebody was faster")
        return real(subject, name, **more)

    monkeypatch.setattr(timely, "advance_by_system", fail_one)
    assert timely.run(other.at + 1000 * HOUR) == 1
    assert Case.objects.get(pk=stuck).state == "verifying"
    assert Case.objects.get(pk=other.case.pk).state == "reported"
