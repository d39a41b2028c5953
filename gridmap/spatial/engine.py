"""The two dialects: how each engine finds, through its index, the outlines in force that cover a point."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection

from gridmap.areas.models import AreaVersion

TABLE = AreaVersion._meta.db_table
RTREE = f"idx_{TABLE}_geom"  # SpatiaLite's index table: pkid, xmin, xmax, ymin, ymax as 32-bit floats rounded outward

# PostGIS: ST_Covers brings its own index condition. SpatiaLite: CROSS JOIN keeps the R-tree outermost, and the costly
# ST_Covers stands last so that it sees only rows that passed all else. A border point is covered on both sides.
_COVERING = {
    "postgresql": (
        f"FROM {{points}} JOIN {TABLE} v"
        " ON ST_Covers(v.geom, ST_SetSRID(ST_MakePoint({lon}, {lat}), 4326))"
        " WHERE v.level IN ({levels}) AND v.valid_from <= %s AND (v.valid_to IS NULL OR v.valid_to > %s)"
    ),
    "sqlite": (
        f"FROM {{points}} CROSS JOIN {RTREE} r"
        " ON r.xmin <= {lon} AND r.xmax >= {lon} AND r.ymin <= {lat} AND r.ymax >= {lat}"
        f" CROSS JOIN {TABLE} v ON v.id = r.pkid"
        " WHERE v.level IN ({levels}) AND v.valid_from <= %s AND (v.valid_to IS NULL OR v.valid_to > %s)"
        " AND ST_Covers(v.geom, MakePoint({lon}, {lat}, 4326))"
    ),
}


def covering(points: str, lon: str, lat: str, levels: list[str], at: datetime) -> tuple[str, list[Any]]:
    """Return the ``FROM … WHERE …`` that pairs ``points`` with the versions ``v`` covering them, and its parameters.

    ``points`` is a table expression; ``lon`` and ``lat`` name its columns. The parameters of ``points`` come first.
    """
    marks = ", ".join(["%s"] * len(levels))
    sql = _COVERING[connection.vendor].format(points=points, lon=lon, lat=lat, levels=marks)
    moment = connection.ops.adapt_datetimefield_value(at)
    return sql, [*levels, moment, moment]


def one_point() -> str:
    """Return a table expression of one point ``p(lon, lat)`` with two parameters."""
    if connection.vendor == "postgresql":
        return "(SELECT %s::float8 AS lon, %s::float8 AS lat) p"
    return "(SELECT %s AS lon, %s AS lat) p"


def points_at_once() -> int:
    """Return how many points :func:`many_points` takes in one statement."""
    # SQLite allows 32,766 parameters, two a point. PostgreSQL takes two arrays; planning pays off for large ones.
    return 200_000 if connection.vendor == "postgresql" else 10_000


def many_points(lons: list[float], lats: list[float]) -> tuple[str, list[Any]]:
    """Return a table expression of points ``p(n, lon, lat)``, counted from 0, and its parameters. No table is made."""
    if connection.vendor == "postgresql":
        return (
            "(SELECT lon, lat, one_based - 1 AS n"
            " FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS q(lon, lat, one_based)) p"
        ), [_array(lons), _array(lats)]
    return _values(len(lons)), [value for pair in zip(lons, lats, strict=True) for value in pair]


def _array(numbers: list[float]) -> str:
    # PostgreSQL's own text for an array, exact to the last bit; the driver takes three times as long over a list.
    return "{" + ",".join(map(repr, numbers)) + "}"


@lru_cache(maxsize=4)
def _values(count: int) -> str:
    # Bound doubles, not JSON: SQLite's reading of decimal text may miss the last bit, which decides on a border.
    rows = ", ".join(f"({n}, %s, %s)" for n in range(count))
    return f"(SELECT column1 AS n, column2 AS lon, column3 AS lat FROM (VALUES {rows})) p"  # noqa: S608 - values are bound
