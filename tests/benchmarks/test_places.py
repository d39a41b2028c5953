"""How fast is a place found by what a caller says of it: 100,000 buildings in 400 grids.

Aims on two idle cores: one search within 50 ms in process on both engines, whatever is typed; nothing to follow within
a second. The tests fail only at twice the time, so that a busy machine does not turn them red.
"""

from __future__ import annotations

import random
import statistics
import time
import timeit
from itertools import cycle
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection

from citygrid.accounts.roles import Role
from gridmap.areas.models import Area, Level
from gridmap.objects.models import Building
from gridmap.places.index import catch_up
from gridmap.places.search import search
from tests import cast
from tests.cast import START
from tests.gridmap.big_city import build_grids

pytestmark = pytest.mark.slow
COUNT = 100_000
TEXTS = ["石亭", "石亭路12号", "stsq", "tj", "福鼎", "没有这个地方", "qqqqzz", "山前 3号"]
ROADS, YARDS = "石亭山前桐江海口北大南环福全天湖太姥流美点头", "新村花园小区公寓大厦广场商城佳苑名都雅居"


@pytest.fixture
def operator(city: Any) -> Any:
    """The buildings, their names, and somebody who searches the whole city."""
    build_grids(city, side=20, corners=10)
    rng = random.Random(12345)
    grids = list(Area.objects.filter(level=Level.GRID).order_by("pk"))
    Building.objects.bulk_create(
        [
            Building(
                code=f"B{n:06}",
                name="".join(rng.sample(ROADS, 2)) + "".join(rng.sample(YARDS, 2)) + f"{n % 40 + 1}号楼",
                address="".join(rng.sample(ROADS, 3)) + f"路{n % 500 + 1}号", area=grids[n % len(grids)],
                geom=Point(120.3, 27.4, srid=4326),
            )
            for n in range(COUNT)
        ], batch_size=2000,
    )  # fmt: skip
    catch_up(START)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return cast.person("operator", Role.HOTLINE_OPERATOR, area=city[cast.CITY])


def test_a_place_among_a_hundred_thousand(operator, benchmark):
    """Names, addresses, initials; rare, frequent and missing ones; the slowest text counts."""

    def median(text: str) -> float:
        return statistics.median(timeit.repeat(lambda: search(text, user=operator, at=START), number=1, repeat=7))

    slowest = max((median(text), text) for text in TEXTS)
    some = cycle(TEXTS)
    benchmark(lambda: search(next(some), user=operator, at=START))
    benchmark.extra_info["slowest"] = slowest
    assert slowest[0] < 0.1, slowest
    began = time.perf_counter()
    assert catch_up(START) == 0
    assert time.perf_counter() - began < 2
