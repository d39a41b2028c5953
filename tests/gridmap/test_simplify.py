"""Coarse outlines: fewer corners, no gaps between neighbours, nothing lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import MultiPolygon, Polygon
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.areas.models import AreaVersion, Level
from gridmap.areas.simplify import refresh_far_outlines, simplify_together
from gridmap.areas.tree import add_area, set_outline
from tests.cast import START


def wavy_grid(seed: int, side: int = 4, corners: int = 30) -> list[Any]:
    """A side × side coverage of 0.01° cells near 120.2 E, 27.3 N whose shared borders wander."""
    rng = np.random.default_rng(seed)

    def wander(start, end):
        steps = np.linspace(0, 1, corners)[:, None]
        line = start + steps * (end - start)
        line[1:-1] += rng.normal(0, 0.0001, (corners - 2, 2))
        return line

    node = lambda i, j: np.array([120.2 + i * 0.01, 27.3 + j * 0.01])  # noqa: E731 - a table look-up
    across = {(i, j): wander(node(i, j), node(i + 1, j)) for i in range(side) for j in range(side + 1)}
    up = {(i, j): wander(node(i, j), node(i, j + 1)) for i in range(side + 1) for j in range(side)}
    return [
        shapely.Polygon(
            np.vstack([across[i, j][:-1], up[i + 1, j][:-1], across[i, j + 1][:0:-1], up[i, j][:0:-1]])
        ).normalize()
        for i in range(side)
        for j in range(side)
    ]  # fmt: skip


@settings(deadline=None)
@given(seed=st.integers(0, 10_000))
def test_neighbours_still_meet_and_corners_are_fewer(seed):
    cells = [cell for cell in wavy_grid(seed) if cell.is_valid]
    if not shapely.coverage_is_valid(cells):
        return  # the random walk crossed itself
    coarse = simplify_together(cells, 0.0005)
    assert shapely.coverage_is_valid(coarse)
    assert shapely.get_num_coordinates(coarse).sum() < shapely.get_num_coordinates(cells).sum() / 3
    union: Any = shapely.union_all(coarse)
    assert union.area == pytest.approx(sum(cell.area for cell in coarse), rel=1e-9)  # no overlap
    if len(cells) == 16:
        assert union.geom_type == "Polygon"
        assert not union.interiors  # no gap


def test_an_overlapping_and_a_broken_outline_do_not_spoil_the_others():
    cells = wavy_grid(9)
    bow_tie = shapely.Polygon([(120.3, 27.3), (120.31, 27.31), (120.31, 27.3), (120.3, 27.31)])
    intruder = shapely.box(120.205, 27.305, 120.2125, 27.3125)
    coarse = simplify_together([*cells, bow_tie, intruder], 0.0005)
    assert coarse[16].equals(bow_tie)
    assert coarse[17].equals(intruder)
    away = [cell for old, cell in zip(cells, coarse, strict=False) if not old.intersects(intruder)]
    assert len(away) == 12
    assert shapely.coverage_is_valid(away)


def test_a_shape_smaller_than_the_tolerance_is_kept():
    tiny = shapely.box(120.2, 27.3, 120.20001, 27.30001)
    assert simplify_together([tiny], 0.0007)[0].area == pytest.approx(tiny.area)


def test_no_outline_is_no_work():
    assert simplify_together([], 0.0005) == []


def test_all_outlines_in_force_of_a_level_get_a_coarse_one(city):
    later = START + timedelta(days=30)
    street = add_area(code="350982002", name="弯街道", level=Level.STREET, parent=city["350982"], at=START)
    set_outline(area=street, geom=_ring_of(200), at=START)
    set_outline(area=street, geom=_ring_of(300), at=later)
    assert refresh_far_outlines(level=Level.STREET, at=later) == 3
    old, new = AreaVersion.objects.filter(area=street).order_by("number")
    assert old.geom_far is None  # no longer in force
    coarse: Any = new.geom_far
    assert coarse.srid == 4326
    assert coarse.valid
    assert coarse.num_coords < 100 < new.geom.num_coords
    assert AreaVersion.objects.filter(level=Level.GRID, geom_far__isnull=False).count() == 0  # not that level


def test_a_level_without_outlines_is_fine(db):
    assert refresh_far_outlines(level=Level.PROVINCE, at=START) == 0


def test_holes_and_parts_are_kept(city):
    outer = Polygon.from_bbox((121.0, 27.3, 121.1, 27.4))
    hole = Polygon.from_bbox((121.03, 27.33, 121.06, 27.36))
    shape = MultiPolygon(
        Polygon(outer.exterior_ring, hole.exterior_ring), Polygon.from_bbox((121.2, 27.3, 121.3, 27.4)), srid=4326
    )
    street = add_area(code="350982004", name="岛街道", level=Level.STREET, parent=city["350982"], at=START)
    version = set_outline(area=street, geom=shape, at=START)
    refresh_far_outlines(level=Level.STREET, at=START)
    version.refresh_from_db()
    coarse: Any = version.geom_far
    assert coarse.equals(shape)


def _ring_of(corners: int) -> Polygon:
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    ring = [(121.5 + 0.05 * np.cos(a), 27.5 + 0.05 * np.sin(a)) for a in angles]
    return Polygon([*ring, ring[0]], srid=4326)
