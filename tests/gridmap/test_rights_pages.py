"""What may I do? The page, and ``/api/v1/me/``."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from django.test import Client

from citygrid.accounts import tokens
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import ROLES, Role
from citygrid.common import clock
from gridmap.posts.models import Post
from gridmap.posts.services import grant_post
from tests import cast

pytestmark = pytest.mark.django_db


def as_(user) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    return client


@pytest.mark.parametrize("name", sorted(cast.PEOPLE))
def test_the_page_names_every_right_once_on_its_side(people, name):
    answer = as_(people[name]).get("/rights/")
    held = ROLES[cast.PEOPLE[name][0]].perms
    assert {one.perm for one in answer.context["held"]} == held
    assert {one.perm for one in answer.context["lacking"]} == set(Perm) - held
    text = html.unescape(answer.content.decode())
    assert str(ROLES[cast.PEOPLE[name][0]].duty) in text
    assert "Give and end posts, and hand over when someone leaves." in text


def test_a_right_says_where_it_is_held_and_a_missing_one_by_whom(people, city):
    grant_post(user=people["gw"], role=Role.GRID_WORKER, area=city[cast.GRIDS[1]], at=clock.now())
    answer = as_(people["gw"]).get("/rights/")
    edit = next(one for one in answer.context["held"] if one.perm == Perm.REGISTER_EDIT)
    assert [place.code for place in edit.places] == cast.GRIDS[:2]
    posts = next(one for one in answer.context["lacking"] if one.perm == Perm.POST_MANAGE)
    assert posts.roles == [Role.SECADMIN]


def test_without_a_post_the_page_says_what_to_do(people):
    Post.objects.filter(user=people["gw"]).delete()
    text = as_(people["gw"]).get("/rights/").content.decode()
    assert "You hold no post yet" in text
    assert "Ask the security administrator" in text


def test_strangers_are_sent_to_sign_in():
    assert Client().get("/rights/")["Location"] == "/login/?next=/rights/"


def test_me_tells_user_posts_and_rights(people, city, departments):
    until = clock.now() + timedelta(days=3)
    grant_post(user=people["clerk"], role=Role.HANDLER, department=departments["ZJJ"], at=clock.now(), until=until)
    me = as_(people["clerk"]).get("/api/v1/me/").json()
    assert set(me) == {"user", "posts", "permissions"}
    assert me["user"] == {"id": people["clerk"].pk, "username": "clerk", "display_name": "clerk"}
    first, second = me["posts"]
    assert first == {
        "id": first["id"],
        "role": "dept_clerk",
        "role_label": "department clerk",
        "area": None,
        "department": {"code": "CGJ", "name": "城市管理局"},
        "from": "2026-01-01T08:00:00+08:00",
        "to": None,
    }
    assert second["to"] is not None
    assert me["permissions"] == [
        "area.view", "department.view", "object.view", "catalogue.view", "case.view_department", "ticket.view_unit",
        "evaluation.view", "account.view",
    ]  # fmt: skip


def test_me_names_an_area_and_leaves_out_posts_that_are_over(people, city):
    Post.objects.create(
        user=people["gw"], role=Role.GRID_WORKER, area=city[cast.GRIDS[1]],
        starts_at=cast.START, ends_at=cast.START + timedelta(days=1),
    )  # fmt: skip
    me = as_(people["gw"]).get("/api/v1/me/").json()
    assert [post["area"]["code"] for post in me["posts"]] == [cast.GRIDS[0]]


def test_me_needs_a_proof():
    answer = Client().get("/api/v1/me/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not_authenticated")


def test_me_costs_two_reads_and_a_note_of_use_however_many_posts(people, city, django_assert_num_queries):
    for code in cast.GRIDS[1:]:
        grant_post(user=people["gw"], role=Role.GRID_WORKER, area=city[code], at=clock.now())
    _token, secret = tokens.create(user=people["gw"], at=clock.now())
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    with django_assert_num_queries(3):  # token with its user, note of its use, posts with their places
        client.get("/api/v1/me/")
    with django_assert_num_queries(2):
        answer = client.get("/api/v1/me/")
    assert len(answer.json()["posts"]) == 4
