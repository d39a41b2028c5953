"""Giving and ending posts, handing them over, seeing people off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps

from citygrid.accounts import sessions, tokens
from citygrid.accounts.models import ApiToken, User, UserSession
from citygrid.accounts.roles import Role
from citygrid.accounts.services import open_account
from citygrid.common import clock
from citygrid.common.errors import Conflict, Invalid, NotAllowed
from gridmap.posts.models import Post
from gridmap.posts.people import people_visible_to
from gridmap.posts.services import close_person, end_post, grant_post, hand_over
from tests import cast

pytestmark = pytest.mark.django_db
NOW = clock.now()
DAY = timedelta(days=1)


@pytest.fixture
def newcomer(people) -> User:
    return open_account(username="new", display_name="新人", at=NOW)


def facts_about(user: User) -> list[tuple[str, Any]]:
    events = apps.get_model("cases.Event").objects.filter(subject_type="accounts.user", subject_id=str(user.pk))
    return [(event.kind, event.facts) for event in events.order_by("pk")]


def held(user: User, at=NOW) -> set[tuple[str, str]]:
    return {(post.role, post.place.code) for post in Post.objects.in_force(at).filter(user=user)}


def test_the_security_administrator_gives_a_post_and_the_journal_says_so(people, city, newcomer):
    post = grant_post(user=newcomer, role=Role.GRID_WORKER, area=city[cast.GRIDS[1]], at=NOW, by=people["secadmin"])
    assert held(newcomer) == {("grid_worker", cast.GRIDS[1])}
    assert (post.starts_at, post.ends_at) == (NOW, None)
    kind, told = facts_about(newcomer)[-1]
    assert (kind, told["role"], told["area"]) == ("post.granted", "grid_worker", cast.GRIDS[1])


@pytest.mark.parametrize("by", sorted(set(cast.PEOPLE) - {"secadmin"}))
def test_nobody_else_gives_posts(people, city, newcomer, by):
    with pytest.raises(NotAllowed, match="security administrator"):
        grant_post(user=newcomer, role=Role.GRID_WORKER, area=city[cast.GRIDS[1]], at=NOW, by=people[by])
    assert not held(newcomer)


def test_a_streets_security_administrator_gives_posts_in_that_street_alone(city, departments, newcomer):
    local = cast.person("local", Role.SECADMIN, area=city[cast.OURS])
    grant_post(user=newcomer, role=Role.STREET_STAFF, department=departments["SQ"], at=NOW, by=local)
    for place in ({"area": city[cast.THEIRS]}, {"department": departments["TS"]}, {"area": city[cast.CITY]}):
        with pytest.raises(NotAllowed):
            grant_post(user=newcomer, role=Role.STREET_STAFF, at=NOW, by=local, **place)


def test_nobody_gives_posts_to_oneself(people, city):
    with pytest.raises(Conflict, match="Nobody gives posts to himself"):
        grant_post(user=people["secadmin"], role=Role.SECADMIN, area=city[cast.OURS], at=NOW, by=people["secadmin"])


@pytest.mark.parametrize(
    ("role", "place", "sentence"),
    [
        (Role.GRID_WORKER, "CGJ", "held at an area"),
        (Role.DEPT_CLERK, cast.CITY, "held at a department"),
        (Role.ACCEPTOR, "", "exactly one"),
        (Role.ACCEPTOR, "CGJ " + cast.CITY, "exactly one"),
    ],
)
def test_a_post_stands_where_its_role_is_held(city, departments, newcomer, role, place, sentence):
    codes = place.split()
    found = {
        "area": next((city[code] for code in codes if code in city), None),
        "department": next((departments[code] for code in codes if code in departments), None),
    }
    with pytest.raises(Invalid, match=sentence):
        grant_post(user=newcomer, role=role, at=NOW, **found)


def test_closed_accounts_and_places_and_times_that_end_first_are_refused(people, city, departments, newcomer):
    grid = city[cast.GRIDS[0]]
    with pytest.raises(Invalid, match="must end after it begins"):
        grant_post(user=newcomer, role=Role.GRID_WORKER, area=grid, at=NOW, until=NOW)
    grid.abolished_at = NOW - DAY
    grid.save()
    with pytest.raises(Invalid, match="does not exist any more"):
        grant_post(user=newcomer, role=Role.GRID_WORKER, area=grid, at=NOW)
    departments["CGJ"].closed_at = NOW - DAY
    departments["CGJ"].save()
    with pytest.raises(Invalid, match="does not exist any more"):
        grant_post(user=newcomer, role=Role.HANDLER, department=departments["CGJ"], at=NOW)
    close_person(user=newcomer, at=NOW)
    with pytest.raises(Invalid, match="is closed"):
        grant_post(user=newcomer, role=Role.GRID_WORKER, area=city[cast.GRIDS[1]], at=NOW)


def test_the_same_post_twice_is_a_conflict_but_one_after_the_other_is_not(city, newcomer):
    at = {"user": newcomer, "role": Role.GRID_WORKER, "area": city[cast.GRIDS[0]], "at": NOW}
    grant_post(**at, until=NOW + DAY)
    with pytest.raises(Conflict, match="already holds"):
        grant_post(**at, starts_at=NOW + DAY / 2)
    grant_post(**at, starts_at=NOW + DAY)
    assert Post.objects.filter(user=newcomer).count() == 2


ADMINISTRATORS = [Role.AUDITOR, Role.SYSADMIN, Role.SECADMIN]


@pytest.mark.parametrize("first", ADMINISTRATORS)
@pytest.mark.parametrize("second", [*ADMINISTRATORS, Role.MANAGER, Role.ACCEPTOR, Role.GRID_WORKER])
def test_an_administrator_holds_no_other_role_in_either_order(city, newcomer, first, second):
    area = city[cast.CITY]
    if first == second:
        grant_post(user=newcomer, role=first, area=area, at=NOW)
        grant_post(user=newcomer, role=first, area=city[cast.OURS], at=NOW)
        return
    for one, other in ((first, second), (second, first)):
        post = grant_post(user=newcomer, role=one, area=area, at=NOW, until=NOW + 30 * DAY)
        with pytest.raises(Invalid, match="separate persons"):
            grant_post(user=newcomer, role=other, area=area, at=NOW + DAY)
        with pytest.raises(Invalid, match="separate persons"):
            grant_post(user=newcomer, role=other, area=area, at=NOW, starts_at=NOW + 29 * DAY)
        grant_post(user=newcomer, role=other, area=area, at=NOW, starts_at=NOW + 30 * DAY, until=NOW + 31 * DAY)
        Post.objects.filter(user=newcomer).delete()
        assert post.pk is not None


def test_ending_a_post_needs_the_right_and_keeps_the_past(people):
    post = Post.objects.get(user=people["gw"])
    with pytest.raises(NotAllowed):
        end_post(post=post, at=NOW, by=people["street"])
    end_post(post=post, at=NOW, by=people["secadmin"])
    assert held(people["gw"], NOW - DAY) == {("grid_worker", cast.GRIDS[0])}
    assert held(people["gw"], NOW) == set()
    end_post(post=post, at=NOW + DAY, by=people["secadmin"])
    post.refresh_from_db()
    assert post.ends_at == NOW, "an ended post stays as it is"
    assert [kind for kind, _told in facts_about(people["gw"])] == ["post.ended"]


def test_a_post_that_has_not_begun_is_withdrawn(city, newcomer):
    post = grant_post(user=newcomer, role=Role.GRID_WORKER, area=city[cast.GRIDS[0]], at=NOW, starts_at=NOW + DAY)
    end_post(post=post, at=NOW)
    assert not Post.objects.filter(user=newcomer).exists()
    assert facts_about(newcomer)[-1][0] == "post.withdrawn"


def test_the_last_post_that_may_give_posts_stays(people, city, newcomer):
    post = Post.objects.get(user=people["secadmin"])
    with pytest.raises(Conflict, match="last post"):
        end_post(post=post, at=NOW)
    with pytest.raises(Conflict, match="last post"):
        close_person(user=people["secadmin"], at=NOW, by=people["sysadmin"])
    assert User.objects.get(username="secadmin").is_active, "nothing was half done"
    grant_post(user=newcomer, role=Role.SECADMIN, area=city[cast.CITY], at=NOW)
    close_person(user=people["secadmin"], at=NOW, by=people["sysadmin"])
    assert held(people["secadmin"]) == set()


def test_handing_over_moves_every_post_with_its_times_and_sees_the_leaver_off(people, city, newcomer):
    leaver, by = people["street"], people["secadmin"]
    until = NOW + 30 * DAY
    grant_post(user=leaver, role=Role.ACCEPTOR, area=city[cast.COMMUNITY], at=NOW, until=until)
    grant_post(user=leaver, role=Role.GRID_WORKER, area=city[cast.GRIDS[2]], at=NOW, starts_at=NOW + 5 * DAY)
    sessions.begin(user=leaver, session_key="k" * 32, at=NOW)
    tokens.create(user=leaver, at=NOW)
    at = NOW + DAY
    begun = hand_over(leaver=leaver, successor=newcomer, at=at, by=by)
    assert {(post.role, post.place.code, post.starts_at, post.ends_at) for post in begun} == {
        ("street_staff", cast.OURS, at, None),
        ("acceptor", cast.COMMUNITY, at, until),
        ("grid_worker", cast.GRIDS[2], NOW + 5 * DAY, None),
    }
    assert held(leaver, at - timedelta(seconds=1)) == {("street_staff", cast.OURS), ("acceptor", cast.COMMUNITY)}
    assert held(leaver, NOW + 60 * DAY) == set()
    leaver.refresh_from_db()
    assert not leaver.is_active
    assert not UserSession.objects.filter(user=leaver).exists()
    assert not ApiToken.objects.filter(user=leaver, revoked_at=None).exists()
    told = dict(facts_about(leaver))
    assert told["account.handed_over"]["successor_id"] == newcomer.pk


def test_who_only_changes_the_place_keeps_the_account(people, newcomer):
    hand_over(leaver=people["gw"], successor=newcomer, at=NOW, by=people["secadmin"], close=False)
    people["gw"].refresh_from_db()
    assert people["gw"].is_active
    assert held(people["gw"]) == set()


def test_the_successor_keeps_what_is_held_already(people, city):
    successor = people["streetlead"]
    grant_post(user=successor, role=Role.STREET_STAFF, area=city[cast.OURS], at=NOW)
    begun = hand_over(leaver=people["street"], successor=successor, at=NOW + DAY, by=people["secadmin"])
    assert begun == []
    assert held(successor, NOW + DAY) == {("street_leader", cast.OURS), ("street_staff", cast.OURS)}


def test_handing_over_is_refused_whole(people, city):
    with pytest.raises(Invalid, match="same person"):
        hand_over(leaver=people["gw"], successor=people["gw"], at=NOW, by=people["secadmin"])
    with pytest.raises(Conflict, match="himself"):
        hand_over(leaver=people["gw"], successor=people["secadmin"], at=NOW, by=people["secadmin"])
    with pytest.raises(NotAllowed):
        hand_over(leaver=people["gw"], successor=people["street"], at=NOW, by=people["streetlead"])
    with pytest.raises(Invalid, match="separate persons"):
        hand_over(leaver=people["gw"], successor=people["sysadmin"], at=NOW, by=people["secadmin"])
    assert held(people["gw"]) == {("grid_worker", cast.GRIDS[0])}


def test_handing_over_needs_the_right_even_when_there_is_nothing_to_hand_over(people, newcomer):
    empty = open_account(username="empty", display_name="空", at=NOW)
    for name in ("streetlead", "sysadmin", "gw"):
        with pytest.raises(NotAllowed):
            hand_over(leaver=empty, successor=newcomer, at=NOW, by=people[name])
    empty.refresh_from_db()
    assert empty.is_active


def test_seeing_somebody_off_ends_account_and_posts(people):
    for by in ("secadmin", "street"):
        with pytest.raises(NotAllowed):
            close_person(user=people["gw"], at=NOW, by=people[by])
    close_person(user=people["gw"], at=NOW, by=people["sysadmin"])
    assert held(people["gw"]) == set()
    assert [kind for kind, _told in facts_about(people["gw"])] == ["account.closed", "post.ended"]


def test_who_sees_whom(people, newcomer):
    def names(who: str) -> set[str]:
        return set(people_visible_to(people[who], NOW).values_list("username", flat=True))

    assert names("gw") == {"gw"}
    assert names("street") == {"gw", "street", "streetlead"}
    assert names("sysadmin") == names("secadmin") == {*cast.PEOPLE, "new"}
    assert names("auditor") == set(cast.PEOPLE)
    people["street"].is_active = False
    assert names("street") == set()
