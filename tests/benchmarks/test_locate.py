"""How fast is "where is this?": 10,000 grids of 40 corners, one point and 100,000.

Aims on two idle cores: one point within 2 ms in process; in bulk at least 20,000 points a second on PostGIS and 5,000
on SpatiaLite. The tests fail only at twice the time, so that a busy machine does not turn them red.
"""

from __future__ import annotations

from itertools import cycle
from typing import Any

import numpy as np
import pytest
from django.db import connection

from gridmap.spatial import locate, locate_many
from tests.cast import EMPTY_COMMUNITY, START
from tests.gridmap.big_city import SOUTH, WEST, build_grids

pytestmark = pytest.mark.slow
SIDE = 100
POINTS_PER_SECOND = {"postgresql": 20_000, "sqlite": 5_000}


@pytest.fixture
def big_city(city: Any) -> None:
    """Ten thousand grids."""
    build_grids(city, side=SIDE)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def points(count: int) -> np.ndarray:
    rng = np.random.default_rng(17)
    return rng.uniform(
        (WEST + 0.001, SOUTH + 0.001), (WEST + SIDE * 0.01 - 0.001, SOUTH + SIDE * 0.01 - 0.001), (count, 2)
    )


def test_one_point_in_a_grid_takes_milliseconds(big_city, benchmark):
    some = cycle(points(1000).tolist())
    place = benchmark(lambda: locate(*next(some), at=START))
    assert place.grid
    assert benchmark.stats.stats.median < 0.004


def test_one_point_without_a_grid_takes_milliseconds(big_city, benchmark):
    place = benchmark(lambda: locate(120.23, 27.34, at=START))
    assert (place.grid, place.community.code) == (None, EMPTY_COMMUNITY)
    assert benchmark.stats.stats.median < 0.004


def test_one_point_in_the_citys_outline_alone_takes_milliseconds(big_city, benchmark):
    """Two queries, the second against the outline with 2,000 corners."""
    place = benchmark(lambda: locate(WEST - 0.005, SOUTH + 0.3, at=START))
    assert place.area.code == "350982900"
    assert benchmark.stats.stats.median < 0.010


def test_a_hundred_thousand_points_in_bulk(big_city, benchmark):
    many = points(100_000)
    spots = benchmark.pedantic(lambda: locate_many(many, at=START), rounds=3)
    assert all(spot.grid for spot in spots)
    assert len(many) / benchmark.stats.stats.median > POINTS_PER_SECOND[connection.vendor] / 2
