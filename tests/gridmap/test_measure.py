"""Metres from degrees."""

from __future__ import annotations

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.measure import area_m2, distance_m, zone_srid
from tests.cast import box


@pytest.mark.parametrize(
    ("lon", "srid"),
    [
        (75, 4534), (120, 4549), (120.2, 4549), (118.6, 4549), (118.4, 4548), (126.5, 4551), (135, 4554),
        (60, 4534), (150, 4554),
    ],
)  # fmt: skip
def test_the_gauss_zone_is_the_nearest_one_that_china_has(lon, srid):
    assert zone_srid(lon) == srid


@settings(deadline=None)
@given(lon=st.floats(74, 135), lat=st.floats(18, 53))
def test_a_hundredth_of_a_degree_squared_has_the_area_of_the_ellipsoid(lon, lat):
    """Against the area between two parallels and two meridians on a sphere of the local radius, within 1 %."""
    shape = box(lon, lat, lon + 0.01, lat + 0.01)
    wide = distance_m(lon, lat + 0.005, lon + 0.01, lat + 0.005)
    high = distance_m(lon, lat, lon, lat + 0.01)
    assert area_m2(shape) == pytest.approx(wide * high, rel=0.01)


def test_the_area_at_fuding_agrees_with_the_projected_coordinates():
    """0.005° × 0.005° at 120.2 E, 27.33 N; one degree is 98.95 km × 110.8 km there (handbook §7, ellipsoid)."""
    assert area_m2(box(120.2, 27.33, 120.205, 27.335)) == pytest.approx(494.8 * 554.0, rel=0.002)


def test_a_hole_is_not_counted():
    outer = Polygon.from_bbox((120.2, 27.3, 120.3, 27.4))
    hole = Polygon.from_bbox((120.24, 27.34, 120.26, 27.36))
    ring = MultiPolygon(Polygon(outer.exterior_ring, hole.exterior_ring), srid=4326)
    whole, missing = (area_m2(MultiPolygon(part, srid=4326)) for part in (outer, hole))
    assert area_m2(ring) == pytest.approx(whole - missing, rel=1e-9)


def test_distance_is_a_metric_known_at_one_degree():
    assert distance_m(120, 27, 120, 28) == pytest.approx(111_195, rel=1e-4)
    assert distance_m(120, 27, 120, 27) == 0
    assert distance_m(120, 27, 121, 28) == distance_m(121, 28, 120, 27)
    assert distance_m(0, 0, 180, 0) == pytest.approx(20_015_114, rel=1e-6)
