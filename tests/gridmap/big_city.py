"""Many grids with wandering borders, for tests of speed and of borders. All at 121 E, 28 N, away from the cast."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon

from citygrid.common.planner import look_again
from gridmap.areas.models import Area, AreaLink, AreaVersion, Level
from gridmap.areas.tree import add_area, set_outline
from tests.cast import CITY, START

WEST, SOUTH, CELL = 121.0, 28.0, 0.01
PER_COMMUNITY = 20


def build_grids(city: dict[str, Area], *, side: int, corners: int = 10) -> np.ndarray:
    """Add side × side grids (0.01° cells) under communities of twenty, written in bulk; return the grids' corners.

    The communities have no outline; the city has one around all, with 2,000 corners.
    """
    street = add_area(code="350982900", name="大街道", level=Level.STREET, parent=city[CITY], at=START)
    set_outline(area=street, geom=_round(side), at=START)
    cells = wandering_cells(side, corners)
    above = list(AreaLink.objects.filter(descendant=street).values_list("ancestor_id", "depth"))
    communities = _bulk_areas([f"350982900{n:03}" for n in range(-(-len(cells) // PER_COMMUNITY))], street, above)
    for start in range(0, len(cells), PER_COMMUNITY):
        community = communities[start // PER_COMMUNITY]
        count = len(cells[start : start + PER_COMMUNITY])
        up = [(community.pk, 0), *((pk, depth + 1) for pk, depth in above)]
        grids = _bulk_areas([f"{community.code}{n:03}" for n in range(1, count + 1)], community, up)
        AreaVersion.objects.bulk_create(
            _version(grid, cell) for grid, cell in zip(grids, cells[start : start + PER_COMMUNITY], strict=True)
        )
    look_again(Area, AreaLink, AreaVersion, written=len(cells))
    return np.unique(np.vstack([shapely.get_coordinates(cell) for cell in cells]), axis=0)


def wandering_cells(side: int, corners: int, seed: int = 1) -> list[Any]:
    """Return side × side polygons that tile a square; every shared border wanders and both sides have its corners."""
    rng = np.random.default_rng(seed)

    def wander(start: tuple[float, float], end: tuple[float, float]) -> np.ndarray:
        steps = np.linspace(0, 1, corners)[:, None]
        line = np.array(start) + steps * (np.array(end) - np.array(start))
        line[1:-1] += rng.uniform(-CELL / 40, CELL / 40, (corners - 2, 2))
        return line

    def node(i: int, j: int) -> tuple[float, float]:
        return WEST + i * CELL, SOUTH + j * CELL

    across = {(i, j): wander(node(i, j), node(i + 1, j)) for i in range(side) for j in range(side + 1)}
    up = {(i, j): wander(node(i, j), node(i, j + 1)) for i in range(side + 1) for j in range(side)}
    return [
        shapely.Polygon(np.vstack([across[i, j][:-1], up[i + 1, j][:-1], across[i, j + 1][:0:-1], up[i, j][:0:-1]]))
        for j in range(side)
        for i in range(side)
    ]


def _bulk_areas(codes: list[str], parent: Area, above: list[tuple[int, int]]) -> list[Area]:
    level = Level.COMMUNITY if parent.level == Level.STREET else Level.GRID
    areas: list[Area] = Area.objects.bulk_create(
        Area(code=code, name=code[-3:], level=level, parent=parent, established_at=START) for code in codes
    )
    links = [AreaLink(ancestor=area, descendant=area, depth=0) for area in areas]
    links += [AreaLink(ancestor_id=pk, descendant=area, depth=depth + 1) for area in areas for pk, depth in above]
    AreaLink.objects.bulk_create(links, batch_size=2000)
    return areas


def _version(area: Area, cell: Any) -> AreaVersion:
    shape = MultiPolygon(GEOSGeometry(shapely.to_wkb(cell, hex=True), srid=4326), srid=4326)
    return AreaVersion(
        area=area, number=1, code=area.code, level=area.level, name=area.name, geom=shape, area_m2=1,
        centroid=shape.centroid, valid_from=START,
    )  # fmt: skip


def _round(side: int) -> MultiPolygon:
    """A ring of 2,000 corners around all cells, as a city's outline has them."""
    half = side * CELL / 2
    around: Any = shapely.Point(WEST + half, SOUTH + half).buffer(half * 1.5, quad_segs=500)
    return MultiPolygon(GEOSGeometry(shapely.to_wkb(around, hex=True), srid=4326), srid=4326)
