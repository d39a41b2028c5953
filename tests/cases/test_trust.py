"""A trusted department's feedback passes by itself; granting and ending the trust is journaled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.deadlines.models import Clock
from cases.journal.models import Event
from cases.workflow.engine import advance_by_system
from citygrid.common.errors import Conflict, NotAllowed
from gridmap.departments.services import change_department
from tests.cases.walk import AT, Walk, catalogue

pytestmark = pytest.mark.django_db


def trust(departments, people, granted=True, who="sysadmin"):
    change_department(department=departments["CGJ"], trusted=granted, at=AT, by=people[who])


def test_the_feedback_of_a_trusted_department_goes_straight_to_the_check(people, departments):
    trust(departments, people)
    walk = Walk(people, catalogue())
    walk.to("submitted")
    version = walk.case.version
    case = walk.do("confirm", "clerk")
    assert (case.state, case.version) == ("pending_check", version + 2)
    confirm, passed = Event.objects.of(case).order_by("sequence")[version : version + 2]
    assert (confirm.kind, confirm.to_state) == ("case.confirm", "fed_back")
    assert (passed.kind, passed.from_state, passed.to_state) == ("case.pass_by_trust", "fed_back", "pending_check")
    assert [passed.at, passed.actor_id] == [confirm.at, people["clerk"].pk]
    assert set(Clock.objects.of(case).filter(stopped_at=None).values_list("kind", flat=True)) == {"check"}


def test_without_trust_the_dispatcher_passes_it(people, departments):
    walk = Walk(people, catalogue())
    case = walk.to("fed_back")
    with pytest.raises(Conflict, match="not trusted"):
        advance_by_system(case, "pass_by_trust", at=walk.at)
    assert walk.do("pass_feedback", "dispatcher").state == "pending_check"


def test_trust_that_ended_passes_nothing(people, departments):
    trust(departments, people)
    trust(departments, people, granted=False)
    walk = Walk(people, catalogue())
    assert walk.to("fed_back").state == "fed_back"


def test_trust_is_granted_by_who_keeps_departments_and_journaled(people, departments):
    with pytest.raises(NotAllowed):
        trust(departments, people, who="dispatcher")
    trust(departments, people)
    event = Event.objects.get(kind="department.changed")
    assert event.actor_id == people["sysadmin"].pk
    assert (event.facts["before"], event.facts["after"]) == ({"trusted": False}, {"trusted": True})


def test_a_trusted_departments_work_can_still_be_sent_back(people, departments):
    trust(departments, people)
    walk = Walk(people, catalogue())
    walk.to("submitted")
    walk.do("confirm", "clerk")
    walk.at += timedelta(minutes=1)
    case = walk.do("rework", "dispatcher", opinion="还有垃圾")
    assert (case.state, case.rework_count) == ("handling", 1)
