"""After many rows PostgreSQL looks at a table again, within the transaction that wrote them."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from citygrid.common.planner import MANY
from gridmap.areas import bulk
from gridmap.areas.models import Area, AreaLink, Level
from tests.cast import CITY, START

pytestmark = [pytest.mark.postgis, pytest.mark.django_db]


def expected(table: str) -> int:
    """Return how many rows the planner expects."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN SELECT * FROM {table}")  # noqa: S608 - our own names
        found = re.search(r"rows=(\d+)", cursor.fetchone()[0])
    assert found is not None
    return int(found[1])


@pytest.mark.parametrize(("count", "looks"), [(MANY, True), (MANY - 1, False)])
def test_many_new_areas_are_planned_for_at_once(city, count, looks):
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE gridmap_area, gridmap_arealink")
    before = expected("gridmap_area"), expected("gridmap_arealink")
    assert before == (Area.objects.count(), AreaLink.objects.count())
    above = AreaLink.objects.filter(descendant=city[CITY]).count()
    bulk.add_areas(
        [
            Area(code=f"35098290{n:04}", name=f"街道{n}", level=Level.STREET, parent=city[CITY], established_at=START)
            for n in range(count)
        ]
    )
    after = expected("gridmap_area"), expected("gridmap_arealink")
    assert (after == (before[0] + count, before[1] + count * (above + 1))) is looks
