"""Which role may do what: every cell of the table, asked of a real person who holds that one post."""

from __future__ import annotations

from datetime import timedelta

import pytest

from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import ROLES, Role
from citygrid.common import clock
from citygrid.common.errors import NotAllowed
from gridmap.posts.models import Post
from gridmap.posts.rights import can, require
from tests import cast

pytestmark = pytest.mark.django_db

# Written by hand. Columns in the order of COLUMNS: x may, . may not.
COLUMNS = [
    "area.view", "area.manage", "department.view", "department.manage", "object.view", "object.manage",
    "register.view", "register.edit", "register.reveal", "catalogue.view", "catalogue.manage",
    "account.view", "account.manage", "post.manage", "session.end", "journal.view", "journal.verify", "admin.enter",
    "case.view", "case.view_department", "evidence.original",
    "ticket.view", "ticket.view_unit", "caller.view", "whistle.view", "unit.supervise",
    "evaluation.view", "council.view", "lane.view", "lane.manage", "lane.walk",
]  # fmt: skip
EXPECTED = """
    grid_worker       x.x.x. xxx x. .... .. . x.. ... .. . ....
    acceptor          x.x.x. ... x. x... .. . x.x ... .. . ....
    shift_leader      x.x.x. ... x. x... .. . x.x ... .. . ....
    dispatcher        x.x.x. ... x. x... .. . x.. ... .. . ....
    dept_clerk        x.x.x. ... x. x... .. . .x. .x. .. x ....
    handler           x.x.x. ... x. .... .. . .x. .x. .. . ....
    hotline_operator  x.x.x. ... x. .... .. . x.. x.x .. . ....
    callback_agent    x.x.x. ... x. .... .. . x.. x.x .. . ....
    hotline_leader    x.x.x. ... x. x... .. . x.. x.x .. x ....
    street_staff      x.x.x. x.. x. x... .. . x.. .x. x. x xxx.
    street_leader     x.x.x. x.x x. x... .. . x.. .x. x. x xxx.
    platform_clerk    x.x.x. ... x. x... .. . x.. .x. x. x xx..
    manager           x.x.x. ... x. x... .. . x.x x.. xx x xx..
    lane_steward      ...... ... x. .... .. . ... ... .. . ...x
    auditor           x.x... ... .. x... xx x ... ... .. . ....
    sysadmin          xxxxxx ... xx xx.. .. x ... ... .. . ....
    secadmin          x.x... ... .. x.xx .. x ... ... .. . ....
"""
GRID = {
    row.split()[0]: dict(zip(COLUMNS, "".join(row.split()[1:]), strict=True))
    for row in EXPECTED.strip().splitlines()
}  # fmt: skip
HOLDER = {role.value: name for name, (role, _place) in reversed(cast.PEOPLE.items())} | {"lane_steward": "steward"}
ADMINISTRATORS = [Role.AUDITOR, Role.SYSADMIN, Role.SECADMIN]


@pytest.fixture
def people(people, city):
    """Add to the cast the volunteer whom no other test knows."""
    return {**people, "steward": cast.person("steward", Role.LANE_STEWARD, area=city[cast.COMMUNITY])}


def test_the_grid_has_every_role_and_every_right():
    assert list(GRID) == [role.value for role in Role]
    assert set(COLUMNS) == set(Perm.values)
    assert set(HOLDER) == set(GRID)


@pytest.mark.parametrize("role", list(Role))
def test_a_person_with_that_one_post_has_exactly_these_rights(people, role):
    person = people[HOLDER[role.value]]
    found = {name: "x" if can(person, Perm(name)) else "." for name in COLUMNS}
    assert found == GRID[role.value]
    assert {name: "x" if person.has_perm(name) else "." for name in COLUMNS} == found


@pytest.mark.parametrize("role", list(Role))
def test_nobody_has_a_right_in_the_neighbouring_city(people, city, role):
    person = people[HOLDER[role.value]]
    province = city["35"]
    assert not [perm for perm in Perm if can(person, perm, province)]


def test_only_the_three_administrators_enter_the_administration_and_they_share_no_power():
    assert [role for role, spec in ROLES.items() if spec.administers] == ADMINISTRATORS
    powers = {Perm.ACCOUNT_MANAGE, Perm.POST_MANAGE, Perm.SESSION_END, Perm.JOURNAL_VIEW, Perm.JOURNAL_VERIFY}
    for perm in powers:
        assert len([role for role in Role if perm in ROLES[role].perms]) == 1, perm
    assert not [perm for perm in ROLES[Role.AUDITOR].perms if perm.value.endswith(("manage", "edit", "end"))]


def test_administrators_see_no_register_of_persons():
    for role in ADMINISTRATORS:
        assert not [perm for perm in ROLES[role].perms if perm.value.startswith("register.")]


def test_every_role_has_a_duty_in_words_and_a_place():
    for role, spec in ROLES.items():
        assert str(spec.duty).endswith("."), role
        assert spec.held_at <= {"area", "department"}, role
        assert spec.held_at, role


def test_a_post_is_held_from_its_first_instant_to_before_its_last(people):
    post = Post.objects.get(user=people["street"])
    post.ends_at = cast.START + timedelta(days=10)
    post.save()
    tick = timedelta(microseconds=1)
    asked = {
        "before": post.starts_at - tick, "first": post.starts_at, "last": post.ends_at - tick, "end": post.ends_at,
    }  # fmt: skip
    found = {name: can(people["street"], Perm.AREA_VIEW, at=at) for name, at in asked.items()}
    assert found == {"before": False, "first": True, "last": True, "end": False}


def test_a_right_reaches_down_and_neither_up_nor_aside(people, city):
    street = people["street"]
    reached = {code for code, area in city.items() if can(street, Perm.AREA_VIEW, area)}
    assert reached == {cast.OURS, cast.COMMUNITY, cast.EMPTY_COMMUNITY, *cast.GRIDS}


def test_a_right_over_a_thing_is_judged_by_its_area(people, departments):
    assert can(people["street"], Perm.DEPARTMENT_VIEW, departments["SQ"])
    assert not can(people["street"], Perm.DEPARTMENT_VIEW, departments["TS"])
    assert can(people["street"], Perm.ACCOUNT_VIEW, Post.objects.get(user=people["gw"]))
    assert not can(people["street"], Perm.ACCOUNT_VIEW, Post.objects.get(user=people["stranger_gw"]))
    with pytest.raises(TypeError, match="no area"):
        can(people["street"], Perm.AREA_VIEW, departments["SQ"].posts.model())


def test_a_right_over_a_person_must_reach_every_place_of_that_person(people, city):
    local = cast.person("local", Role.SECADMIN, area=city[cast.OURS])
    assert can(local, Perm.SESSION_END, people["gw"])
    assert not can(local, Perm.SESSION_END, people["stranger_gw"])
    Post.objects.create(user=people["gw"], role=Role.GRID_WORKER, area=city[cast.THEIR_GRID], starts_at=cast.START)
    assert not can(local, Perm.SESSION_END, people["gw"])
    assert can(people["secadmin"], Perm.SESSION_END, people["gw"])


def test_a_right_over_a_person_counts_the_posts_to_come_and_not_those_that_ended(people, city):
    now, day = clock.now(), timedelta(days=1)
    local = cast.person("local", Role.SYSADMIN, area=city[cast.OURS])
    coming = Post.objects.get(user=people["manager"])
    coming.starts_at = now + day
    coming.save()
    assert not can(local, Perm.ACCOUNT_MANAGE, people["manager"], now)
    assert can(people["sysadmin"], Perm.ACCOUNT_MANAGE, people["manager"], now)
    coming.starts_at, coming.ends_at = now - day, now
    coming.save()
    assert can(local, Perm.ACCOUNT_MANAGE, people["manager"], now)


def test_people_without_a_post_or_with_a_closed_account_may_nothing(people):
    Post.objects.filter(user=people["gw"]).delete()
    people["sysadmin"].is_active = False
    for name in ("gw", "sysadmin"):
        assert not [perm for perm in Perm if can(people[name], perm)]
        assert not [perm for perm in Perm if people[name].has_perm(perm)]


def test_a_refusal_names_the_right_and_who_holds_it(people):
    with pytest.raises(NotAllowed) as refused:
        require(people["gw"], Perm.POST_MANAGE)
    assert "Give and end posts" in str(refused.value)
    assert "security administrator" in str(refused.value)
    require(people["secadmin"], Perm.POST_MANAGE, at=clock.now())
