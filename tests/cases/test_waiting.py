"""For whom a case waits, who sees it, and what the queues count: asked of the database, and told case by case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import localtime

from cases.casework.models import Case
from cases.casework.states import OPEN, State
from cases.casework.table import TURN
from cases.casework.urgency import SUBJECT_TYPE
from cases.deadlines.models import Clock
from cases.fieldwork.states import TaskState
from cases.web.tabs import STAGES, tabs_for
from cases.workflow.people import Acting
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import Role
from gridmap.departments.models import Department, DepartmentKind
from gridmap.posts.models import Post
from tests import cast
from tests.cases.random_cases import throw
from tests.cases.walk import AT, catalogue

pytestmark = pytest.mark.django_db
PLACELESS = {Role.DEPT_CLERK, Role.HANDLER, Role.GRID_WORKER}  # who waits by department, by name, by task


def sees(acting: Acting, case: Case) -> bool:
    """By area; or a department of the person leads the case, helps or once helped, leads or once led a round."""
    if not acting.above(case.area_id).isdisjoint(acting.roots(Perm.CASE_VIEW)):
        return True
    children: list[Any] = [*case.co_departments.all(), *case.rounds.all()]
    touched = {one.department_id for one in children}
    own = acting.departments(Perm.CASE_VIEW_DEPARTMENT)
    return not touched.union([case.lead_department_id]).isdisjoint(own)


def waits(acting: Acting, case: Case) -> bool:
    """By state and role, as the rulebook has it."""
    turn = TURN.get(case.state, ())
    order = case.open_supervision()
    ours = acting.answers_for(Role.DEPT_CLERK)
    if any(
        role in turn and role not in PLACELESS and (area or served) in acting.above(case.area_id)
        for role, area, _department, served in acting.posts
    ):
        return True
    if case.lead_department_id in ours and Role.DEPT_CLERK in turn:
        free = case.handler_id is None and not case.whistle_number
        if order or case.state in (State.DISPATCHED, State.SUBMITTED) or (case.state == State.HANDLING and free):
            return True
    if case.state == State.HANDLING and not ours.isdisjoint(case.co_department_ids()):
        return True
    if acting.holds_role(Role.HANDLER) and case.state == State.HANDLING and case.is_assigned_to(acting.user):
        return True
    at_my_task = any(
        task.assignee_id == acting.user.pk and task.state != TaskState.DONE for task in case.field_tasks.all()
    )
    if acting.holds_role(Role.GRID_WORKER) and case.state in (State.VERIFYING, State.CHECKING) and at_my_task:
        return True
    mine = order is not None and order.ordered_by_id == acting.user.pk and order.due_at < acting.at
    return acting.holds_role(Role.MANAGER) and case.state in OPEN and mine


def dues(case: Case) -> list:
    clocks = Clock.objects.filter(subject_type=SUBJECT_TYPE, subject_id=case.pk)
    return [one.due_at for one in clocks if one.stopped_at is None and one.paused_since is None]


@pytest.fixture
def everybody(people, city, departments):
    """The cast, and people with posts of several kinds or with none in force."""
    below = Department.objects.create(
        code="CGDD", name="大队", kind=DepartmentKind.BUREAU, area_served=city[cast.CITY], parent=departments["CGJ"]
    )
    people["below"] = cast.person("below", Role.HANDLER, department=below)
    for name, *posts in (
        ("all_round", (Role.ACCEPTOR, "JDZX", ""), (Role.DEPT_CLERK, "ZJJ", ""), (Role.GRID_WORKER, "", cast.GRIDS[1])),
        ("two_places", (Role.SHIFT_LEADER, "SQ", ""), (Role.DISPATCHER, "TS", ""), (Role.HANDLER, "CGJ", "")),
        ("leader_and_manager", (Role.SHIFT_LEADER, "TS", ""), (Role.MANAGER, "", cast.OURS)),
    ):
        people[name] = cast.person(name, Role.AUDITOR, area=city[cast.CITY])
        for role, department, area in posts:
            Post.objects.create(
                user=people[name], role=role, department=departments.get(department), area=city.get(area),
                starts_at=cast.START,
            )  # fmt: skip
    people["gone"] = cast.person("gone", Role.ACCEPTOR, department=departments["JDZX"])
    Post.objects.filter(user=people["gone"]).update(ends_at=AT)
    return people


def thrown(people, seed) -> list[Case]:
    throw(60, seed=seed, category=catalogue().category, people=people, at=AT)
    return list(Case.objects.prefetch_related("rounds", "co_departments", "field_tasks", "supervisions"))


@pytest.mark.parametrize("seed", range(2))
def test_the_database_and_the_rulebook_agree_about_every_case_and_person(everybody, seed):
    cases = thrown(everybody, seed)
    waited = 0
    for user in everybody.values():
        acting = Acting(user, AT)
        seen = {case.pk for case in cases if sees(acting, case)}
        mine = {case.pk for case in cases if case.pk in seen and waits(acting, case)}
        visible = Case.objects.visible_to(user, AT)
        assert set(visible.values_list("pk", flat=True)) == seen, user
        assert visible.count() == len(seen)
        found = visible.waiting_for(acting)
        assert sorted(found.values_list("pk", flat=True)) == sorted(mine), user
        assert sorted(found.most_urgent_first()[0:200]) == sorted(mine)
        assert all(bool(Case.objects.find_for(user, AT, pk=case.pk)) == (case.pk in seen) for case in cases[::12])
        waited += len(mine)
    assert waited > 50


@pytest.mark.parametrize("seed", range(2))
def test_the_queues_count_what_they_hold(everybody, seed):
    cases = thrown(everybody, seed)
    evening = localtime(AT).replace(hour=0, minute=0) + timedelta(days=1)
    overdue = {case.pk for case in cases if any(due < AT for due in dues(case))}
    today = {case.pk for case in cases if any(AT <= due < evening for due in dues(case))}
    assert overdue
    assert today
    for user in everybody.values():
        acting = Acting(user, AT)
        seen = [case for case in cases if sees(acting, case)]
        tabs = {tab.key: tab for tab in tabs_for(acting)}
        visible = Case.objects.visible_to(user, AT)
        for tab in tabs.values():
            assert tab.count in (None, tab.keep(visible).count()), (user, tab.key)
        assert tabs["mine"].count == sum(waits(acting, case) for case in seen)
        for key, _label, states in STAGES if "accept" in tabs else ():
            held = {case.pk for case in seen if case.state in states}
            assert (tabs[key].count, tabs[key].red) == (len(held), len(held & overdue)), (user, key)
        if "our_hand" not in tabs:
            continue
        own = acting.departments(Perm.CASE_VIEW_DEPARTMENT)
        ours = [case for case in seen if case.lead_department_id in own]
        working = [case for case in ours if case.state in (State.HANDLING, State.SUBMITTED)]
        ongoing = {case.pk for case in ours if case.state == State.DISPATCHED} | {case.pk for case in working}
        expected = {
            "our_sign": sum(case.state == State.DISPATCHED for case in ours), "our_hand": len(working),
            "our_today": len(ongoing & today), "our_overdue": len(ongoing & overdue),
            "our_rework": sum(case.rework_count > 0 for case in working),
        }  # fmt: skip
        assert {key: tabs[key].count for key in expected} == expected, user
        assert tabs["our_overdue"].red == expected["our_overdue"]
