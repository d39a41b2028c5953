"""Many points at once, for imports: a handful of queries for any number of points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from django.db import connection

from gridmap.areas.models import RANK, AreaLink, Level
from gridmap.crs import to_wgs84
from gridmap.spatial import engine

_IDS = 10_000
_RANK = {str(level): rank for level, rank in RANK.items()}  # without making an enum member for every row


class Spot(NamedTuple):
    """What a point lies in, by primary keys of areas.

    ``area`` is the smallest that covers it, ``None`` outside the city or where the numbers are no position.
    """

    area: int | None
    grid: int | None
    community: int | None


_NOWHERE = Spot(None, None, None)


def locate_many(points: Sequence[tuple[float, float]] | np.ndarray, *, crs: str = "wgs84", at: datetime) -> list[Spot]:
    """Locate points given as (longitude, latitude) in degrees, in their order, by the rules of :func:`locate`.

    Nothing is refused: a point that :func:`locate` would refuse gets ``Spot(None, None, None)``. An import of 100,000
    points against 10,000 grids takes seconds. Raises ``Invalid`` only for an unknown ``crs``.
    """
    given = np.asarray(points, dtype=float).reshape(-1, 2)
    lon, lat = to_wgs84(given[:, 0], given[:, 1], crs)
    usable = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    left = np.flatnonzero(usable)
    chosen: dict[int, int] = {}
    levels: dict[int, str] = {}
    for wanted in ([Level.GRID], [Level.COMMUNITY], [level for level in Level if RANK[level] < RANK[Level.COMMUNITY]]):
        if not len(left):
            break
        found = _smallest(left, lon, lat, wanted, at)
        chosen.update((n, area) for n, (_order, area, _level) in found.items())
        levels.update((area, level) for _order, area, level in found.values())
        left = left[[n not in found for n in left.tolist()]]
    spots = _spots(levels)
    return [spots[chosen[n]] if n in chosen else _NOWHERE for n in range(len(given))]


def _smallest(
    numbers: np.ndarray, lon: np.ndarray, lat: np.ndarray, levels: Iterable[Level], at: datetime
) -> dict[int, tuple[tuple[int, str], int, str]]:
    """Return, by point number, the covering outline of the lowest level, of these the one with the smallest code."""
    best: dict[int, tuple[tuple[int, str], int, str]] = {}
    names = [str(level) for level in levels]
    size = engine.points_at_once()
    for start in range(0, len(numbers), size):
        chunk = numbers[start : start + size]
        for place, area, level, code in _pairs(lon[chunk].tolist(), lat[chunk].tolist(), names, at):
            n = int(chunk[place])
            candidate = ((-_RANK[level], code), area, level)
            if n not in best or candidate < best[n]:
                best[n] = candidate
    return best


def _pairs(lons: list[float], lats: list[float], levels: list[str], at: datetime) -> list[Any]:
    table, params = engine.many_points(lons, lats)
    found, more = engine.covering(table, "p.lon", "p.lat", levels, at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT f.n, f.area_id, f.level, a.code FROM (SELECT p.n, v.area_id, v.level {found}) f"  # noqa: S608
            " JOIN gridmap_area a ON a.id = f.area_id",
            [*params, *more],
        )
        return cursor.fetchall()


def _spots(levels: dict[int, str]) -> dict[int, Spot]:
    """Return the answer for each area that was hit."""
    community: dict[int, int] = {}
    hit = sorted(levels)
    for start in range(0, len(hit), _IDS):
        links = AreaLink.objects.filter(descendant__in=hit[start : start + _IDS], ancestor__level=Level.COMMUNITY)
        community.update(links.values_list("descendant_id", "ancestor_id"))
    return {
        area: Spot(area, area if level == Level.GRID else None, community.get(area)) for area, level in levels.items()
    }
