"""The first page: honest about what waits, and about what one may do."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gridmap.posts.models import Post
from tests import cast
from tests.web.test_areas import signed_in

pytestmark = pytest.mark.django_db
EN = {"accept-language": "en"}


def test_strangers_are_sent_to_the_sign_in_page(city):
    assert Client().get("/").headers["Location"] == "/login/?next=/"


def test_it_names_post_and_area_with_its_figures(people):
    page = signed_in(people["street"]).get("/", headers=EN).content.decode()
    assert "Nothing waits for you" in page
    assert "Handles what reaches the street, and prepares whistles." in page
    assert f'href="/areas/{cast.OURS}/"' in page
    assert "8.77 km²" in page


def test_somebody_without_a_post_learns_whom_to_ask(city, django_user_model):
    user = django_user_model.objects.create_user("postless", display_name="Nobody")
    page = signed_in(user).get("/", headers=EN).content.decode()
    assert "You hold no post yet" in page
    assert "Ask the security administrator" in page
    assert 'href="/areas/"' not in page


@pytest.mark.parametrize("username", list(cast.PEOPLE))
def test_every_way_the_page_offers_can_be_gone(people, username):
    client = signed_in(people[username])
    page = client.get("/").content.decode()
    ways = {way for way in re.findall(r'<a [^>]*href="(/[^"#]*)"', page) if not way.startswith("/static/")}
    assert "/" in ways
    assert {way: client.get(way, follow=True).status_code for way in ways} == dict.fromkeys(ways, 200)


def test_posts_of_one_role_share_a_card_and_cost_no_further_queries(people, city, django_assert_num_queries):
    client = signed_in(people["gw"])
    client.get("/")
    with CaptureQueriesContext(connection) as before:
        client.get("/")
    for code in cast.GRIDS[1:]:
        Post.objects.create(user=people["gw"], role="grid_worker", area=city[code], starts_at=cast.START)
    with django_assert_num_queries(len(before)):
        page = client.get("/", headers=EN).content.decode()
    assert page.count("Patrols the grids of the post") == 1
    assert "4 posts" in page
    for code in cast.GRIDS:
        assert f'href="/areas/{code}/"' in page


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/", "/"),
        ("/areas/import/", "/areas/import/"),
        (f"/areas/{cast.CITY}/", "/areas/"),
        ("/account/sessions/", None),
    ],
)
def test_the_navigation_marks_the_one_entry_where_one_is(people, path, current):
    page = signed_in(people["sysadmin"]).get(path).content.decode()
    navigation = page.split('<nav class="cg-nav"')[1].split("</nav>")[0]
    marked = re.findall(r'href="([^"]*)"\s+aria-current="page"', navigation)
    assert marked == ([current] if current else [])
