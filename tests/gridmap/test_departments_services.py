"""Adding, changing and closing departments."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.journal.models import Event
from citygrid.common.errors import Conflict, Invalid, NotAllowed
from gridmap.departments.models import Department, DepartmentKind
from gridmap.departments.services import add_department, change_department, close_department
from gridmap.posts.models import Post
from tests import cast

pytestmark = pytest.mark.django_db

NOW = cast.START + timedelta(days=10)


@pytest.fixture
def add(city):
    def run(code="HW", **fields):
        given = {"name": "环卫中心", "kind": DepartmentKind.INSTITUTION, "area_served": city[cast.CITY], "at": NOW}
        return add_department(code=code, **{**given, **fields})

    return run


def test_a_department_is_added_below_another_and_journaled(add, departments, people):
    added = add(parent=departments["CGJ"], by=people["sysadmin"])
    assert added.parent == departments["CGJ"]
    event = Event.objects.get(kind="department.added")
    assert (event.actor_id, event.facts["parent"], event.facts["area"]) == (people["sysadmin"].pk, "CGJ", cast.CITY)


@pytest.mark.parametrize("who", ["gw", "clerk", "street", "manager", "secadmin", "auditor"])
def test_only_who_keeps_departments_may(add, departments, people, who):
    for attempt in (
        lambda by: add(by=by),
        lambda by: change_department(department=departments["CGJ"], name="x", at=NOW, by=by),
        lambda by: close_department(department=departments["CGJ"], at=NOW, by=by),
    ):
        with pytest.raises(NotAllowed, match="Add, change and close departments"):
            attempt(people[who])
    assert Department.objects.count() == len(departments)


def test_a_code_in_use_is_refused(add, departments):
    with pytest.raises(Conflict, match="CGJ is in use"):
        add(code="CGJ")


def test_every_faulty_field_is_named(add):
    with pytest.raises(Invalid) as refusal:
        add(name="", kind="guild")
    assert set(refusal.value.fields) == {"name", "kind"}
    assert not Department.objects.exists()


def test_a_change_is_journaled_with_before_and_after(departments, city, people):
    department = departments["ZJJ"]
    assert change_department(
        department=department, name="住建局", parent=departments["CGJ"], at=NOW, by=people["sysadmin"]
    )
    event = Event.objects.get(kind="department.changed")
    assert event.facts["before"] == {"name": "住房和城乡建设局", "parent": None}
    assert event.facts["after"] == {"name": "住建局", "parent": "CGJ"}
    assert not change_department(department=department, name="住建局", at=NOW, by=people["sysadmin"])
    assert Event.objects.filter(kind="department.changed").count() == 1


def test_a_tree_that_runs_in_a_circle_is_refused(add, departments):
    below = add(parent=departments["CGJ"])
    for parent in (below, departments["CGJ"]):
        with pytest.raises(Invalid, match="cannot belong to itself or to one below itself"):
            change_department(department=Department.objects.get(code="CGJ"), parent=parent, at=NOW)


def test_the_code_cannot_be_changed(departments):
    with pytest.raises(TypeError, match="code"):
        change_department(department=departments["CGJ"], code="X", at=NOW)


def test_a_department_with_posts_is_closed_only_when_they_have_ended(departments, people):
    with pytest.raises(Conflict, match="2 posts are held at 城市管理局"):
        close_department(department=departments["CGJ"], at=NOW, by=people["sysadmin"])
    Post.objects.filter(department=departments["CGJ"]).update(ends_at=NOW)
    closed = close_department(department=departments["CGJ"], at=NOW, by=people["sysadmin"])
    assert closed not in Department.objects.in_force(NOW)
    assert closed in Department.objects.in_force(NOW - timedelta(seconds=1))
    assert Event.objects.filter(kind="department.closed").count() == 1


def test_a_department_with_others_below_it_is_not_closed(add, departments):
    add(parent=departments["ZJJ"])
    with pytest.raises(Conflict, match="1 departments belong to"):
        close_department(department=departments["ZJJ"], at=NOW)


def test_a_closed_department_takes_no_change_no_child_and_no_second_closing(add, departments):
    closed = close_department(department=departments["ZJJ"], at=NOW)
    for attempt in (
        lambda: close_department(department=closed, at=NOW),
        lambda: change_department(department=closed, name="x", at=NOW),
        lambda: add(parent=closed, at=NOW + timedelta(days=1)),
    ):
        with pytest.raises(Conflict, match="closed"):
            attempt()
