"""A case from the report to the end, and the side ways, through the one door."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cases.approvals.models import Approval
from cases.casework.models import Case
from cases.casework.services import report_case
from cases.catalogue.conditions import ConditionLimit, FilingCondition
from cases.catalogue.models import Category, CategoryStandard
from cases.deadlines.models import Clock
from cases.evidence.models import Evidence
from cases.journal.models import Event
from cases.workflow.engine import advance, create
from citygrid.common.errors import Conflict, Invalid, NotAllowed, NotFound
from tests import cast

pytestmark = pytest.mark.django_db
AT = cast.START.replace(month=3, day=2, hour=1)  # Monday 2026-03-02 09:00 in the city


@pytest.fixture
def condition(city) -> FilingCondition:
    standard = CategoryStandard.objects.create(code="CJ/T 214-2007", key="CJ214", name="部件与事件分类")
    category = Category.objects.create(
        code="CJ214-E0102", standard=standard, kind="event", major_code="01", major_name="市容环境", minor_code="02",
        name="暴露垃圾", self_handling=True,
    )  # fmt: skip
    row = FilingCondition.objects.create(
        code="CJ214-E0102-01", category=category, text="容器外有生活垃圾", closing_text="清除", valid_from=cast.START
    )
    ConditionLimit.objects.create(condition=row, value=Decimal(4), unit="work_hour")
    return row


def photo(user: Any, at: datetime) -> Evidence:
    return Evidence.objects.create(
        uploaded_by=user, uploaded_at=at, original="x.jpg", media_type="image/jpeg", size=1, sha256="0" * 64
    )


def report(people, condition, at=AT, who="gw") -> Case:
    return report_case(
        category=condition.category, description="垃圾", lon=120.205, lat=27.335, at=at, by=people[who],
        photos=[photo(people[who], at)] if who == "gw" else [],
    )  # fmt: skip


def test_a_case_goes_all_the_way(people, condition, departments):
    case = report(people, condition)
    assert case.number == "FD202603020001"

    def move(name: str, who: str, minutes: int, **given: Any) -> None:
        nonlocal case
        case = advance(case, name, by=people[who], at=AT + timedelta(minutes=minutes), **given)

    move("accept", "acceptor", 5)
    move("file", "leader", 10, condition=condition.code)
    move("dispatch", "dispatcher", 15, department="CGJ")
    handle = Clock.objects.of(case).get(kind="handle")
    assert handle.due_at == AT + timedelta(minutes=15 + 240 + 120)  # four working hours over the lunch break
    move("sign", "clerk", 30)
    move("assign_handler", "clerk", 35, handler="handler")
    move(
        "submit", "handler", 60, outcome="solved", result="已清运", after_photos=[str(photo(people["handler"], AT).pk)]
    )
    move("confirm", "clerk", 70)
    assert Clock.objects.of(case).get(kind="handle").stopped_at == AT + timedelta(minutes=70)
    move("pass_feedback", "dispatcher", 75)
    move("send_check", "acceptor", 80)
    task = case.field_tasks.get()
    assert task.assignee == people["gw"]
    advance(
        task, "complete", by=people["gw"], at=AT + timedelta(minutes=90), verdict="pass", position="120.205,27.335",
        photos=[photo(people["gw"], AT)],
    )  # fmt: skip
    case = Case.objects.get(pk=case.pk)
    assert case.state == "pending_close"
    with pytest.raises(NotAllowed):
        move("close", "acceptor", 92)
    move("close", "leader", 95)
    assert case.state == "closed"
    kinds = list(Event.objects.filter(subject_type="cases.case").order_by("sequence").values_list("kind", flat=True))
    assert kinds[0] == "case.report"
    assert kinds[-1] == "case.close"
    assert not Clock.objects.of(case).filter(stopped_at=None).exists()


def test_strangers_do_not_find_the_case(people, condition):
    case = report(people, condition)
    with pytest.raises(NotFound):
        advance(case, "comment", by=people["stranger_street"], at=AT, text="?")


def test_a_wrong_state_says_where_it_is_and_whose_turn(people, condition):
    case = report(people, condition)
    with pytest.raises(Conflict, match="acceptor") as refusal:
        advance(case, "file", by=people["leader"], at=AT, condition=condition.code)
    assert refusal.value.code == "wrong_state"


def test_two_who_decide_on_the_same_version_meet_a_conflict(people, condition):
    case = report(people, condition)
    advance(case, "urge", by=people["acceptor"], at=AT)
    with pytest.raises(Conflict) as refusal:
        advance(case, "accept", by=people["acceptor"], at=AT, version=1)
    assert refusal.value.current.version == 2


def test_a_return_goes_back_to_the_dispatcher_and_the_clock_stands_still(people, condition):
    case = report(people, condition)
    case = advance(case, "accept", by=people["acceptor"], at=AT)
    case = advance(case, "file", by=people["leader"], at=AT, condition=condition.code)
    case = advance(case, "dispatch", by=people["dispatcher"], at=AT, department="CGJ")
    request = Approval(
        kind="return", case=case, area=case.area, department=case.lead_department, requested_by=people["clerk"],
        requested_at=AT, reason="不属本单位职责",
    )  # fmt: skip
    create(request, "request", by=people["clerk"], at=AT + timedelta(minutes=10))
    assert Clock.objects.of(case).get(kind="handle").paused_since == AT + timedelta(minutes=10)
    with pytest.raises(Conflict, match="not decided"):
        advance(case, "sign", by=people["clerk"], at=AT + timedelta(minutes=11))
    with pytest.raises(Invalid):
        advance(request, "refuse", by=people["dispatcher"], at=AT + timedelta(minutes=20))
    advance(request, "approve", by=people["dispatcher"], at=AT + timedelta(minutes=20))
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.returned_count) == ("filed", 1)
    case = advance(case, "dispatch", by=people["dispatcher"], at=AT + timedelta(minutes=30), department="CGJ")
    handle = Clock.objects.of(case).get(kind="handle")
    assert handle.due_at == AT + timedelta(minutes=240 + 120 + 20)


def test_a_clock_never_stops_before_it_started_though_two_act_within_a_moment(people, condition):
    case = report(people, condition)
    case = advance(case, "accept", by=people["acceptor"], at=AT + timedelta(seconds=2))
    case = advance(case, "file", by=people["leader"], at=AT + timedelta(seconds=1), condition=condition.code)
    file = Clock.objects.of(case).get(kind="file")
    assert file.started_at == file.stopped_at == AT + timedelta(seconds=2)
