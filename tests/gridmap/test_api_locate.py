"""Where is this, over the API."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from gridmap.crs import from_wgs84
from tests.cast import CITY, COMMUNITY, EMPTY_COMMUNITY, GRIDS, OURS, THEIR_GRID, THEIRS

LOCATE = "/api/v1/locate/"


@pytest.fixture
def worker(people):
    client = APIClient()
    client.force_authenticate(people["gw"])
    return client


def test_a_point_in_a_grid(worker):
    answer = worker.get(LOCATE, {"lon": 120.205, "lat": 27.335})
    assert answer.status_code == 200
    assert answer.json() == {
        "grid": {"code": GRIDS[0], "name": "1网格", "level": "grid"},
        "community": {"code": COMMUNITY, "name": "石亭社区", "level": "community"},
        "street": {"code": OURS, "name": "山前街道", "level": "street"},
        "district": {"code": CITY, "name": "福鼎市", "level": "county"},
        "tie": [],
        "lon": 120.205,
        "lat": 27.335,
    }


def test_on_a_border_the_tie_is_told(worker):
    place = worker.get(LOCATE, {"lon": 120.21, "lat": 27.335}).json()
    assert (place["grid"]["code"], place["tie"]) == (GRIDS[0], GRIDS[:2])


def test_inside_the_city_without_a_grid(worker):
    place = worker.get(LOCATE, {"lon": 120.23, "lat": 27.34}).json()
    assert (place["grid"], place["community"]["code"]) == (None, EMPTY_COMMUNITY)


def test_it_answers_across_the_border_of_ones_own_area_with_names_and_codes_alone(worker):
    place = worker.get(LOCATE, {"lon": 120.19, "lat": 27.34}).json()
    assert (place["grid"]["code"], place["street"]["code"]) == (THEIR_GRID, THEIRS)
    assert set(place["grid"]) == {"code", "name", "level"}
    assert worker.get(f"/api/v1/areas/{THEIR_GRID}/").status_code == 404


@pytest.mark.parametrize("crs", ["wgs84", "cgcs2000", "gcj02", "bd09", ""])
def test_the_answer_is_in_wgs84_whatever_was_sent(worker, crs):
    lon, lat = from_wgs84(120.205, 27.335, crs or "wgs84")
    place = worker.get(LOCATE, {"lon": lon, "lat": lat, "crs": crs}).json()
    assert place["grid"]["code"] == GRIDS[0]
    assert (place["lon"], place["lat"]) == pytest.approx((120.205, 27.335), abs=1e-8)


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (121, 28, "outside_city"), (27.335, 120.205, "swapped_axes"), (0, 0, "no_position"),
        (500, 27, "bad_coordinates"),
    ],
)  # fmt: skip
def test_what_is_no_position_in_the_city_is_422_with_a_code_and_a_sentence(worker, lon, lat, code):
    answer = worker.get(LOCATE, {"lon": lon, "lat": lat})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    assert set(answer.json()["error"]["fields"]) == {"lon", "lat"}


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("?lat=27.3", "lon", "required"),
        ("?lon=120.2", "lat", "required"),
        ("?lon=east&lat=27.3", "lon", "number"),
        ("?lon=nan&lat=27.3", "lon", "number"),
        ("?lon=120.2&lat=27.3&crs=utm", "crs", "wgs84, cgcs2000, gcj02, bd09"),
    ],
)
def test_a_query_that_cannot_be_read_is_400(worker, query, field, words):
    answer = worker.get(f"{LOCATE}{query}", HTTP_ACCEPT_LANGUAGE="en")
    assert answer.status_code == 400
    assert words in answer.json()["error"]["fields"][field][0]


def test_it_takes_one_query_for_the_right_and_one_for_the_place(worker, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert worker.get(LOCATE, {"lon": 120.205, "lat": 27.335}).status_code == 200
