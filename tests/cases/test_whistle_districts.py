"""Whistles across the border of a district, and those that the level above decides."""

from __future__ import annotations

import pytest

from cases.whistles.models import Whistle
from citygrid.accounts.roles import Role
from citygrid.common.errors import Conflict, Invalid, NotAllowed
from gridmap.areas.models import Level
from gridmap.areas.tree import add_area
from gridmap.departments.models import Department, DepartmentKind
from gridmap.posts.models import Post
from tests import cast
from tests.cases.whistling import NEIGHBOUR, PLACE, POINTS, Tune, add_departments, add_neighbour

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(people, city):
    add_departments(people, city)
    return people


def test_a_unit_of_another_district_comes_when_its_platform_agrees(people, city):
    add_neighbour(people, city)
    tune = Tune(people, names=("CGJ", "FACG"))
    tune.to("judged")
    seen = Whistle.objects.visible_to
    assert tune.whistle.cross_district
    assert not seen(people["guest_platform"], tune.at).exists()
    tune.do("blow", "streetlead", kind="enforcement", lead="CGJ", position=PLACE)
    assert seen(people["guest_platform"], tune.at).exists()
    assert not seen(people["guest_clerk"], tune.at).exists()
    tune.do("start_review", "platform")
    tune.do("approve", "platform")
    with pytest.raises(Conflict, match="福安市"):
        tune.do("issue", "platform")
    with pytest.raises(NotAllowed):
        tune.do("agree", "platform")
    tune.do("agree", "guest_platform")
    with pytest.raises(NotAllowed):
        tune.do("issue", "guest_platform")
    tune.do("issue", "platform")
    assert seen(people["guest_clerk"], tune.at).exists()
    tune.tell("FACG", "object", opinion="不在我市辖区")
    with pytest.raises(NotAllowed):
        tune.tell("FACG", "reject", "platform", opinion="x")
    tune.tell("FACG", "reject", "guest_platform", opinion="跨界部分属我市")
    tune.finish("FACG")
    tune.finish("CGJ")
    tune.do("submit_joint", "clerk", outcome="solved", conclusion="已清")
    tune.do("rate", "street", department="FACG", **POINTS)
    assert tune.report("FACG").rating.total == 95


def test_a_district_that_refuses_is_not_called(people, city):
    add_neighbour(people, city)
    tune = Tune(people, names=("FACG", "CGJ"))
    tune.to("approved")
    tune.do("disagree", "guest_platform", opinion="无管辖权")
    with pytest.raises(Invalid, match="Name another lead"):
        tune.do("issue", "platform")
    tune.do("name_lead", "platform", department="CGJ", opinion="改由城管牵头")
    tune.do("issue", "platform")
    assert [one.department.code for one in tune.whistle.report_ins.all()] == ["CGJ"]


def test_a_platform_answers_for_the_units_of_its_own_district_alone(people, city):
    add_neighbour(people, city)
    further = add_area(code="350926", name="柘荣县", level=Level.COUNTY, parent=city["3509"], at=cast.START)
    Department.objects.create(code="ZRCG", name="柘荣县城管局", kind=DepartmentKind.ENFORCEMENT, area_served=further)
    above = {"role": Role.MANAGER, "area": city["3509"]}  # holds both districts, but is no platform's post
    Post.objects.create(user=people["guest_platform"], **above, starts_at=cast.START)
    tune = Tune(people, names=("CGJ", "FACG", "ZRCG"))
    tune.to("approved")
    tune.do("agree", "guest_platform")
    answers = dict(tune.whistle.calls.values_list("department__code", "agreed"))
    assert answers == {"CGJ": None, "FACG": True, "ZRCG": None}
    with pytest.raises(Conflict, match="of your district"):
        tune.do("disagree", "guest_platform", opinion="无管辖权")
    assert tune.whistle.calls.get(department__code="FACG").agreed


def test_an_escalated_whistle_is_decided_above(people, city):
    tune = Tune(people)
    tune.to("whistled")
    with pytest.raises(Conflict, match="Nobody holds"):
        tune.do("escalate", "platform", opinion="区级协调不了")
    people["above"] = cast.person("above", Role.PLATFORM_CLERK, area=city["3509"])
    tune.do("escalate", "platform", opinion="区级协调不了")
    with pytest.raises(NotAllowed):
        tune.do("start_review", "platform")
    tune.do("start_review", "above")
    assert tune.whistle.escalated


def test_a_unit_of_the_own_district_is_no_guest_after_the_escalation(people, city):
    add_neighbour(people, city)
    people["above"] = cast.person("above", Role.PLATFORM_CLERK, area=city["3509"])
    tune = Tune(people, names=("CGJ", "ZJJ"))
    tune.to("whistled")
    tune.do("escalate", "platform", opinion="区级协调不了")
    tune.do("start_review", "above")
    tune.do("send_back", "above", opinion="请补充要求")
    tune.do("name_department", "street", department="ZJJ", asked="核查工地")
    assert not tune.whistle.cross_district
    tune.do("name_department", "street", department="FACG", asked="清运跨界部分")
    assert tune.whistle.cross_district
    guests = dict(tune.whistle.calls.exclude(platform_area=None).values_list("department__code", "platform_area__code"))
    assert guests == {"FACG": NEIGHBOUR}
