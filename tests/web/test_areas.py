"""The area browser without a browser: scope, search, figures, queries."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gridmap.areas import browse
from gridmap.areas.models import Area, Level
from gridmap.areas.tree import add_area, move_area, set_outline
from tests import cast

pytestmark = pytest.mark.django_db


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="citygrid.accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def street(people) -> Client:
    return signed_in(people["street"])


def config_of(response) -> dict:
    found = re.search(r'<script id="cg-map-config" type="application/json">(.*?)</script>', response.content.decode())
    assert found
    return json.loads(found.group(1))


def test_the_browser_opens_at_ones_own_area(street):
    assert street.get("/areas/").headers["Location"] == f"/areas/{cast.OURS}/"


def test_a_stranger_to_the_system_is_sent_to_the_sign_in_page(city):
    answer = Client().get(f"/areas/{cast.OURS}/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login/?next=")


@pytest.mark.parametrize("code", [cast.CITY, cast.THEIRS, cast.THEIR_GRID, "999999"])
@pytest.mark.parametrize("page", ["/areas/{}/", "/areas/{}/below/"])
def test_an_area_of_others_answers_like_one_that_does_not_exist(street, code, page):
    answer = street.get(page.format(code), headers={"accept-language": "en"})
    assert answer.status_code == 404
    assert b"There is nothing here, or it is not yours to see." in answer.content


def test_somebody_without_a_post_is_refused_in_words(city, django_user_model):
    user = django_user_model.objects.create_user("postless", display_name="Nobody")
    answer = signed_in(user).get("/areas/", headers={"accept-language": "en"})
    assert answer.status_code == 403
    assert b"Ask the security administrator" in answer.content


def test_the_tree_is_opened_down_to_the_area_and_counts_what_lies_below(people, city):
    trunk = browse.tree(people["street"], city[cast.GRIDS[2]], cast.START)
    assert [one.code for one in trunk.path] == [cast.OURS, cast.COMMUNITY, cast.GRIDS[2]]
    root = trunk.roots[0]
    community, empty = root.children
    assert (root.below, community.below, empty.below) == (2, 4, 0)
    assert (root.is_open, community.is_open, empty.is_open) == (True, True, False)
    assert [node.current for node in community.children] == [False, False, True, False]


def test_a_virtual_group_stands_in_the_tree_between_city_and_street(people, city):
    group = add_area(code="350982-URBAN", name="福鼎市区", level=Level.GROUP, parent=city[cast.CITY], at=cast.START)
    move_area(area=city[cast.OURS], parent=group, at=cast.START)
    trunk = browse.tree(people["manager"], city[cast.COMMUNITY], cast.START)
    assert [one.name for one in trunk.path] == ["福鼎市", "福鼎市区", "山前街道", "石亭社区"]


def test_an_abolished_area_leaves_tree_search_and_figures(street, people, city):
    grid = city[cast.GRIDS[3]]
    grid.abolished_at = cast.START.replace(month=2)
    grid.save()
    later = cast.START.replace(month=3)
    assert browse.facts(people["street"], city[cast.COMMUNITY], later).grids == 3
    assert [area.grids for area in browse.children(people["street"], city[cast.OURS], later)] == [3, 0]
    assert f"/areas/{grid.code}/" not in street.get(f"/areas/{cast.COMMUNITY}/").content.decode()
    assert f"/areas/{grid.code}/" not in street.get("/areas/", {"q": grid.code}).content.decode()


def test_a_branch_holds_the_next_level_alone(street):
    found = re.findall(r'href="/areas/(\d+)/"', street.get(f"/areas/{cast.COMMUNITY}/below/").content.decode())
    assert found == cast.GRIDS


def test_the_facts_say_what_is_not_known(street, city):
    set_outline(area=city[cast.OURS], geom=cast.box(120.20, 27.33, 120.24, 27.35), at=cast.START.replace(month=2),
                population=12_000)  # fmt: skip
    page = street.get(f"/areas/{cast.OURS}/", headers={"accept-language": "en"}).content.decode()
    assert "8.77 km²" in page
    assert "12,000" in page
    assert "1,368 people per km²" in page
    assert "2 versions of the outline" in page
    assert page.count("not counted") == 2  # households, and the class of the density legend
    assert "Areas directly below" in page


def test_posts_are_named_only_to_those_who_may_see_them(people, city):
    assert {post.user.username for post in browse.facts(people["street"], city[cast.GRIDS[0]], cast.START).posts} == {
        "gw"
    }
    seen = browse.facts(people["operator"], city[cast.GRIDS[0]], cast.START).posts
    assert seen == []


def test_a_community_names_the_people_of_its_grids(street):
    page = street.get(f"/areas/{cast.COMMUNITY}/", headers={"accept-language": "en"}).content.decode()
    assert "gw · grid worker · 1网格" in page


def test_density_needs_a_count(city, people):
    assert browse.facts(people["street"], city[cast.OURS], cast.START).density is None


def test_search_finds_by_name_and_by_the_beginning_of_the_code_inside_ones_scope(street):
    def found(text: str) -> list[str]:
        return re.findall(r'<a href="/areas/(\d+)/"', street.get("/areas/", {"q": text}).content.decode())

    assert found("石亭") == [cast.COMMUNITY]
    assert found("350982003901") == [cast.COMMUNITY, *cast.GRIDS]
    assert found("桐山") == found("350982001") == []


def test_an_empty_search_says_what_to_try(street):
    answer = street.get("/areas/", {"q": "火星"}, headers={"accept-language": "en"})
    assert b"No area was found" in answer.content
    assert b"Try a shorter part of the name" in answer.content


def test_the_map_is_told_no_more_than_the_person_may_see(street, people):
    config = config_of(street.get(f"/areas/{cast.OURS}/"))
    assert (config["code"], config["parent"]) == (cast.OURS, "")  # the city above is not the street's to see
    assert config["outline"]["type"] == "MultiPolygon"
    assert config_of(signed_in(people["manager"]).get(f"/areas/{cast.OURS}/"))["parent"] == cast.CITY


def test_an_area_without_outline_has_a_page(people, city):
    add_area(code="350982004", name="桐城街道", level=Level.STREET, parent=city[cast.CITY], at=cast.START)
    answer = signed_in(people["manager"]).get("/areas/350982004/", headers={"accept-language": "en"})
    assert answer.status_code == 200
    assert b"none drawn yet" in answer.content
    assert config_of(answer)["outline"] is None


def test_a_heavy_outline_is_sent_coarse(street, city, monkeypatch):
    monkeypatch.setattr("gridmap.web.areas.MANY_POINTS", 4)
    version = city[cast.OURS].versions.get()
    version.geom_far = cast.box(120.2, 27.33, 120.24, 27.36)
    version.save()
    assert "27.36" in json.dumps(config_of(street.get(f"/areas/{cast.OURS}/"))["outline"])


def test_the_queries_of_an_area_page_do_not_grow_with_the_city(street, city, django_assert_num_queries):
    street.get(f"/areas/{cast.COMMUNITY}/")
    with CaptureQueriesContext(connection) as before:
        street.get(f"/areas/{cast.COMMUNITY}/")
    assert len(before) <= 20
    for number in range(5, 60):
        add_area(
            code=f"{cast.COMMUNITY}{number:03}", name=f"{number}网格", level=Level.GRID, parent=city[cast.COMMUNITY],
            at=cast.START,
        )  # fmt: skip
    with django_assert_num_queries(len(before)):
        page = street.get(f"/areas/{cast.COMMUNITY}/")
    assert page.context["page"].paginator.count == 59
    assert len(page.context["page"]) == 50


def test_the_city_is_the_managers_only_root(people, city):
    assert [area.code for area in browse.roots(people["manager"], cast.START)] == [cast.CITY]
    assert list(Area.objects.visible_to(AnonymousUser())) == []
