"""Outlines over the API: valid GeoJSON, narrowed, scoped, conditional, coarse from afar."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import GEOSGeometry
from django.utils import timezone
from rest_framework.test import APIClient

from gridmap.api import geojson
from gridmap.areas.models import Area, AreaVersion, Level
from gridmap.areas.tree import set_outline
from tests.cast import CITY, COMMUNITY, EMPTY_COMMUNITY, GRIDS, OURS, THEIR_GRID, THEIRS, box

OUTLINES = "/api/v1/areas.geojson"


def fetch(user: Any, query: str = "", **headers: Any) -> Any:
    client = APIClient()
    client.force_authenticate(user)
    return client.get(f"{OUTLINES}{query}", **headers)


def codes(user: Any, query: str = "") -> list[str]:
    answer = fetch(user, query)
    assert answer.status_code == 200, answer.content.decode()
    return [feature["id"] for feature in answer.json()["features"]]


def test_features_have_the_outline_and_what_a_map_writes_on_it(people, city):
    AreaVersion.objects.filter(area=city[GRIDS[0]]).update(population=820)
    answer = fetch(people["gw"])
    assert answer["Content-Type"] == "application/geo+json"
    collection = answer.json()
    assert collection["type"] == "FeatureCollection"
    [feature] = collection["features"]
    assert (feature["type"], feature["id"]) == ("Feature", GRIDS[0])
    properties = feature["properties"]
    assert properties.pop("area_m2") == pytest.approx(1_097_000, rel=0.01)
    assert properties == {
        "code": GRIDS[0], "name": "1网格", "level": "grid", "parent": COMMUNITY, "version": 1, "population": 820,
    }  # fmt: skip
    shape = GEOSGeometry(json.dumps(feature["geometry"]))
    assert shape.geom_type == "MultiPolygon"
    assert shape.extent == (120.20, 27.33, 120.21, 27.34)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"?parent={OURS}", [COMMUNITY, EMPTY_COMMUNITY]),
        (f"?parent={CITY}&level=grid", [THEIR_GRID, *GRIDS]),
        ("?level=street", [THEIRS, OURS]),
        ("?level=grid&bbox=120.201,27.331,120.204,27.334", GRIDS[:1]),
        ("?level=grid&bbox=120.205,27.331,120.215,27.334", GRIDS[:2]),
        ("?level=grid&bbox=121,28,122,29", []),
    ],
)
def test_outlines_narrow_by_parent_level_and_window(people, query, expected):
    assert codes(people["manager"], query) == expected


def test_strangers_outlines_are_not_there(people):
    assert THEIR_GRID not in codes(people["street"])
    assert codes(people["street"], f"?parent={THEIRS}") == []
    assert codes(people["stranger_gw"]) == [THEIR_GRID]


def test_only_the_outline_in_force_is_sent(people, city):
    set_outline(area=city[GRIDS[0]], geom=box(120.20, 27.33, 120.205, 27.34), at=timezone.now() - timedelta(days=1))
    [feature] = fetch(people["gw"]).json()["features"]
    assert feature["properties"]["version"] == 2


@pytest.mark.parametrize(("zoom", "coarse"), [("10", True), ("12.9", True), ("13", False), ("18", False), ("", False)])
def test_from_afar_the_coarse_outline_is_sent_where_there_is_one(people, city, zoom, coarse):
    far = box(120.20, 27.33, 120.3, 27.4)
    AreaVersion.objects.filter(area=city[GRIDS[0]]).update(geom_far=far)
    features = fetch(people["manager"], f"?level=grid&zoom={zoom}").json()["features"]
    shapes = {feature["id"]: GEOSGeometry(json.dumps(feature["geometry"])) for feature in features}
    assert (shapes[GRIDS[0]].extent == far.extent) is coarse
    assert shapes[GRIDS[1]].extent == (120.21, 27.33, 120.22, 27.34)


def test_six_decimals_are_sent(people, city):
    set_outline(
        area=city[GRIDS[0]], geom=box(120.2000001234, 27.33, 120.2051239, 27.34), at=timezone.now() - timedelta(days=1)
    )
    [feature] = fetch(people["gw"]).json()["features"]
    corners = feature["geometry"]["coordinates"][0][0]
    assert {lon for lon, _lat in corners} == {120.2, 120.205124}


def test_an_unchanged_answer_is_304_and_a_changed_one_is_not(people, city):
    first = fetch(people["gw"])
    again = fetch(people["gw"], HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert "private" in again["Cache-Control"]
    Area.objects.filter(code=GRIDS[0]).update(name="改名")
    assert fetch(people["gw"], HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


def test_one_persons_answer_is_not_anothers(people):
    assert fetch(people["gw"])["ETag"] != fetch(people["stranger_gw"])["ETag"]


@pytest.mark.parametrize(
    "query",
    [
        "?level=village", "?zoom=near", "?zoom=31", "?bbox=1,2,3", "?bbox=a,b,c,d", "?bbox=120.3,27,120.2,28",
        "?bbox=120,27,121,95", "?bbox=nan,27,121,28", "?parent=%00",
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_400(people, query):
    answer = fetch(people["manager"], query)
    assert answer.status_code == 400
    [[fault]] = answer.json()["error"]["fields"].values()
    assert len(fault) > 10


def test_too_many_outlines_are_refused_with_a_way_out(people, monkeypatch):
    monkeypatch.setattr(geojson, "MOST_FEATURES", 4)
    answer = fetch(people["manager"], HTTP_ACCEPT_LANGUAGE="en")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "too_many")
    assert "parent, level or bbox" in answer.json()["error"]["message"]
    assert fetch(people["manager"], "?level=street").status_code == 200


@pytest.mark.parametrize("accept", ["application/geo+json", "application/json", "*/*"])
def test_it_can_be_asked_for_by_either_name(people, accept):
    assert fetch(people["gw"], HTTP_ACCEPT=accept).status_code == 200
    refused = fetch(people["gw"], "?level=x", HTTP_ACCEPT=accept)
    assert refused.status_code == 400
    assert refused.json()["error"]


def test_the_number_of_queries_does_not_grow(people, django_assert_num_queries):
    with django_assert_num_queries(3):
        assert len(fetch(people["manager"]).json()["features"]) == 11


def test_names_with_quotes_and_chinese_stay_json(people, city):
    Area.objects.filter(code=GRIDS[0]).update(name='“一”"网格\\')
    assert fetch(people["gw"]).json()["features"][0]["properties"]["name"] == '“一”"网格\\'


def test_levels_are_those_of_the_tree(people):
    features = fetch(people["manager"]).json()["features"]
    assert {feature["properties"]["level"] for feature in features} == {
        Level.COUNTY, Level.STREET, Level.COMMUNITY, Level.GRID,
    }  # fmt: skip
