"""Overlaps, gaps, children outside: told in m². Repair and dissolve keep the area and end valid."""

from __future__ import annotations

from itertools import pairwise
from math import cos, radians

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from gridmap.areas.models import AreaVersion
from gridmap.importing.shapes import NOISE_M2, areas_m2, polygons, repaired, union, without_slivers
from tests import cast
from tests.gridmap import import_files as files
from tests.gridmap.import_run import LATER, look, run


def rough_m2(shape) -> float:
    """An independent measure: WGS 84 radii of curvature at the shape's latitude, good to a tenth of a percent."""
    if shape.is_empty:
        return 0.0
    phi = radians(shape.centroid.y)
    e2 = 0.00669437999014
    w = (1 - e2 * (1 - cos(phi) ** 2)) ** 0.5
    meridian, normal = 6378137 * (1 - e2) / w**3, 6378137 / w
    return shape.area * radians(1) ** 2 * meridian * normal * cos(phi)


@pytest.fixture
def write(tmp_path, city):
    return lambda rows: files.geojson(tmp_path / "a.geojson", rows)


def rows_of(*shapes):
    return [
        ({"code": f"{cast.EMPTY_COMMUNITY}{n:03}", "name": f"g{n}"}, shape) for n, shape in enumerate(shapes, start=1)
    ]


def test_siblings_that_overlap(write):
    one, other = box(120.22, 27.33, 120.231, 27.35), box(120.23, 27.33, 120.24, 27.35)
    found = run(write(rows_of(one, other))).report.of("overlap")
    assert [finding.data["area_m2"] for finding in found] == [
        pytest.approx(rough_m2(one.intersection(other)), rel=2e-3)
    ]
    assert found[0].data["units"] == [f"{cast.EMPTY_COMMUNITY}001 g1", f"{cast.EMPTY_COMMUNITY}002 g2"]


def test_overlap_with_a_stored_sibling_that_the_file_does_not_hold(write):
    run(write(rows_of(box(120.22, 27.33, 120.23, 27.35))))
    rows = rows_of(box(0, 0, 1, 1), box(120.229, 27.33, 120.24, 27.35))[1:]
    found = look(write(rows), at=LATER).report.of("overlap")
    assert [finding.data["area_m2"] for finding in found] == [
        pytest.approx(rough_m2(box(120.229, 27.33, 120.23, 27.35)), rel=2e-3)
    ]


def test_noise_is_counted_but_not_listed(write):
    report = run(write(rows_of(box(120.22, 27.33, 120.23 + 1e-10, 27.35), box(120.23, 27.33, 120.24, 27.35)))).report
    assert not report.of("overlap")
    assert report.of("noise")[0].data["pairs"] == 1
    assert 0 < report.of("noise")[0].data["area_m2"] < NOISE_M2


def test_a_gap_inside_the_parent(write):
    found = run(write(rows_of(box(120.22, 27.33, 120.23, 27.35)))).report.of("gap")
    assert found[0].data["parent"] == cast.EMPTY_COMMUNITY
    assert found[0].data["area_m2"] == pytest.approx(rough_m2(box(120.23, 27.33, 120.24, 27.35)), rel=2e-3)
    assert found[0].data["share"] == pytest.approx(50, abs=0.01)


def test_no_gap_where_stored_siblings_fill_it(write):
    run(write(rows_of(box(120.22, 27.33, 120.23, 27.35), box(120.23, 27.33, 120.24, 27.35))))
    report = look(write(rows_of(box(120.22, 27.33, 120.23, 27.35))), at=LATER).report
    assert not report.of("gap")


def test_a_child_that_reaches_outside_its_parent(write):
    shape = box(120.22, 27.33, 120.23, 27.351)
    found = run(write(rows_of(shape))).report.of("outside")
    assert found[0].data["area_m2"] == pytest.approx(rough_m2(box(120.22, 27.35, 120.23, 27.351)), rel=2e-3)


def test_a_child_elsewhere_altogether_is_told(write):
    shape = box(120.30, 27.33, 120.31, 27.35)
    found = run(write(rows_of(shape))).report.of("outside")
    assert found[0].data["area_m2"] == pytest.approx(rough_m2(shape), rel=2e-3)


def test_rows_of_one_unit_are_dissolved(write):
    left, right, island = (
        box(120.22, 27.33, 120.225, 27.35),
        box(120.225, 27.33, 120.23, 27.35),
        box(120.235, 27.33, 120.236, 27.331),
    )
    rows = [(rows_of(left)[0][0], shape) for shape in (left, right, island)]
    report = run(write(rows)).report
    stored = shapely.from_wkb(bytes(AreaVersion.objects.get(area__code=f"{cast.EMPTY_COMMUNITY}001").geom.wkb))
    assert stored.equals(MultiPolygon([box(120.22, 27.33, 120.23, 27.35), island]))
    assert report.of("dissolved")[0].data["units"][0]["rows"] == [1, 2, 3]


def test_a_bow_tie_is_repaired_and_listed_with_both_areas(write):
    tie = Polygon([(120.22, 27.33), (120.23, 27.35), (120.23, 27.33), (120.22, 27.35)])
    finding = run(write(rows_of(tie))).report.of("repaired")[0]
    assert finding.data["row"] == 1
    assert finding.data["area_before_m2"] == pytest.approx(0, abs=1)
    assert finding.data["area_after_m2"] == pytest.approx(rough_m2(box(120.22, 27.33, 120.23, 27.35)) / 2, rel=3e-3)
    stored = AreaVersion.objects.get(area__code=f"{cast.EMPTY_COMMUNITY}001")
    assert stored.geom.valid


def test_slivers_are_cleaned_and_the_last_part_stays():
    hole = box(120.2201, 27.3301, 120.220101, 27.330101)
    speck = box(120.25, 27.35, 120.250002, 27.350002)
    whole = MultiPolygon([Polygon(box(120.22, 27.33, 120.23, 27.35).exterior, [hole.exterior]), speck])
    cleaned, changed = without_slivers(whole)
    assert cleaned.equals(box(120.22, 27.33, 120.23, 27.35))
    assert changed == pytest.approx(rough_m2(hole) + rough_m2(speck), rel=0.01)
    alone, changed = without_slivers(MultiPolygon([speck]))
    assert (alone.equals(speck), changed) == (True, 0)


CORNER = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda xy: (120.2 + xy[0] / 1000, 27.3 + xy[1] / 1000))
RING = st.lists(CORNER, min_size=4, max_size=12, unique=True).map(Polygon)
BOX = st.tuples(CORNER, CORNER).filter(lambda two: two[0][0] != two[1][0] and two[0][1] != two[1][1]).map(
    lambda two: box(*two[0], *two[1])
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(RING)
def test_repair_ends_valid_and_covers_the_same_ground(ring):
    sound = repaired(ring)
    assert sound.is_valid
    assert sound.geom_type == "MultiPolygon"
    # A point lies in the repaired shape when a ray from it crosses the ring an odd number of times.
    corners = list(ring.exterior.coords)
    for x, y in [(120.2003 + n / 991 % 0.04, 27.3007 + n * 7 / 983 % 0.04) for n in range(40)]:
        crossed = sum(
            (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0
            for (x0, y0), (x1, y1) in pairwise(corners)
        )
        point = shapely.Point(x, y)
        if sound.boundary.distance(point) > 1e-9:
            assert sound.contains(point) == (crossed % 2 == 1)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(BOX, min_size=1, max_size=8))
def test_dissolving_keeps_the_area_of_what_is_covered(boxes):
    whole = union(boxes)
    assert whole.is_valid
    # Inclusion and exclusion on the grid of corners, without any geometry library.
    xs = sorted({x for one in boxes for x in one.bounds[::2]})
    ys = sorted({y for one in boxes for y in one.bounds[1::2]})
    covered = sum(
        (x1 - x0) * (y1 - y0)
        for x0, x1 in pairwise(xs)
        for y0, y1 in pairwise(ys)
        if any(b[0] <= x0 and x1 <= b[2] and b[1] <= y0 and y1 <= b[3] for b in (one.bounds for one in boxes))
    )
    assert whole.area == pytest.approx(covered, rel=1e-9)
    assert float(areas_m2([whole])[0]) == pytest.approx(rough_m2(whole), rel=2e-3)


def test_only_polygons_survive_an_intersection():
    mixed = shapely.GeometryCollection([shapely.Point(1, 1), box(0, 0, 1, 1), shapely.LineString([(0, 0), (1, 1)])])
    assert polygons(mixed) == [box(0, 0, 1, 1)]
    assert areas_m2([]).tolist() == []
    assert areas_m2([MultiPolygon(), box(120.2, 27.3, 120.201, 27.301)])[0] == 0
