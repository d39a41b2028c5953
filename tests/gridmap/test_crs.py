"""Coordinate systems: the handbook's vectors, round trips, and nothing moved outside China."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citygrid.common.errors import Invalid
from gridmap.crs import Crs, from_wgs84, to_wgs84
from gridmap.measure import distance_m

# WGS 84, GCJ-02, BD-09 and the two shifts in metres (handbook §7)
VECTORS = [
    ((120.20016, 27.33217), (120.204493, 27.328995), (120.210996, 27.334888), 554.8, 1112.3),
    ((116.404, 39.915), (116.410244, 39.916404), (116.416627, 39.922700), 555.0, 1375.7),
    ((121.4737, 31.2304), (121.478223, 31.228458), (121.484781, 31.234311), 481.2, 1139.8),
]
SHIFTED = [Crs.GCJ02, Crs.BD09]


def there(point, crs):
    return from_wgs84(point[0], point[1], crs)


def back(point, crs):
    return to_wgs84(point[0], point[1], crs)


def apart(one, other):
    return distance_m(one[0], one[1], other[0], other[1])


in_china = st.tuples(st.floats(73.0, 137.0), st.floats(2.0, 55.0))


@pytest.mark.parametrize(("wgs84", "gcj02", "bd09", "shift_gcj", "shift_bd"), VECTORS)
def test_the_handbooks_vectors_come_out(wgs84, gcj02, bd09, shift_gcj, shift_bd):
    for crs, expected, shift in [(Crs.GCJ02, gcj02, shift_gcj), (Crs.BD09, bd09, shift_bd)]:
        shifted = there(wgs84, crs)
        assert shifted == pytest.approx(expected, abs=6e-7)  # the handbook rounds to six digits
        assert back(expected, crs) == pytest.approx(wgs84, abs=1e-6)
        assert apart(wgs84, shifted) == pytest.approx(shift, rel=0.005)


@pytest.mark.parametrize("crs", SHIFTED)
@settings(deadline=None)
@given(point=in_china)
def test_a_round_trip_inside_china_is_exact_to_1e_9_degrees(crs, point):
    assert back(there(point, crs), crs) == pytest.approx(point, abs=1e-9)
    assert there(back(point, crs), crs) == pytest.approx(point, abs=1e-9)


@pytest.mark.parametrize("crs", SHIFTED)
@settings(deadline=None)
@given(point=in_china)
def test_the_shift_is_between_a_few_metres_and_three_kilometres(crs, point):
    assert 1 < apart(point, there(point, crs)) < 3000


@pytest.mark.parametrize("crs", SHIFTED)
@pytest.mark.parametrize("point", [(2.35, 48.85), (-74.0, 40.7), (151.2, -33.9), (72.0, 30.0), (138.0, 36.0), (100, 0)])
def test_points_outside_china_are_not_moved(crs, point):
    assert there(point, crs) == point
    assert back(point, crs) == point


@pytest.mark.parametrize("crs", [Crs.WGS84, Crs.CGCS2000])
@settings(deadline=None)
@given(lon=st.floats(-180, 180), lat=st.floats(-90, 90))
def test_wgs84_and_cgcs2000_are_taken_as_equal(crs, lon, lat):
    assert from_wgs84(lon, lat, crs) == to_wgs84(lon, lat, crs) == (lon, lat)


@pytest.mark.parametrize("crs", SHIFTED)
@settings(deadline=None)
@given(points=st.lists(st.tuples(st.floats(-180, 180), st.floats(-89, 89)), min_size=1, max_size=8))
def test_arrays_give_what_single_points_give(crs, points):
    lon, lat = np.array(points).T
    for convert in (from_wgs84, to_wgs84):
        many = np.array(convert(lon, lat, crs)).T
        assert many == pytest.approx(np.array([convert(point[0], point[1], crs) for point in points]), abs=1e-12)


def test_a_single_point_gives_plain_floats():
    assert [type(value) for value in from_wgs84(120.2, 27.3, "bd09")] == [float, float]


def test_an_unknown_system_is_refused_with_the_allowed_names():
    with pytest.raises(Invalid, match="wgs84, cgcs2000, gcj02, bd09") as refusal:
        to_wgs84(120.2, 27.3, "epsg:3857")
    assert refusal.value.code == "unknown_crs"
