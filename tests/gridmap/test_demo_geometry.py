"""The drawn outlines of the demonstration city."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest
import shapely
from shapely.geometry import shape

from gridmap.demo import geometry
from gridmap.demo.fixtures import CITY, DEMO, SOURCE, URBAN

CURSOR = shapely.Point(120.20016, 27.33217)
FILE = DEMO / "areas.geojson"


@pytest.fixture(scope="module")
def features():
    return {f["properties"]["code"]: f for f in json.loads(FILE.read_text(encoding="utf-8"))["features"]}


@pytest.fixture(scope="module")
def shapes(features):
    return {code: shape(feature["geometry"]) for code, feature in features.items()}


@pytest.fixture(scope="module")
def children(features):
    found = defaultdict(list)
    for code, feature in features.items():
        found[feature["properties"]["parent"]].append(code)
    return found


def codes_of(features, level):
    return [code for code, feature in features.items() if feature["properties"]["level"] == level]


def test_the_committed_file_is_what_the_generator_draws():
    assert geometry.document() == FILE.read_text(encoding="utf-8")


def test_the_file_stays_small_and_every_outline_is_labelled_as_invented(features):
    assert FILE.stat().st_size < 1_000_000
    assert {feature["properties"]["source"] for feature in features.values()} == {SOURCE}


def test_the_levels_hold_what_the_city_has(features):
    assert len(codes_of(features, "street")) == 17
    assert len(codes_of(features, "community")) == 48
    assert len(codes_of(features, "grid")) >= 60
    assert codes_of(features, "group") == [URBAN]


@pytest.mark.parametrize("level", ["street", "community", "grid"])
def test_neighbours_of_one_level_share_their_border_and_never_overlap(features, shapes, level):
    assert shapely.coverage_is_valid([shapes[code] for code in codes_of(features, level)])


def test_every_outline_is_one_valid_piece(shapes):
    assert all(outline.is_valid and outline.geom_type == "Polygon" for outline in shapes.values())


def test_the_children_of_an_area_fill_it_exactly(shapes, children):
    parents = [code for code in children if code in shapes and code != CITY]
    assert len(parents) > 20
    for parent in parents:
        union = shapely.coverage_union_all([shapes[child] for child in children[parent]])
        assert union.equals(shapes[parent]), parent


def test_the_streets_fill_the_city_and_three_of_them_the_urban_group(features, shapes, children):
    streets = shapely.coverage_union_all([shapes[code] for code in codes_of(features, "street")])
    assert streets.equals(shapes[CITY])
    assert sorted(children[URBAN]) == ["350982001", "350982002", "350982003"]


def test_the_known_point_lies_well_inside_one_grid_of_shiting(features, shapes):
    inside = [code for code in codes_of(features, "grid") if shapes[code].contains(CURSOR)]
    assert len(inside) == 1
    assert inside[0].startswith("350982003901")
    assert shapes[inside[0]].boundary.distance(CURSOR) > 0.0003  # about 30 m


def test_grids_are_numbered_west_to_east_and_north_to_south(shapes):
    middles = [shapes[f"350982003901{number:03}"].centroid for number in range(1, 9)]
    assert [point.x for point in middles[:4]] == sorted(point.x for point in middles[:4])
    assert [point.x for point in middles[4:]] == sorted(point.x for point in middles[4:])
    assert min(point.y for point in middles[:4]) > max(point.y for point in middles[4:])


def test_some_grids_of_other_communities_join_two_blocks(shapes):
    sizes = [outline.area for code, outline in shapes.items() if len(code) == 15]
    assert max(sizes) > 1.7 * sorted(sizes)[len(sizes) // 2]
