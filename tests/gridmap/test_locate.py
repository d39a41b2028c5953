"""One point: the grid and all above it, borders, ground without a grid, outside, old outlines, nonsense."""

from __future__ import annotations

from datetime import timedelta

import pytest

from citygrid.common.errors import Invalid
from gridmap.areas.models import Grid, Level
from gridmap.areas.tree import add_area, set_outline
from gridmap.crs import from_wgs84
from gridmap.spatial import locate
from tests.cast import CITY, COMMUNITY, EMPTY_COMMUNITY, GRIDS, OURS, START, THEIR_GRID, box

pytestmark = pytest.mark.usefixtures("city")
LATER = START + timedelta(days=100)


def codes(place):
    parts = (place.grid, place.community, place.street, place.district)
    return tuple(part.code if part else None for part in parts)


def refusal(lon, lat, **more):
    with pytest.raises(Invalid) as caught:
        locate(lon, lat, at=START, **more)
    assert len(str(caught.value)) > 30  # a sentence
    assert set(caught.value.fields) <= {"lon", "lat", "crs"}
    return caught.value.code


def test_a_point_in_a_grid_has_everything_above_it():
    place = locate(120.205, 27.335, at=START)
    assert codes(place) == (GRIDS[0], COMMUNITY, OURS, CITY)
    assert [area.code for area in place.path] == ["35", "3509", CITY, OURS, COMMUNITY, GRIDS[0]]
    assert place.area.code == GRIDS[0]
    assert place.tie == ()
    assert (place.lon, place.lat) == (120.205, 27.335)


def test_the_version_that_was_hit_is_named(city):
    place = locate(120.205, 27.335, at=START)
    assert place.version_id == city[GRIDS[0]].versions.get().pk


@pytest.mark.parametrize(
    ("lon", "lat", "tied"),
    [(120.21, 27.335, GRIDS[:2]), (120.205, 27.34, [GRIDS[0], GRIDS[2]]), (120.21, 27.34, GRIDS)],
)
def test_on_a_shared_border_the_smaller_code_wins_and_the_tie_is_kept(lon, lat, tied):
    place = locate(lon, lat, at=START)
    assert place.area.code == tied[0]
    assert list(place.tie) == tied


def test_on_the_border_of_two_streets_the_smaller_grid_wins():
    place = locate(120.20, 27.335, at=START)
    assert place.area.code == THEIR_GRID
    assert place.tie == (THEIR_GRID, GRIDS[0])


def test_overlapping_grids_give_the_smaller_code_every_time(city):
    code = f"{COMMUNITY}000"
    extra = add_area(code=code, name="重叠", level=Level.GRID, parent=city[COMMUNITY], at=START)
    set_outline(area=extra, geom=box(120.2, 27.33, 120.215, 27.345), at=START)
    assert {locate(120.205, 27.335, at=START).tie for _ in range(3)} == {(code, GRIDS[0])}
    assert locate(120.205, 27.335, at=START).area.code == code


def test_without_a_grid_the_community_is_found_by_its_outline():
    place = locate(120.23, 27.34, at=START)
    assert codes(place) == (None, EMPTY_COMMUNITY, OURS, CITY)
    assert place.tie == ()


def test_a_grid_wins_on_the_border_with_a_community_that_has_none():
    assert codes(locate(120.22, 27.335, at=START)) == (GRIDS[1], COMMUNITY, OURS, CITY)


def test_without_a_community_the_smallest_area_that_covers_decides(city):
    town = add_area(code="350982100", name="无社区镇", level=Level.STREET, parent=city[CITY], at=START)
    set_outline(area=town, geom=box(120.3, 27.3, 120.4, 27.4), at=START)
    place = locate(120.35, 27.35, at=START)
    assert codes(place) == (None, None, "350982100", CITY)
    assert place.area == town


def test_the_tree_gives_what_lies_above_even_where_outlines_disagree(city):
    odd = add_area(code=f"{COMMUNITY}009", name="飞地", level=Level.GRID, parent=city[COMMUNITY], at=START)
    set_outline(area=odd, geom=box(120.232, 27.332, 120.234, 27.334), at=START)  # inside the other community
    assert codes(locate(120.233, 27.333, at=START)) == (odd.code, COMMUNITY, OURS, CITY)


def test_an_area_group_is_passed_through(city):
    group = add_area(code="SHIQU", name="福鼎市区", level=Level.GROUP, parent=city[CITY], at=START)
    street = add_area(code="350982002", name="桐城街道", level=Level.STREET, parent=group, at=START)
    set_outline(area=street, geom=box(120.3, 27.3, 120.4, 27.4), at=START)
    place = locate(120.35, 27.35, at=START)
    assert codes(place) == (None, None, "350982002", CITY)
    assert "SHIQU" in [area.code for area in place.path]


def test_the_outline_in_force_at_the_time_decides(city):
    set_outline(area=city[GRIDS[0]], geom=box(120.20, 27.33, 120.205, 27.34), at=LATER)
    set_outline(area=city[GRIDS[1]], geom=box(120.205, 27.33, 120.22, 27.34), at=LATER)
    assert locate(120.207, 27.335, at=START).area.code == GRIDS[0]
    assert locate(120.207, 27.335, at=LATER - timedelta(seconds=1)).area.code == GRIDS[0]
    assert locate(120.207, 27.335, at=LATER).area.code == GRIDS[1]


def test_before_the_first_outline_there_is_no_city():
    with pytest.raises(Invalid, match="outside the city"):
        locate(120.205, 27.335, at=START - timedelta(seconds=1))


@pytest.mark.parametrize("crs", ["wgs84", "cgcs2000", "gcj02", "bd09"])
def test_every_coordinate_system_leads_to_the_same_place(crs):
    sent = from_wgs84(120.205, 27.335, crs)
    place = locate(sent[0], sent[1], crs=crs, at=START)
    assert place.area.code == GRIDS[0]
    assert (place.lon, place.lat) == pytest.approx((120.205, 27.335), abs=1e-9)


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (120.5, 27.335, "outside_city"),
        (2.35, 48.85, "outside_city"),
        (27.335, 120.205, "swapped_axes"),
        (39.9, 80.0, "swapped_axes"),
        (35.0, 75.0, "swapped_axes"),
        (0.0, 0.0, "no_position"),
        (1e-6, -1e-6, "no_position"),
        (float("nan"), 27.3, "bad_coordinates"),
        (120.2, float("inf"), "bad_coordinates"),
        (181.0, 27.3, "bad_coordinates"),
        (120.2, -91.0, "bad_coordinates"),
    ],
)  # fmt: skip
def test_what_is_no_position_in_the_city_is_refused_in_words(lon, lat, code):
    assert refusal(lon, lat) == code


def test_an_unknown_coordinate_system_is_refused():
    assert refusal(120.205, 27.335, crs="mercator") == "unknown_crs"


def test_a_point_in_a_grid_takes_one_query_any_other_two(django_assert_num_queries):
    with django_assert_num_queries(1):
        place = locate(120.205, 27.335, at=START)
        assert codes(place)[3] == CITY
    with django_assert_num_queries(1):
        locate(120.23, 27.34, at=START)
    with django_assert_num_queries(2):
        refusal(120.5, 27.335)


def test_grids_of_the_cast_are_grids():
    assert Grid.objects.count() == len(GRIDS) + 1
