"""The centre's clock for checks stands still while a grid worker is out: that time is measured by the field task."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.casework import timely
from cases.casework.states import State
from cases.deadlines.models import Clock
from tests.cases.walk import Walk, catalogue

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(people) -> tuple[Walk, Clock]:
    """A case sent for a check, ten minutes after it waited for one, and the clock as it was before."""
    walk = Walk(people, catalogue())
    walk.to(State.PENDING_CHECK)
    waiting = clock(walk)
    walk.at += timedelta(minutes=9)
    walk.do("send_check", "acceptor")
    return walk, waiting


def clock(walk: Walk) -> Clock:
    return Clock.objects.of(walk.case).get(kind="check")


def test_it_stands_still_while_the_check_is_made_and_ends_with_a_pass(sent):
    walk, _waiting = sent
    assert clock(walk).paused_since == walk.at
    walk.at += timedelta(hours=1)
    walk.report_back("pass")
    ended = clock(walk)
    assert ended.stopped_at == walk.at
    assert not ended.overdue(walk.at)


@pytest.mark.parametrize("back", ["fail", "recall_check", "lapse"])
def test_it_goes_on_with_what_it_had_left_when_the_case_comes_back(sent, back):
    walk, waiting = sent
    out = walk.at
    if back == "fail":
        walk.at += timedelta(minutes=19)
        walk.report_back("fail", note="垃圾还在")
    elif back == "recall_check":
        walk.at += timedelta(minutes=19)
        walk.do("recall_check", "acceptor")
    else:
        walk.at += timedelta(days=3)
        assert timely.expire_tasks(walk.at) == 1
    going = clock(walk)
    assert going.paused_since is None
    assert going.stopped_at is None
    if back != "lapse":  # within the same hours of work
        assert going.due_at - waiting.due_at == walk.at - out == timedelta(minutes=20)
