"""Areas over the API: the tree, the facts, the scope."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from gridmap.areas.models import Area, AreaVersion, Level
from gridmap.areas.tree import add_area
from tests.cast import CITY, COMMUNITY, EMPTY_COMMUNITY, GRIDS, OURS, START, THEIR_COMMUNITY, THEIR_GRID, THEIRS

AREAS = "/api/v1/areas/"


@pytest.fixture
def manager(people):
    return signed_in(people["manager"])


def signed_in(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def codes(client, query="", address=AREAS):
    answer = client.get(f"{address}{query}")
    assert answer.status_code == 200, answer.content.decode()
    return [row["code"] for row in answer.json()["results"]]


def test_the_list_is_ones_own_area_and_below_by_code(people, manager):
    assert codes(manager) == sorted(
        [CITY, OURS, THEIRS, COMMUNITY, EMPTY_COMMUNITY, THEIR_COMMUNITY, *GRIDS, THEIR_GRID]
    )
    assert codes(signed_in(people["street"])) == sorted([OURS, COMMUNITY, EMPTY_COMMUNITY, *GRIDS])
    assert codes(signed_in(people["gw"])) == [GRIDS[0]]


def test_a_row_names_level_parent_and_the_number_of_children(manager):
    row = next(row for row in manager.get(AREAS).json()["results"] if row["code"] == COMMUNITY)
    assert row == {
        "code": COMMUNITY, "name": "石亭社区", "level": "community", "kind": "", "parent": OURS,
        "provisional": False, "children": 4,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"?parent={OURS}", [COMMUNITY, EMPTY_COMMUNITY]),
        (f"?parent={OURS}&level=grid", GRIDS),
        (f"?parent={CITY}&level=community", [THEIR_COMMUNITY, COMMUNITY, EMPTY_COMMUNITY]),
        ("?level=street", [THEIRS, OURS]),
        ("?q=石亭", [COMMUNITY]),
        (f"?q={COMMUNITY}", [COMMUNITY, *GRIDS]),
        (f"?level=grid&q={THEIRS}", [THEIR_GRID]),
        (f"?parent={GRIDS[0]}", []),
    ],
)
def test_the_list_narrows(manager, query, expected):
    assert codes(manager, query) == expected


def test_a_parent_that_is_not_ones_own_still_narrows_to_what_is(people):
    assert codes(signed_in(people["gw"]), f"?parent={COMMUNITY}") == [GRIDS[0]]


@pytest.mark.parametrize(
    ("query", "field", "allowed"),
    [
        ("?level=village", "level", "province, prefecture, county, group, street, community, grid"),
        ("?ordering=population", "ordering", "code, -code, name, -name"),
        ("?page_size=many", "page_size", "1 to 200"),
        ("?page_size=0", "page_size", "1 to 200"),
        ("?retired=yes", "retired", "0, 1"),
        ("?cursor=nonsense", "cursor", "without a cursor"),
        ("?q=%00", "q", ""),
    ],
)
def test_a_value_that_cannot_be_used_is_400_and_names_what_can(manager, query, field, allowed):
    answer = manager.get(f"{AREAS}{query}", HTTP_ACCEPT_LANGUAGE="en")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "malformed")
    assert allowed in error["fields"][field][0]
    assert error["message"] == error["fields"][field][0]


def test_names_follow_the_readers_language(manager, city):
    Area.objects.filter(code=OURS).update(name_en="Shanqian Street")
    for language, name in (("en", "Shanqian Street"), ("zh-hans", "山前街道")):
        assert manager.get(f"{AREAS}{OURS}/", HTTP_ACCEPT_LANGUAGE=language).json()["name"] == name


def test_the_detail_has_the_facts(manager, city):
    AreaVersion.objects.filter(area=city[GRIDS[0]]).update(population=820, households=301)
    facts = manager.get(f"{AREAS}{GRIDS[0]}/").json()
    assert facts["path"][0] == {"code": "35", "name": "福建省", "level": "province"}
    assert [area["code"] for area in facts["path"]] == ["35", "3509", CITY, OURS, COMMUNITY]
    assert (facts["version"], facts["population"], facts["households"]) == (1, 820, 301)
    assert facts["area_m2"] == pytest.approx(1_097_000, rel=0.01)
    assert facts["centroid"] == pytest.approx({"lon": 120.205, "lat": 27.335})
    assert facts["grid"] == {
        "kind": "basic", "management_grade": 1, "area_class": "B", "land_use": "", "responsible_department": None,
    }  # fmt: skip
    assert facts["valid_from"].startswith("2026-01-01T")
    assert facts["below"] == {}


def test_the_detail_of_a_street_counts_what_lies_below(manager):
    facts = manager.get(f"{AREAS}{OURS}/").json()
    assert facts["below"] == {"community": 2, "grid": 4}
    assert (facts["children"], facts["grid"]) == (2, None)


def test_an_area_without_outline_has_no_figures(manager, city):
    add_area(code="350982500", name="开发区", level=Level.STREET, parent=city[CITY], at=START)
    facts = manager.get(f"{AREAS}350982500/").json()
    assert {facts[name] for name in ("version", "valid_from", "area_m2", "centroid", "population")} == {None}


def test_an_abolished_area_leaves_the_list_but_its_code_still_resolves(manager):
    Area.objects.filter(code=EMPTY_COMMUNITY).update(abolished_at=timezone.now() - timedelta(days=1))
    assert EMPTY_COMMUNITY not in codes(manager)
    assert EMPTY_COMMUNITY in codes(manager, "?retired=1")
    assert manager.get(f"{AREAS}{EMPTY_COMMUNITY}/").json()["abolished_at"]
    assert manager.get(f"{AREAS}{OURS}/").json()["below"] == {"community": 1, "grid": 4}


@pytest.mark.parametrize("code", [THEIRS, THEIR_GRID, CITY, "nothing", "a%00b", "x" * 41, "%F0%9F%8F%99"])
def test_a_strangers_area_and_one_that_is_not_there_are_both_404(people, code):
    answer = signed_in(people["street"]).get(f"{AREAS}{code}/")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_pages_run_through_all_and_back(manager):
    everything = codes(manager)
    seen, address = [], f"{AREAS}?page_size=3&count=1"
    first = manager.get(address).json()
    assert first["count"] == len(everything)
    assert first["previous"] is None
    pages = [first]
    while pages[-1]["next"]:
        pages.append(manager.get(pages[-1]["next"]).json())
    seen = [row["code"] for page in pages for row in page["results"]]
    assert seen == everything
    assert "count" not in pages[1]
    back = pages[-1]
    for expected in reversed(pages[:-1]):
        back = manager.get(back["previous"]).json()
        assert back["results"] == expected["results"]
    assert back["previous"] is None
    assert back["next"]


@pytest.mark.parametrize("ordering", ["name", "-name", "code", "-code"])
def test_equal_names_do_not_break_paging(manager, city, ordering):
    for n in range(20):
        add_area(code=f"{EMPTY_COMMUNITY}{n:03}", name="同名", level=Level.GRID, parent=city[EMPTY_COMMUNITY], at=START)
    address, seen = f"{AREAS}?page_size=4&ordering={ordering}", []
    while address:
        page = manager.get(address).json()
        seen += page["results"]
        address = page["next"]
    assert len({row["code"] for row in seen}) == len(seen) == Area.objects.count() - 2  # but province and prefecture
    if ordering.endswith("code"):
        values = [row["code"] for row in seen]
        assert values == sorted(values, reverse=ordering.startswith("-"))


def test_a_cursor_of_another_ordering_is_refused(manager):
    cursor = manager.get(f"{AREAS}?page_size=2").json()["next"]
    assert manager.get(f"{cursor}&ordering=-name").status_code == 400


def test_a_row_added_before_the_cursor_shifts_nothing(manager, city):
    page = manager.get(f"{AREAS}?page_size=5").json()
    add_area(code="350982000", name="新街道", level=Level.STREET, parent=city[CITY], at=START)
    after = manager.get(page["next"]).json()
    assert not {row["code"] for row in after["results"]} & {row["code"] for row in page["results"]}
    assert after["results"][0]["code"] == codes(manager)[6]


@pytest.mark.parametrize(("address", "queries"), [(AREAS, 2), (f"{AREAS}?count=1", 3), (f"{AREAS}{OURS}/", 5)])
def test_the_number_of_queries_does_not_grow(manager, django_assert_num_queries, address, queries):
    manager.get(address)  # content types and the like
    with django_assert_num_queries(queries):
        assert manager.get(address).status_code == 200
