"""A manager is reminded of the own orders that were not answered in time, and of nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from cases.casework.models import Case
from cases.workflow.people import Acting
from citygrid.accounts.roles import Role
from citygrid.common import clock
from citygrid.common.errors import Conflict
from tests import cast
from tests.cases.walk import Walk, catalogue
from tests.web.case_pages import see

pytestmark = pytest.mark.django_db


@pytest.fixture
def walk(people, city) -> Walk:
    """A case in hand with an order to answer within four hours; there is a second manager."""
    people["manager2"] = cast.person("manager2", Role.MANAGER, area=city[cast.CITY])
    walk = Walk(people, catalogue(), at=clock.now() - timedelta(hours=6))
    walk.to("handling")
    walk.do("supervise", "manager", order="尽快办理", hours=4)
    return walk


def waits(walk: Walk, who: str, after: timedelta) -> bool:
    acting = Acting(walk.people[who], walk.at + after)
    return bool(Case.objects.visible_to(acting.user, acting.at).waiting_for(acting).filter(pk=walk.case.pk).exists())


IN_TIME, LATE = timedelta(hours=4), timedelta(hours=4, seconds=1)


def test_an_order_waits_for_who_gave_it_once_its_answer_is_late(walk):
    assert not waits(walk, "manager", IN_TIME)
    assert waits(walk, "manager", LATE)
    assert not waits(walk, "manager2", LATE)
    assert waits(walk, "clerk", IN_TIME)  # whose answer it is
    walk.do("answer_supervision", "clerk", reply="已安排")
    assert not waits(walk, "manager", LATE)


def test_the_end_of_the_case_ends_the_waiting(walk):
    walk.do("force_close", "manager", opinion="移交专项整治")
    assert not waits(walk, "manager", LATE)


def test_a_case_is_not_closed_before_the_order_has_its_answer(people, city):
    walk = Walk(people, catalogue(), at=clock.now() - timedelta(hours=6))
    walk.to("pending_close")
    walk.do("supervise", "manager", order="说明原因", hours=4)
    with pytest.raises(Conflict, match="is not answered yet"), translation.override("en"):
        walk.do("close", "leader")
    walk.do("answer_supervision", "leader", reply="已说明")
    assert walk.do("close", "leader").state == "closed"


def test_the_worklist_says_that_the_answer_is_late_and_the_queue_lists_all_orders(walk):
    page = see(walk.people["manager"], "/")
    assert walk.case.number in page
    assert "order not answered in time" in page
    assert walk.case.number not in see(walk.people["manager2"], "/")
    assert walk.case.number in see(walk.people["manager2"], "/cases/", tab="ordered")
    assert walk.case.number not in see(walk.people["manager2"], "/cases/", tab="mine")
    assert "Under supervision" not in see(walk.people["acceptor"], "/cases/")
