"""Many points: the bulk form agrees with the single form and with an oracle that knows neither database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
import shapely
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citygrid.common.errors import Invalid
from gridmap.areas.models import RANK, Area, AreaLink, AreaVersion, Level
from gridmap.areas.tree import add_area, set_outline
from gridmap.crs import from_wgs84
from gridmap.spatial import Spot, engine, locate, locate_many, place_many
from tests.cast import CITY, COMMUNITY, EMPTY_COMMUNITY, GRIDS, START, box
from tests.gridmap.big_city import build_grids

LATER = START + timedelta(days=100)
# Points on, near and off the cast's borders; multiples of 0.005° hit corners and edges.
near_the_cast = st.tuples(
    st.one_of(st.integers(0, 16).map(lambda n: round(120.17 + n * 0.005, 3)), st.floats(120.17, 120.25)),
    st.one_of(st.integers(0, 8).map(lambda n: round(27.32 + n * 0.005, 3)), st.floats(27.32, 27.36)),
)


class Oracle:
    """Answers from outlines in memory by Shapely's own tree."""

    def __init__(self, at: Any) -> None:
        self.versions = list(AreaVersion.objects.in_force(at).select_related("area"))
        self.shapes = shapely.from_wkb([bytes(version.geom.wkb) for version in self.versions])
        self.tree = shapely.STRtree(self.shapes)
        links = AreaLink.objects.filter(ancestor__level=Level.COMMUNITY)
        self.community = dict(links.values_list("descendant_id", "ancestor_id"))

    def __call__(self, points: np.ndarray) -> list[Spot]:
        best: dict[int, Any] = {}
        where, which = self.tree.query(shapely.points(points), predicate="covered_by")
        for n, v in zip(where.tolist(), which.tolist(), strict=True):
            area = self.versions[v].area
            best[n] = min(best.get(n, (99, "", None)), (-RANK[Level(area.level)], area.code, area.pk))
        return [self._spot(best.get(n)) for n in range(len(points))]

    def _spot(self, found: Any) -> Spot:
        if found is None:
            return Spot(None, None, None)
        rank, _code, pk = found
        return Spot(pk, pk if -rank == RANK[Level.GRID] else None, self.community.get(pk))


def single(lon, lat, at=START):
    try:
        place = locate(lon, lat, at=at)
    except Invalid:
        return Spot(None, None, None)
    community = place.community
    return Spot(place.area.pk, place.grid.pk if place.grid else None, community.pk if community else None)


def test_grid_no_grid_and_outside(city):
    points = [(120.205, 27.335), (120.23, 27.34), (120.5, 27.3), (120.21, 27.34)]
    grid, empty, outside, corner = locate_many(points, at=START)
    assert grid == Spot(city[GRIDS[0]].pk, city[GRIDS[0]].pk, city[COMMUNITY].pk)
    assert empty == Spot(city[EMPTY_COMMUNITY].pk, None, city[EMPTY_COMMUNITY].pk)
    assert outside == Spot(None, None, None)
    assert corner.grid == city[GRIDS[0]].pk  # the smallest of four


def test_places_name_the_outline_that_was_hit_and_every_tie(city):
    """As :func:`locate` does for one: inside, on an edge, on a corner, without a grid, outside, no number."""
    points = [(120.205, 27.335), (120.21, 27.335), (120.21, 27.34), (120.22, 27.335), (120.23, 27.34)]
    hits = place_many([*points, (120.5, 27.3), (float("nan"), 27.3)], at=START)
    for (lon, lat), hit in zip(points, hits, strict=False):
        alone = locate(lon, lat, at=START)
        assert (hit.area, hit.version, hit.tie) == (alone.area.pk, alone.version_id, alone.tie)
    assert [len(hit.tie) for hit in hits] == [0, 2, 4, 0, 0, 0, 0]
    assert [hit.area is None for hit in hits] == [False] * 5 + [True] * 2


def test_places_come_back_in_wgs84(city):
    lon, lat = from_wgs84(120.205, 27.335, "bd09")
    (hit,) = place_many([(lon, lat)], crs="bd09", at=START)
    assert (round(hit.lon, 7), round(hit.lat, 7)) == (120.205, 27.335)


def test_no_points_is_no_work(city, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert locate_many([], at=START) == []


def test_what_is_no_position_is_nowhere_and_disturbs_no_other(city):
    points = [(float("nan"), 27.3), (120.205, 27.335), (float("inf"), 27.3), (200, 27.3), (27.335, 120.205), (0, 0)]
    answers = locate_many(points, at=START)
    assert [spot.grid is not None for spot in answers] == [False, True, False, False, False, False]


def test_without_a_community_the_smallest_area_decides(city):
    town = add_area(code="350982100", name="无社区镇", level=Level.STREET, parent=city[CITY], at=START)
    set_outline(area=town, geom=box(120.3, 27.3, 120.4, 27.4), at=START)
    assert locate_many([(120.35, 27.35)], at=START) == [Spot(town.pk, None, None)]


def test_the_outline_in_force_at_the_time_decides(city):
    set_outline(area=city[GRIDS[0]], geom=box(120.20, 27.33, 120.205, 27.34), at=LATER)
    set_outline(area=city[GRIDS[1]], geom=box(120.205, 27.33, 120.22, 27.34), at=LATER)
    assert [locate_many([(120.207, 27.335)], at=at)[0].grid for at in (START, LATER)] == [
        city[GRIDS[0]].pk,
        city[GRIDS[1]].pk,
    ]


@pytest.mark.parametrize("crs", ["cgcs2000", "gcj02", "bd09"])
def test_points_of_other_coordinate_systems_are_converted(city, crs):
    rng = np.random.default_rng(3)
    points = rng.uniform((120.19, 27.33), (120.24, 27.35), (50, 2))
    sent = np.column_stack(from_wgs84(points[:, 0], points[:, 1], crs))
    assert locate_many(sent, crs=crs, at=START) == locate_many(points, at=START)


def test_an_unknown_coordinate_system_is_refused(city):
    with pytest.raises(Invalid, match="mercator"):
        locate_many([(120.2, 27.3)], crs="mercator", at=START)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(points=st.lists(near_the_cast, max_size=30))
def test_single_bulk_and_oracle_agree_on_borders_and_off_them(city, points):
    bulk = locate_many(points, at=START)
    assert bulk == Oracle(START)(np.array(points).reshape(-1, 2))
    assert bulk[:5] == [single(lon, lat) for lon, lat in points[:5]]


@pytest.mark.slow
def test_bulk_agrees_with_the_oracle_on_slanted_borders(city):
    """900 grids with wandering borders; 12,000 random points, every corner, and a city outline around them."""
    corners = build_grids(city, side=30)
    rng = np.random.default_rng(11)
    points = np.vstack([rng.uniform((120.95, 27.95), (121.35, 28.35), (12_000, 2)), corners])
    bulk = locate_many(points, at=START)
    assert bulk == Oracle(START)(points)
    assert sum(spot.grid is not None for spot in bulk) > 5_000
    sample = rng.choice(len(points), 200, replace=False)
    assert [bulk[n] for n in sample] == [single(*points[n]) for n in sample]


def test_thirty_thousand_points_take_few_queries(city, django_assert_max_num_queries):
    points = np.random.default_rng(5).uniform((120.18, 27.33), (120.24, 27.35), (30_000, 2))
    with django_assert_max_num_queries(8):
        assert all(spot.community for spot in locate_many(points, at=START))


def plan(points: str, params: list[Any]) -> str:
    found, more = engine.covering(points, "p.lon", "p.lat", ["grid"], START)
    explain = "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
    with connection.cursor() as cursor:
        cursor.execute(f"{explain}SELECT v.id {found}", [*params, *more])
        return "\n".join(" ".join(map(str, row)) for row in cursor.fetchall())


@pytest.mark.slow
def test_single_and_bulk_use_the_spatial_index(city):
    build_grids(city, side=30)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE gridmap_areaversion")
    for text in (
        plan(engine.one_point(), [120.2, 27.3]),
        plan(*engine.many_points([120.2] * 500, [27.3] * 500)),
    ):
        if connection.vendor == "postgresql":
            assert "Index Scan" in text
            assert "gridmap_areaversion_geom" in text
            assert "Seq Scan on gridmap_areaversion" not in text
        else:
            assert "r VIRTUAL TABLE INDEX" in text
            assert "SEARCH v USING INTEGER PRIMARY KEY" in text
            assert "SCAN v" not in text


def test_every_area_of_the_cast_with_an_outline_is_in_the_index(city):
    outlined = Area.objects.filter(versions__isnull=False)
    points = [(area.versions.get().centroid.x, area.versions.get().centroid.y) for area in outlined]
    assert all(spot.area for spot in locate_many(points, at=START))
