"""A whistle from its source to the feedback, and the side ways, through the one door."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.casework.models import Case
from cases.deadlines.models import Clock
from cases.evidence.models import Evidence
from cases.journal.models import Event
from cases.whistles import timely
from cases.whistles.models import Whistle
from cases.whistles.report_ins import ReportIn
from cases.workflow.engine import advance
from citygrid.common.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.cases.walk import AT, Walk, catalogue, photo
from tests.cases.whistling import PLACE, POINTS, Tune, add_departments, add_neighbour

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(people, city):
    add_departments(people, city)
    return people


def whistle_for(walk: Walk, who: str = "street") -> Tune:
    """Open a draft from a case."""
    walk.do("whistle", who)
    return Tune(walk.people, whistle=Whistle.objects.get(number=walk.case.whistle_number), at=walk.at)


def test_an_enforcement_whistle_for_a_case_from_the_draft_to_the_feedback(people):
    walk = Walk(people, catalogue())
    case = walk.to("dispatched")
    tune = whistle_for(walk)
    case = walk.case
    assert (case.state, str(case.lead_department)) == ("handling", "山前街道办事处")
    assert case.whistle_number == tune.whistle.number
    assert tune.whistle.number == "FDS202603020001"
    assert tune.whistle.sources.get().subject_id == case.pk
    assert Clock.objects.of(case).get(kind="handle").paused_since == walk.at
    assert not Clock.objects.of(case).filter(kind="sign", stopped_at=None).exists()
    with pytest.raises(NotAllowed):
        advance(case, "submit", by=people["clerk"], at=walk.at, outcome="solved", result="x")

    tune.to("issued")
    assert set(tune.clocks("CGJ")) == {"report_sign", "report_arrive"}
    for code in ("CGJ", "ZJJ", "HBJ"):
        clocks = tune.clocks(code)
        assert clocks["report_sign"].due_at == tune.at + timedelta(hours=1)
        assert clocks["report_arrive"].due_at == tune.at + timedelta(hours=24)
        assert clocks["report_arrive"].department_id == tune.report(code).department_id
    tune.tell("CGJ", "sign")
    assert tune.clocks("CGJ")["report_sign"].stopped_at == tune.at
    assert tune.clocks("ZJJ")["report_sign"].stopped_at is None
    came = tune.arrive("CGJ")
    assert tune.whistle.state == "handling"
    assert (came.arrived_by, came.people, came.check_in_distance_m) == (people["clerk"], "张三", 0.0)
    assert Evidence.objects.of_holder(came).get().purpose == "photos"
    tune.arrive("ZJJ")
    for code in ("CGJ", "ZJJ"):
        tune.tell(code, "begin")
        tune.tell(code, "submit", outcome="solved", result="已清运")
        with pytest.raises(Conflict, match="not settled"):
            tune.do("submit_joint", "clerk", outcome="solved", conclusion="x")
        tune.tell(code, "accept", "street")
    assert tune.wait_for_absence() == 1
    gone = tune.report("HBJ")
    assert (gone.state, gone.supervised_at, gone.rating.total, gone.rating.rated_by) == ("absent", tune.at, 0, None)
    assert timely.run(tune.at) == 0
    tune.tell("HBJ", "answer_supervision", reply="值班人员漏看")

    tune.do("submit_joint", "clerk", outcome="solved", conclusion="渣土已清，责任人受罚")
    with pytest.raises(Conflict) as refusal:
        tune.do("feed_back", "street", feedback="已解决")
    assert refusal.value.code == "wrong_state"
    tune.do("rate", "street", department="CGJ", **POINTS)
    with pytest.raises(Invalid) as invalid:
        tune.do("rate", "street", department="ZJJ", on_time=5, as_asked=20, cooperation=5, proof=5)
    assert invalid.value.fields.keys() == {"reason"}
    assert tune.whistle.state == "submitted"
    tune.do("rate", "street", department="ZJJ", on_time=5, as_asked=20, cooperation=5, proof=5, reason="只拍照未处置")
    assert tune.whistle.state == "rated"
    assert [tune.report(code).rating.total for code in ("CGJ", "ZJJ", "HBJ")] == [95, 35, 0]
    tune.do("feed_back", "street", feedback="渣土已清运")
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.outcome, case.result, case.whistle_number) == ("fed_back", "solved", "渣土已清运", "")
    assert Clock.objects.of(case).get(kind="handle").stopped_at == tune.at

    walk.case, walk.at = case, tune.at
    walk.do("pass_feedback", "dispatcher")
    walk.do("send_check", "acceptor", worker="gw")
    walk.report_back("pass")
    walk.do("close", "leader")
    kinds = list(Event.objects.filter(subject_type="cases.whistle").order_by("sequence").values_list("kind", flat=True))
    assert kinds == [
        "whistle.draft", "whistle.source_joined", *["whistle.name_department"] * 3, "whistle.judge", "whistle.blow",
        "whistle.start_review", "whistle.approve", "whistle.issue", "whistle.first_arrival", "whistle.submit_joint",
        "whistle.rate", "whistle.rate", "whistle.feed_back",
    ]  # fmt: skip
    assert not Clock.objects.filter(stopped_at=None).exists()


def test_an_emergency_is_issued_at_once_and_reviewed_afterwards(people):
    tune = Tune(people, kind="emergency", names=("CGJ", "ZJJ"))
    tune._to_judged()
    tune.do("blow", "street", kind="emergency", lead="CGJ", position=PLACE)
    assert tune.whistle.state == "issued"
    events = Event.objects.filter(subject_type="cases.whistle").order_by("sequence")
    assert list(events.values_list("from_state", "to_state"))[-2:] == [("judged", "whistled"), ("whistled", "issued")]
    clocks = tune.clocks("CGJ")
    assert clocks["report_sign"].due_at == tune.at + timedelta(minutes=10)
    assert clocks["report_arrive"].due_at == tune.at + timedelta(minutes=30)
    review = Clock.objects.of(tune.whistle).get(kind="whistle_review")
    assert review.due_at == tune.at + timedelta(hours=24)
    issued = tune.at
    tune.arrive("CGJ")
    assert timely.run(issued + timedelta(minutes=30)) == 0
    assert timely.run(issued + timedelta(minutes=31)) == 1
    assert tune.report("ZJJ").state == "absent"
    assert tune.report("CGJ").state == "arrived"
    with pytest.raises(Invalid) as refusal:
        tune.do("review_afterwards", "platform", verdict="self_solvable")
    assert refusal.value.fields.keys() == {"opinion"}
    tune.do("review_afterwards", "platform", verdict="justified")
    assert Clock.objects.of(tune.whistle).get(kind="whistle_review").stopped_at == tune.at
    with pytest.raises(Conflict, match="already"):
        tune.do("review_afterwards", "platform", verdict="justified")


def test_who_may_blow_which_kind(people):
    tune = Tune(people)
    tune.to("judged")
    for kind in ("enforcement", "key_work"):
        with pytest.raises(NotAllowed, match="street leader"):
            tune.do("blow", "street", kind=kind, lead="CGJ", position=PLACE)
    with pytest.raises(Invalid) as refusal:
        tune.do("blow", "streetlead", kind="enforcement", lead="JDZX", position=PLACE)
    assert refusal.value.fields.keys() == {"lead"}
    with pytest.raises(Invalid) as refusal:
        tune.do("blow", "streetlead", kind="enforcement", lead="CGJ")
    assert refusal.value.fields.keys() == {"position"}
    tune.do("blow", "streetlead", kind="enforcement", lead="CGJ", position=PLACE)


def test_an_appointment_takes_the_place_of_the_limit_to_the_minute(people):
    tune = Tune(people)
    tune.to("judged")
    soon = (AT + timedelta(days=1)).replace(second=40)
    with pytest.raises(Invalid) as refusal:
        tune.do("blow", "streetlead", kind="emergency", lead="CGJ", position=PLACE, appear_at=soon)
    assert refusal.value.fields.keys() == {"appear_at"}
    tune.do("blow", "streetlead", kind="enforcement", lead="CGJ", position=PLACE, appear_at=soon)
    tune.do("start_review", "platform")
    tune.do("approve", "platform")
    tune.at += timedelta(seconds=17)
    tune.do("issue", "platform")
    assert tune.clocks("CGJ")["report_arrive"].due_at == soon.replace(second=0)


def test_an_appointment_that_passed_during_the_review_is_set_anew(people):
    tune = Tune(people)
    tune.to("judged")
    soon = tune.at + timedelta(hours=1)
    tune.do("blow", "streetlead", kind="enforcement", lead="CGJ", position=PLACE, appear_at=soon)
    tune.do("start_review", "platform")
    tune.do("approve", "platform")
    tune.at = soon
    with pytest.raises(Invalid) as refusal:
        tune.do("issue", "platform")
    assert refusal.value.fields.keys() == {"appear_at"}
    later = tune.at + timedelta(hours=3)
    tune.do("issue", "platform", appear_at=later)
    assert tune.clocks("ZJJ")["report_arrive"].due_at == later.replace(second=0, microsecond=0)


def test_key_work_asks_for_contact_meeting_and_plan_in_working_days(people):
    tune = Tune(people, kind="key_work", names=("ZJJ",))
    tune.to("issued")
    clocks = tune.clocks("ZJJ")
    assert set(clocks) == {"report_sign", "report_contact", "report_meeting", "report_plan"}
    assert clocks["report_contact"].due_at == tune.at + timedelta(hours=24)
    tune.tell("ZJJ", "sign")
    tune.tell("ZJJ", "contact", note="与街道王主任商定周三开会")
    with pytest.raises(Conflict, match="noted already"):
        tune.tell("ZJJ", "contact", note="再次联系")
    tune.arrive("ZJJ")
    tune.tell("ZJJ", "plan", plan="两周内完成")
    assert all(clock.stopped_at for clock in tune.clocks("ZJJ").values())


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


def test_an_escalated_whistle_is_decided_above(people, city):
    from citygrid.accounts.roles import Role
    from tests import cast

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
