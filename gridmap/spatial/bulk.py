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


class Hit(NamedTuple):
    """Where a point of an import lies: WGS 84 degrees, the smallest area, the outline that was hit, and a tie.

    ``area`` and ``version`` are keys, ``None`` outside the city. ``tie`` holds the codes of all outlines of the
    decisive level that cover the point, smallest first, when there are several, as in :class:`Place`.
    """

    lon: float
    lat: float
    area: int | None = None
    version: int | None = None
    tie: tuple[str, ...] = ()


class _Best(NamedTuple):
    order: tuple[int, str]  # the negative rank of the level, then the code: the smallest wins
    area: int
    level: str
    version: int


_NOWHERE = Spot(None, None, None)


def locate_many(points: Sequence[tuple[float, float]] | np.ndarray, *, crs: str = "wgs84", at: datetime) -> list[Spot]:
    """Locate points given as (longitude, latitude) in degrees, in their order, by the rules of :func:`locate`.

    Nothing is refused: a point that :func:`locate` would refuse gets ``Spot(None, None, None)``. An import of 100,000
    points against 10,000 grids takes seconds. Raises ``Invalid`` only for an unknown ``crs``.
    """
    lon, _lat, chosen, _ties = _chosen(points, crs, at)
    spots = _spots({one.area: one.level for one in chosen.values()})
    return [spots[chosen[n].area] if n in chosen else _NOWHERE for n in range(len(lon))]


def place_many(points: Sequence[tuple[float, float]] | np.ndarray, *, crs: str = "wgs84", at: datetime) -> list[Hit]:
    """Locate as :func:`locate_many` does, and say which outline was hit and where several cover the point."""
    lon, lat, chosen, ties = _chosen(points, crs, at)
    return [
        Hit(east, north, chosen[n].area, chosen[n].version, tuple(sorted(ties.get(n, ()))))
        if n in chosen
        else Hit(east, north)
        for n, (east, north) in enumerate(zip(lon.tolist(), lat.tolist(), strict=True))
    ]


def _chosen(
    points: Any, crs: str, at: datetime
) -> tuple[np.ndarray, np.ndarray, dict[int, _Best], dict[int, set[str]]]:
    """Return the points in WGS 84, and by their numbers what covers them best and the codes of ties."""
    given = np.asarray(points, dtype=float).reshape(-1, 2)
    lon, lat = to_wgs84(given[:, 0], given[:, 1], crs)
    usable = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    left = np.flatnonzero(usable)
    chosen: dict[int, _Best] = {}
    ties: dict[int, set[str]] = {}
    for wanted in ([Level.GRID], [Level.COMMUNITY], [level for level in Level if RANK[level] < RANK[Level.COMMUNITY]]):
        if not len(left):
            break
        found = _smallest(left, lon, lat, wanted, at, ties)
        chosen.update(found)
        left = left[[n not in found for n in left.tolist()]]
    return lon, lat, chosen, ties


def _smallest(
    numbers: np.ndarray, lon: np.ndarray, lat: np.ndarray, levels: Iterable[Level], at: datetime,
    ties: dict[int, set[str]],
) -> dict[int, _Best]:  # fmt: skip
    """Return, by point number, the covering outline of the lowest level, of these the one with the smallest code.

    Where several of that level cover a point, ``ties`` gets their codes.
    """
    best: dict[int, _Best] = {}
    names = [str(level) for level in levels]
    size = engine.points_at_once()
    for start in range(0, len(numbers), size):
        chunk = numbers[start : start + size]
        for place, area, level, code, version in _pairs(lon[chunk].tolist(), lat[chunk].tolist(), names, at):
            n = int(chunk[place])
            candidate = _Best((-_RANK[level], code), area, level, version)
            other = best.get(n)
            if other is None or candidate.order[0] < other.order[0]:
                ties.pop(n, None)
            elif candidate.order[0] == other.order[0]:
                ties.setdefault(n, {other.order[1]}).add(code)
            if other is None or candidate < other:
                best[n] = candidate
    return best


def _pairs(lons: list[float], lats: list[float], levels: list[str], at: datetime) -> list[Any]:
    table, params = engine.many_points(lons, lats)
    found, more = engine.covering(table, "p.lon", "p.lat", levels, at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT f.n, f.area_id, f.level, a.code, f.id FROM (SELECT p.n, v.area_id, v.level, v.id {found}) f"  # noqa: S608
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
