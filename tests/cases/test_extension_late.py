"""An extension that was asked for in time counts, however long the decision takes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases.deadlines.escalation import scan
from cases.deadlines.models import Clock
from citygrid.common.errors import Conflict
from tests.cases.walk import Walk, catalogue

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def walk(people) -> Walk:
    walk = Walk(people, catalogue())
    walk.to("handling")
    return walk


def handling(walk: Walk) -> Any:
    return Clock.objects.of(walk.case).get(kind="handle")


def asked_in_time(walk: Walk) -> Any:
    """Ask the minute before the limit passes; the clerk passes it on."""
    walk.at = handling(walk).due_at - timedelta(minutes=3)
    asked = walk.request("extension", "handler")
    return walk.decide(asked, "clerk")


def test_approved_after_the_limit_it_still_extends_and_nothing_is_overdue(walk):
    asked, before = asked_in_time(walk), handling(walk)
    walk.at = before.due_at + HOUR / 2
    scan(at=walk.at)
    assert handling(walk).overdue(walk.at)
    assert handling(walk).overdue_noted_at
    walk.decide(asked, "dispatcher")
    after = handling(walk)
    assert after.extensions == 1
    assert after.due_at > walk.at
    assert not after.overdue(walk.at)
    assert after.overdue_noted_at is None  # should the extended limit pass too, that is noted anew
    walk.do("submit", "handler", outcome="cannot", result="需专业设备")
    walk.do("confirm", "clerk")
    assert handling(walk).stopped_at
    assert not handling(walk).overdue(walk.at)


def test_decided_after_even_the_extended_limit_the_case_is_overdue_by_that_one(walk):
    asked, before = asked_in_time(walk), handling(walk)
    walk.at = before.due_at + timedelta(days=3)
    walk.decide(asked, "dispatcher")
    after = handling(walk)
    assert before.due_at < after.due_at < walk.at
    assert after.overdue(walk.at)


def test_refused_after_the_limit_the_case_is_overdue_by_the_first_one(walk):
    asked, before = asked_in_time(walk), handling(walk)
    walk.at = before.due_at + HOUR / 2
    walk.decide(asked, "dispatcher", "refuse", opinion="理由不充分")
    assert handling(walk).due_at == before.due_at
    assert handling(walk).overdue(walk.at)


def test_asked_after_the_limit_it_is_refused(walk):
    walk.at = handling(walk).due_at + timedelta(minutes=1)
    with pytest.raises(Conflict, match="can no longer be extended"):
        walk.request("extension", "clerk")
