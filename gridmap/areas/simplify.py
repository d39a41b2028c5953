"""Coarse outlines for far zooms, made together so that neighbours still share their border.

Simplifying each shape alone tears gaps along shared borders. Here all outlines of a level in force at one time form a
coverage, and GEOS thins every shared edge once for both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import transaction

from gridmap.areas.models import AreaVersion, Level

# Corners that span a triangle smaller than about the square of this (degrees; 0.0005° ≈ 50 m) are dropped.
TOLERANCE = {Level.GRID: 0.0001, Level.COMMUNITY: 0.0003}
TOLERANCE_ABOVE = 0.0007
# An outline whose area changes by more than this share is kept as it was.
_MOST_CHANGE = 0.2
_BATCH = 500


@transaction.atomic
def refresh_far_outlines(*, level: str, at: datetime) -> int:
    """Fill ``geom_far`` of all outlines of ``level`` in force at that time; return how many there are.

    Call it after outlines of that level were written. Overlapping or broken outlines are simplified one by one, so
    only their own borders may no longer meet.
    """
    versions = list(AreaVersion.objects.in_force(at).filter(level=level).order_by("pk"))
    outlines = shapely.from_wkb([bytes(version.geom.wkb) for version in versions])
    tolerance = TOLERANCE.get(Level(level), TOLERANCE_ABOVE)
    for version, shape in zip(versions, simplify_together(outlines, tolerance), strict=True):
        version.geom_far = _multipolygon(shape)
    AreaVersion.objects.bulk_update(versions, ["geom_far"], batch_size=_BATCH)
    return len(versions)


def simplify_together(outlines: Sequence[Any] | np.ndarray, tolerance: float) -> list[Any]:
    """Return the polygons (Shapely, degrees) simplified, each still valid and with shared borders still shared."""
    shapes = np.asarray(outlines, dtype=object)
    if not len(shapes):
        return []
    result = np.array([_alone(shape, tolerance) for shape in shapes], dtype=object)
    # GEOS wants a coverage: leave out what is broken, then what overlaps or just fails to meet its neighbour.
    members = np.flatnonzero(shapely.is_valid(shapes))
    torn = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes[members]))
    members = members[~torn]
    if len(members):
        result[members] = shapely.coverage_simplify(shapes[members], tolerance)
    return [new if _faithful(new, old) else old for new, old in zip(result, shapes, strict=True)]


def _alone(shape: Any, tolerance: float) -> Any:
    return shape.simplify(tolerance, preserve_topology=True)


def _faithful(new: Any, old: Any) -> bool:
    if new.is_empty or not new.is_valid or new.geom_type not in ("Polygon", "MultiPolygon"):
        return False
    return bool(abs(new.area - old.area) <= _MOST_CHANGE * old.area)


def _multipolygon(shape: Any) -> MultiPolygon:
    whole = GEOSGeometry(shapely.to_wkb(shape, hex=True), srid=4326)
    return whole if isinstance(whole, MultiPolygon) else MultiPolygon(whole, srid=4326)
