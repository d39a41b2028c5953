"""The side ways of a whistle: objection, recall, blowing again, absence, contest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.casework.models import Case
from cases.deadlines.models import Clock
from cases.evidence.models import Evidence
from cases.whistles import timely
from cases.whistles.models import Whistle
from cases.whistles.report_ins import ReportIn
from cases.workflow.engine import advance
from citygrid.common.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.cases.walk import Walk, catalogue, photo
from tests.cases.whistling import POINTS, Tune, add_departments, whistle_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(people, city):
    add_departments(people, city)
    return people


def test_an_objection_stops_the_clocks_until_the_platform_rules(people):
    tune = Tune(people)
    tune.to("issued")
    tune.tell("ZJJ", "sign")
    with pytest.raises(Invalid):
        tune.tell("ZJJ", "object")
    tune.tell("ZJJ", "object", opinion="不属我局职责")
    objected = tune.at
    assert tune.clocks("ZJJ")["report_arrive"].paused_since == objected
    tune.at += timedelta(hours=30)
    assert timely.run(tune.at) == 2  # the others
    with pytest.raises(NotAllowed):
        tune.tell("ZJJ", "reject", "manager", opinion="属你局")
    tune.tell("ZJJ", "reject", "platform", opinion="属你局职责")
    back = tune.report("ZJJ")
    assert (back.state, back.ruling) == ("signed", "属你局职责")
    assert tune.clocks("ZJJ")["report_arrive"].due_at == tune.at + timedelta(hours=24) - timedelta(
        minutes=3
    )  # what was used up before the objection
    with pytest.raises(Conflict, match="once"):
        tune.tell("ZJJ", "object", opinion="仍不属")


def test_an_excused_department_is_neither_rated_nor_awaited(people):
    tune = Tune(people, names=("CGJ", "ZJJ"))
    tune.to("issued")
    tune.tell("ZJJ", "object", opinion="不属我局职责")
    tune.tell("ZJJ", "uphold", "platform", opinion="确不属")
    tune.finish("CGJ")
    tune.do("submit_joint", "clerk", outcome="solved", conclusion="已清")
    with pytest.raises(Invalid) as refusal:
        tune.do("rate", "street", department="ZJJ", **POINTS)
    assert refusal.value.fields.keys() == {"department"}
    tune.do("rate", "street", department="CGJ", **POINTS)
    assert tune.whistle.state == "rated"


def test_a_whistle_can_be_recalled_only_before_anybody_came(people):
    walk = Walk(people, catalogue())
    walk.to("filed")
    tune = whistle_for(walk)
    tune.to("issued")
    tune.tell("ZJJ", "object", opinion="不属我局职责")
    tune.do("recall", "streetlead", opinion="情况已消除")
    assert {one.state for one in ReportIn.objects.all()} == {"called_off"}
    assert not Clock.objects.filter(subject_type="cases.reportin", stopped_at=None).exists()
    case = Case.objects.get(pk=walk.case.pk)
    assert (case.state, case.whistle_number) == ("filed", "")
    walk.case, walk.at = case, tune.at
    assert walk.do("dispatch", "dispatcher", department="CGJ").state == "dispatched"

    other = Tune(people)
    other.to("handling")
    with pytest.raises(Conflict, match="departments at work"):
        other.do("recall", "streetlead", opinion="x")


def test_a_whistle_is_blown_again_and_its_case_waits_on(people):
    walk = Walk(people, catalogue())
    walk.to("dispatched")
    tune = whistle_for(walk)
    tune.to("rated")
    tune.do("blow_again", "streetlead", opinion="渣土又堆上了")
    new = Whistle.objects.get(again_of=tune.whistle)
    assert (new.state, tune.whistle.state) == ("judged", "blown_again")
    assert [call.department.code for call in new.calls.order_by("pk")] == ["CGJ", "ZJJ", "HBJ"]
    case = Case.objects.get(pk=walk.case.pk)
    assert (case.state, case.whistle_number) == ("handling", new.number)
    again = Tune(people, whistle=new, at=tune.at)
    again.do("blow", "streetlead", kind="enforcement", lead="ZJJ")
    again.do("start_review", "platform")
    again.do("send_back", "platform", opinion="请补充要求")
    assert (again.whistle.state, again.whistle.returned_count) == ("judged", 1)
    again.do("self_handle", "street", opinion="街道自行清运")
    assert Case.objects.get(pk=case.pk).state == "filed"


def test_the_street_concludes_when_the_lead_did_not_come(people):
    tune = Tune(people, names=("CGJ", "ZJJ"))
    tune.to("issued")
    tune.finish("ZJJ")
    with pytest.raises(Conflict, match="not settled"):
        tune.do("conclude", "street", outcome="partly", conclusion="x")
    tune.wait_for_absence()
    with pytest.raises(Conflict, match="did not take part"):
        tune.do("submit_joint", "clerk", outcome="partly", conclusion="x")
    tune.do("conclude", "street", outcome="partly", conclusion="城管未到")
    assert tune.whistle.state == "submitted"


def test_when_nobody_comes_the_clock_has_rated_everybody(people):
    tune = Tune(people)
    tune.to("issued")
    assert tune.wait_for_absence() == 3
    tune.do("conclude", "streetlead", outcome="cannot", conclusion="无一部门到场")
    assert tune.whistle.state == "rated"
    tune.do("feed_back", "street", feedback="将再次吹哨")


def test_a_rating_can_be_contested_once_within_three_working_days(people):
    tune = Tune(people, names=("CGJ", "ZJJ"))
    tune.to("rated")
    with pytest.raises(Conflict, match="No contested rating"):
        tune.tell("ZJJ", "rule_on_rating", "platform", opinion="x", set_aside=True)
    tune.tell("ZJJ", "contest_rating", opinion="已按时到场")
    with pytest.raises(Conflict, match="once"):
        tune.tell("ZJJ", "contest_rating", opinion="再申诉")
    tune.tell("ZJJ", "rule_on_rating", "platform", opinion="确有误差", set_aside=True)
    rating = tune.report("ZJJ").rating
    assert (rating.set_aside, rating.total, rating.ruled_by) == (True, 95, people["platform"])
    tune.at += timedelta(days=7)
    with pytest.raises(Conflict, match="three working days"):
        tune.tell("CGJ", "contest_rating", opinion="太晚")


def test_a_check_in_far_from_the_place_says_why(people):
    tune = Tune(people)
    tune.to("issued")
    with pytest.raises(Invalid, match="200 m allowed") as refusal:
        tune.arrive("CGJ", position="120.215,27.335")
    assert refusal.value.fields.keys() == {"far_reason"}
    assert tune.report("CGJ").state == "called"
    came = tune.arrive("CGJ", position="120.215,27.335", far_reason="道路封闭")
    assert 900 < (came.check_in_distance_m or 0) < 1100
    with pytest.raises(Invalid) as refusal:
        tune.arrive("ZJJ", photos=[])
    assert refusal.value.fields.keys() == {"photos"}


def test_strangers_find_neither_whistle_nor_report_in(people):
    tune = Tune(people)
    tune.to("issued")
    for who in ("stranger_street", "stranger_gw", "operator", "auditor", "sysadmin"):
        assert not Whistle.objects.visible_to(people[who], tune.at).exists(), who
        assert not ReportIn.objects.visible_to(people[who], tune.at).exists(), who
        with pytest.raises(NotFound):
            advance(tune.whistle, "comment", by=people[who], at=tune.at, text="?")
        with pytest.raises(NotFound):
            advance(tune.report("CGJ"), "sign", by=people[who], at=tune.at)
    for who in ("street", "streetlead", "platform", "manager", "clerk", "handler", "zj", "hb"):
        assert Whistle.objects.visible_to(people[who], tune.at).count() == 1, who
        assert ReportIn.objects.visible_to(people[who], tune.at).count() == 3, who


def test_the_photos_of_a_report_in_are_seen_by_who_sees_it(people):
    tune = Tune(people)
    tune.to("handling")
    piece = Evidence.objects.get(move="report_in.arrive")
    assert piece.holder == tune.report("CGJ")
    assert Evidence.objects.visible_to(people["street"], tune.at).filter(pk=piece.pk).exists()
    assert not Evidence.objects.visible_to(people["stranger_street"], tune.at).filter(pk=piece.pk).exists()
    assert not Evidence.objects.unused(tune.at + timedelta(days=30)).exists()
    with pytest.raises(Invalid):
        tune.arrive("ZJJ", photos=[str(piece.pk)])


def test_a_case_closed_by_force_meanwhile_is_left_alone(people):
    walk = Walk(people, catalogue())
    walk.to("dispatched")
    tune = whistle_for(walk)
    walk.do("force_close", "manager", opinion="领导批示")
    tune.to("fed_back")
    assert Case.objects.get(pk=walk.case.pk).state == "closed"


def test_two_cases_wait_for_one_whistle(people):
    walk = Walk(people, catalogue())
    walk.to("dispatched")
    tune = whistle_for(walk)
    other = Walk(people, walk.condition)
    other.to("filed")
    other.do("whistle", "street", whistle=tune.whistle.number)
    assert other.case.whistle_number == tune.whistle.number
    tune.whistle = Whistle.objects.get(pk=tune.whistle.pk)
    tune.to("whistled")
    third = Walk(people, walk.condition)
    third.to("filed")
    with pytest.raises(Conflict, match="before it is blown"):
        third.do("whistle", "street", whistle=tune.whistle.number)
    assert photo(people["gw"]).move == ""
