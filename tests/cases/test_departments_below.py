"""A clerk acts for the department of the post and for those below; a case is never given where nobody could sign."""

from __future__ import annotations

from typing import Any

import pytest

from cases.approvals.models import Approval
from cases.casework.models import Case
from cases.casework.staff import handlers, staffed_departments
from cases.whistles.report_ins import ReportIn
from cases.workflow.people import Acting
from citygrid.accounts.roles import Role
from citygrid.common.errors import Conflict, Invalid, NotFound
from gridmap.departments.models import Department, DepartmentKind
from gridmap.departments.tree import can_sign
from gridmap.posts.models import Post
from tests import cast
from tests.cases.walk import Walk, catalogue, photo
from tests.cases.whistling import Tune, load_kinds

pytestmark = pytest.mark.django_db


def add(code: str, city: dict[str, Any], parent: Department | None = None) -> Department:
    return Department.objects.create(
        code=code, name=code, kind=DepartmentKind.BUREAU, area_served=city[cast.CITY], parent=parent
    )


@pytest.fixture
def walk(people, city, departments) -> Walk:
    """A filed case; below the bureau stand a brigade and its team without posts, and a centre with a clerk."""
    brigade = add("CGDD", city, departments["CGJ"])
    add("ZD", city, brigade)
    centre = add("HW", city, departments["CGJ"])
    people["hw"] = cast.person("hw", Role.DEPT_CLERK, department=centre)
    walk = Walk(people, catalogue())
    walk.to("filed")
    return walk


def waits(walk: Walk, who: str) -> bool:
    acting = Acting(walk.people[who], walk.at)
    return bool(Case.objects.visible_to(acting.user, walk.at).waiting_for(acting).filter(pk=walk.case.pk).exists())


@pytest.mark.parametrize("code", ["CGDD", "ZD"])
def test_the_clerk_above_takes_a_case_of_a_department_without_posts_to_its_end(walk, code):
    walk.do("dispatch", "dispatcher", department=code)
    assert waits(walk, "clerk")
    assert not waits(walk, "hw")
    walk.do("sign", "clerk")
    walk.do("assign_handler", "clerk", handler="handler")
    walk.do(
        "submit", "handler", outcome="solved", result="已清理", after_photos=[photo(walk.people["handler"], walk.at)]
    )
    assert waits(walk, "clerk")
    walk.do("confirm", "clerk")
    assert walk.case.lead_department.code == code


def test_below_a_clerk_of_its_own_the_clerk_above_may_act_but_is_not_asked(walk):
    walk.do("dispatch", "dispatcher", department="HW")
    assert waits(walk, "hw")
    assert not waits(walk, "clerk")
    walk.do("sign", "clerk")
    assert walk.case.state == "handling"


def test_when_the_nearer_clerk_leaves_the_work_lands_above(walk):
    walk.do("dispatch", "dispatcher", department="HW")
    Post.objects.filter(user=walk.people["hw"]).update(ends_at=walk.at)
    assert waits(walk, "clerk")


def test_a_clerk_below_does_not_act_for_the_department_above(walk):
    walk.do("dispatch", "dispatcher", department="CGJ")
    assert not waits(walk, "hw")
    with pytest.raises(NotFound):
        walk.do("sign", "hw")


def test_who_handles_for_a_department_without_posts_stands_above_it(walk):
    walk.do("dispatch", "dispatcher", department="CGDD")
    acting = Acting(walk.people["clerk"], walk.at)
    assert {one.username for one in handlers(acting, "CGDD")} == {"clerk", "handler"}
    assert {one.username for one in handlers(acting, "HW")} == {"clerk", "handler", "hw"}
    assert list(handlers(acting, "ZJJ")) == []


def submitted_by_clerk(walk: Walk, code: str) -> None:
    walk.do("dispatch", "dispatcher", department=code)
    walk.do("sign", "clerk")
    walk.do("submit", "clerk", outcome="cannot", result="需专业设备")


def test_a_colleague_above_confirms_what_the_clerk_above_submitted(walk, departments):
    colleague = cast.person("colleague", Role.DEPT_CLERK, department=departments["CGJ"])
    walk.people["colleague"] = colleague
    submitted_by_clerk(walk, "CGDD")
    with pytest.raises(Conflict, match="a colleague must confirm"):
        walk.do("confirm", "clerk")
    walk.do("confirm", "colleague")


def test_the_only_clerk_confirms_also_where_handlers_could_not(walk):
    submitted_by_clerk(walk, "CGDD")
    walk.do("confirm", "clerk")
    assert walk.case.state == "fed_back"


def test_requests_of_a_department_without_posts_wait_above(walk):
    walk.do("dispatch", "dispatcher", department="CGDD")
    walk.do("sign", "clerk")
    walk.do("assign_handler", "clerk", handler="handler")
    asked = walk.request("extension", "handler")
    waiting = Approval.objects.waiting_for(Acting(walk.people["clerk"], walk.at))
    assert list(waiting) == [asked]
    assert not Approval.objects.waiting_for(Acting(walk.people["hw"], walk.at)).exists()


def test_the_own_part_is_finished_before_those_below(walk):
    walk.do("dispatch", "dispatcher", department="CGDD", co_departments=["CGJ", "HW", "ZD"])
    walk.do("sign", "clerk")

    def owing() -> set[str]:
        return {part.department.code for part in walk.case.owing_parts()}

    walk.do("finish_part", "clerk", result="本局已配合")
    assert owing() == {"HW", "ZD"}
    assert waits(walk, "clerk")  # the team's part lands on this desk, the centre's does not
    walk.do("finish_part", "clerk", result="中队已配合")
    assert owing() == {"HW"}
    walk.do("finish_part", "hw", result="已清运")
    assert owing() == set()


@pytest.mark.parametrize(
    ("given", "field"),
    [({"department": "ZJJ"}, "department"), ({"department": "CGJ", "co_departments": ["ZJJ"]}, "co_departments")],
)
def test_a_department_where_nobody_could_sign_is_refused_in_a_sentence(walk, given, field):
    with pytest.raises(Invalid, match="Have a clerk posted there, or choose a department that has one") as refused:
        walk.do("dispatch", "dispatcher", **given)
    assert list(refused.value.fields) == [field]
    assert "住房和城乡建设局" in refused.value.fields[field][0]
    walk.do("dispatch", "dispatcher", department="CGJ")
    with pytest.raises(Invalid, match="Nobody could sign at"):
        walk.do("redispatch", "dispatcher", opinion="改派", **({"department": "HW"} | given | {"department": "ZJJ"}))


def test_a_post_that_ended_or_a_closed_account_does_not_sign(walk, departments, django_assert_num_queries):
    helper = cast.person("zj", Role.DEPT_CLERK, department=departments["ZJJ"])
    with django_assert_num_queries(1):
        assert can_sign(departments["ZJJ"], walk.at)
    helper.is_active = False
    helper.save()
    assert not can_sign(departments["ZJJ"], walk.at)
    helper.is_active = True
    helper.save()
    Post.objects.filter(user=helper).update(ends_at=walk.at)
    assert not can_sign(departments["ZJJ"], walk.at)


def test_the_form_offers_the_departments_where_somebody_could_sign(walk):
    offered = {one.code for one in staffed_departments(Acting(walk.people["dispatcher"], walk.at))}
    assert offered == {"CGJ", "CGDD", "ZD", "HW"}


def test_the_tree_is_read_once_for_a_person(walk, django_assert_num_queries):
    walk.do("dispatch", "dispatcher", department="ZD")
    acting = Acting(walk.people["clerk"], walk.at)
    with django_assert_num_queries(2):  # posts, tree
        assert acting.acts_for(Role.DEPT_CLERK) > acting.answers_for(Role.DEPT_CLERK)


def test_a_report_in_waits_for_the_clerk_above_where_no_clerk_is_nearer(people, city, departments):
    brigade = add("CGDD", city, departments["CGJ"])
    load_kinds()
    tune = Tune(people, names=("CGDD",))
    tune.clerks = {"CGDD": "clerk"}
    tune.to("issued")

    def waits_for_clerk() -> bool:
        acting = Acting(people["clerk"], tune.at)
        return bool(ReportIn.objects.waiting_for(acting).filter(whistle=tune.whistle).exists())

    assert waits_for_clerk()
    tune.tell("CGDD", "sign")
    people["cgdd"] = cast.person("cgdd", Role.DEPT_CLERK, department=brigade)
    assert not waits_for_clerk()
