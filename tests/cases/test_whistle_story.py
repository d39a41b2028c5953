"""A whistle from its source to the feedback, and the side ways, through the one door."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.casework.models import Case
from cases.deadlines.models import Clock
from cases.evidence.models import Evidence
from cases.journal.models import Event
from cases.whistles import timely
from cases.workflow.engine import advance
from citygrid.common.errors import Conflict, Invalid, NotAllowed
from tests.cases.walk import AT, Walk, catalogue
from tests.cases.whistling import PLACE, POINTS, Tune, add_departments, whistle_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(people, city):
    add_departments(people, city)
    return people


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
