"""Endpoint × role: who gets what from every address of the API; and list, detail and map show the same things."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from cases.catalogue.models import Category, CategoryKind, CategoryStandard
from citygrid.accounts.models import User
from gridmap.areas.models import Area
from gridmap.departments.models import Department
from tests.cast import CITY, COMMUNITY, GRIDS, PEOPLE, THEIR_GRID, THEIRS

ROOT = "/api/v1/"
CATEGORY = "CJ214-E0102"
# . 200   - 403 no right   o 404 not there or not yours   x 401 not signed in   ? 422 asked wrongly, by anyone
STATUS = {".": 200, "-": 403, "o": 404, "x": 401, "?": 422}
# One column a person: the cast in its order (the last two are strangers), then somebody without a post, then nobody.
#
#     gw acceptor leader dispatcher clerk handler operator callback hotlinelead street streetlead platform manager
#     auditor sysadmin secadmin | stranger_gw stranger_street | jobless | nobody
EXPECTED = f"""
GET    api_areas            areas/                        ................ .. - x
GET    api_areas_geojson    areas.geojson                 ................ .. - x
GET    api_area             areas/{GRIDS[0]}/             ................ oo - x
GET    api_area             areas/{COMMUNITY}/            o............... oo - x
GET    api_area             areas/{CITY}/                 o........oo..... oo - x
GET    api_area             areas/{THEIR_GRID}/           o........oo..... .. - x
GET    api_area             areas/{THEIRS}/               o........oo..... o. - x
GET    api_area             areas/nowhere/                oooooooooooooooo oo - x
GET    api_locate           locate/?lon=120.205&lat=27.335 ................ .. - x
GET    api_departments      departments/                  ................ .. - x
GET    api_department       departments/CGJ/              ................ .. - x
GET    api_department       departments/SQ/               ................ oo - x
GET    api_department       departments/TS/               o........oo..... .. - x
GET    api_department       departments/nothing/          oooooooooooooooo oo - x
GET    api_categories       categories/                   .............-.- .. - x
GET    api_category         categories/{CATEGORY}/        .............-.- .. - x
GET    api_category         categories/nothing/           ooooooooooooo-o- oo - x
GET    api_standards        standards/                    .............-.- .. - x
GET    api_me               me/                           ................ .. . x
POST   api_token            auth/token/                   ???????????????? ?? ? ?
GET    api_tokens           auth/tokens/                  ................ .. . x
DELETE api_token_detail     auth/tokens/999/              oooooooooooooooo oo o x
"""


def rows() -> list[tuple[str, str, str, str]]:
    found = []
    for line in EXPECTED.strip().splitlines():
        method, name, address, *marks = line.split()
        found.append((method, name, address, "".join(marks)))
    return found


@pytest.fixture
def everybody(people: dict[str, User], catalogue: None) -> list[tuple[str, User | None]]:
    """The cast, somebody without a post, and nobody."""
    cache.clear()  # sign-ins of other tests count against the limit
    jobless = User.objects.create(username="jobless", display_name="jobless")
    return [*((name, people[name]) for name in PEOPLE), ("jobless", jobless), ("nobody", None)]


@pytest.fixture
def catalogue(db: None) -> None:
    """One standard with one category."""
    standard = CategoryStandard.objects.create(code="CJ/T 214-2007", key="CJ214", name="部件和事件")
    Category.objects.create(
        standard=standard,
        kind=CategoryKind.EVENT,
        major_code="01",
        major_name="市容环境",
        minor_code="02",
        name="暴露垃圾",
    )


def client_of(user: User | None) -> APIClient:
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    return client


def names_below(patterns: Any, prefix: str = "") -> set[str]:
    found: set[str] = set()
    for one in patterns:
        address = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            found |= names_below(one.url_patterns, address)
        elif isinstance(one, URLPattern) and f"/{address}".startswith(ROOT):
            found.add(str(one.name))
    return found


def test_every_endpoint_stands_in_the_table():
    """Whoever adds an address says here who may use it."""
    assert names_below(get_resolver().url_patterns) == {name for _method, name, _address, _marks in rows()}


def test_every_role_and_every_person_of_the_cast_has_a_column():
    assert {len(marks) for _method, _name, _address, marks in rows()} == {len(PEOPLE) + 2}


@pytest.mark.parametrize(("method", "address", "marks"), [(m, a, marks) for m, _name, a, marks in rows()])
def test_everybody_gets_what_the_table_says(everybody, method, address, marks):
    got = []
    for name, user in everybody:
        answer = client_of(user).generic(method, ROOT + address)
        got.append((name, answer.status_code))
        assert (answer.status_code < 400) is ("error" not in str(answer.content[:10]))
    assert got == [(name, STATUS[mark]) for (name, _user), mark in zip(everybody, marks, strict=True)]


@pytest.mark.parametrize(("listed", "model"), [("areas", Area), ("departments", Department), ("categories", Category)])
def test_list_and_detail_show_the_same_things_to_everybody(everybody, listed, model):
    codes = list(model.objects.values_list("code", flat=True))
    for name, user in everybody:
        client = client_of(user)
        answer = client.get(f"{ROOT}{listed}/?page_size=200&retired=1")
        rows_seen = answer.json().get("results", [])
        details = {code for code in codes if client.get(f"{ROOT}{listed}/{code}/").status_code == 200}
        assert {row["code"] for row in rows_seen} == details, name
        assert len(rows_seen) == len(details), name  # no row twice


def test_the_map_shows_the_areas_of_the_list_that_have_an_outline(everybody):
    outlined = set(Area.objects.filter(versions__isnull=False).values_list("code", flat=True))
    for name, user in everybody:
        client = client_of(user)
        listed = {row["code"] for row in client.get(f"{ROOT}areas/?page_size=200").json().get("results", [])}
        drawn = [one["id"] for one in client.get(f"{ROOT}areas.geojson").json().get("features", [])]
        assert set(drawn) == listed & outlined, name
        assert len(drawn) == len(set(drawn)), name
