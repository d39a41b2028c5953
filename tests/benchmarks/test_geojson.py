"""How fast are outlines: 2,500 grids of 40 corners, whole and narrowed to a window.

Aims on two idle cores: all within 0.5 s, a window of a hundred within 0.1 s. The tests fail only at twice the time.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from tests.gridmap.big_city import SOUTH, WEST, build_grids

pytestmark = pytest.mark.slow


@pytest.fixture
def manager(people: Any, city: Any) -> APIClient:
    """The city's manager, and 2,500 grids."""
    build_grids(city, side=50)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = APIClient()
    client.force_authenticate(people["manager"])
    return client


def test_all_grids(manager, benchmark):
    answer = benchmark.pedantic(lambda: manager.get("/api/v1/areas.geojson?level=grid"), rounds=5, warmup_rounds=1)
    assert len(answer.json()["features"]) == 2505
    assert benchmark.stats.stats.median < 1.0


def test_the_grids_of_a_window(manager, benchmark):
    window = f"{WEST + 0.101},{SOUTH + 0.101},{WEST + 0.199},{SOUTH + 0.199}"
    answer = benchmark.pedantic(
        lambda: manager.get(f"/api/v1/areas.geojson?level=grid&bbox={window}"), rounds=20, warmup_rounds=1
    )
    assert 100 <= len(answer.json()["features"]) <= 144  # ten by ten and the neighbours whose border wanders in
    assert benchmark.stats.stats.median < 0.2


def test_one_page_of_the_list(manager, benchmark):
    answer = benchmark.pedantic(lambda: manager.get("/api/v1/areas/?level=grid&page_size=200"), rounds=10)
    assert len(answer.json()["results"]) == 200
    assert benchmark.stats.stats.median < 0.4
