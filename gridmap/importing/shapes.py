"""Outlines made sound: repaired, dissolved, freed of slivers; and measured in m². Shapely, EPSG:4326 throughout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.gdal import CoordTransform, OGRGeometry, SpatialReference
from shapely.geometry import MultiPolygon, Polygon

from gridmap.measure import zone_srid

# What is smaller is noise of digitising and rounding, neither reported nor kept as a part or hole of its own.
NOISE_M2 = 1.0


def polygons(shape: Any) -> list[Polygon]:
    """Return the polygons of any shape; lines and points, which repair and intersection leave behind, are dropped."""
    if shape.geom_type == "Polygon":
        return [] if shape.is_empty else [shape]
    return [part for one in getattr(shape, "geoms", []) for part in polygons(one)]


def repaired(shape: Any) -> Any:
    """Return a valid shape of polygons only (possibly empty) that covers what ``shape`` covers by the even-odd rule."""
    if shape.is_valid:
        return union(polygons(shape))
    return union([face for part in shapely.get_parts([shape]) for face in _odd_faces(part)])


def _odd_faces(part: Any) -> list[Any]:
    """Cut a polygon's rings where they cross, and keep the faces that a ray leaves over an odd number of edges.

    ``make_valid`` loses faces beside edges that lie on one another.
    """
    if not isinstance(part, Polygon) or part.is_empty:
        return polygons(shapely.make_valid(part))
    rings = [part.exterior, *part.interiors]
    edges = np.concatenate([np.hstack([points[:-1], points[1:]]) for points in map(shapely.get_coordinates, rings)])
    x0, y0, x1, y1 = edges.T
    found = []
    for face in shapely.get_parts(shapely.polygonize(shapely.get_parts([shapely.union_all(rings)]))):
        inside = face.representative_point()
        crossed = (y0 > inside.y) != (y1 > inside.y)
        reach = (x1 - x0)[crossed] * (inside.y - y0[crossed]) / (y1 - y0)[crossed] + x0[crossed]
        if np.count_nonzero(inside.x < reach) % 2:
            found.append(face)
    return found


def union(shapes: Sequence[Any]) -> MultiPolygon:
    """Dissolve shapes into one multipolygon, possibly empty."""
    return MultiPolygon(polygons(shapely.union_all(list(shapes))))


def without_slivers(shape: MultiPolygon) -> tuple[MultiPolygon, float]:
    """Drop parts and fill holes below ``NOISE_M2``; return the shape and by how many m² that changed it.

    The last part always stays, however small.
    """
    parts, changed = [], 0.0
    every = list(shape.geoms)
    for part, size in zip(every, areas_m2(every), strict=True):
        if size < NOISE_M2 and len(every) > 1 and part.area < shape.area / 2:
            changed += float(size)
            continue
        holes = [Polygon(ring) for ring in part.interiors]
        sizes = areas_m2(holes)
        changed += float(sizes[sizes < NOISE_M2].sum())
        keep = [hole.exterior.coords for hole, hole_size in zip(holes, sizes, strict=True) if hole_size >= NOISE_M2]
        parts.append(Polygon(part.exterior.coords, keep) if len(keep) < len(holes) else part)
    return (MultiPolygon(parts), changed) if changed else (shape, 0.0)


def areas_m2(shapes: Sequence[Any]) -> np.ndarray:
    """Return the areas in m², each in its own 3-degree Gauss zone, as :func:`gridmap.measure.area_m2` does."""
    every = np.array(list(shapes), dtype=object)
    result = np.zeros(len(every))
    if not len(every):
        return result
    solid = np.flatnonzero(~shapely.is_empty(every))
    zones = np.array([zone_srid(lon) for lon in shapely.get_x(shapely.centroid(every[solid]))])
    for zone in set(zones.tolist()):
        here = solid[zones == zone]
        transform = CoordTransform(SpatialReference(4326), SpatialReference(zone))
        result[here] = shapely.area(transformed(every[here], transform))
    return result


def transformed(shapes: np.ndarray, transform: CoordTransform) -> np.ndarray:
    """Return the shapes with every corner transformed, in one call for all of them."""
    corners = shapely.get_coordinates(shapes)
    if len(corners) < 2:
        return shapes
    line = OGRGeometry(memoryview(bytes(shapely.to_wkb(shapely.linestrings(corners)))))
    line.transform(transform)
    return moved(shapes, shapely.get_coordinates(shapely.from_wkb(bytes(line.wkb))))


def moved(shapes: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Return copies of the shapes with other corners."""
    return np.asarray(shapely.set_coordinates(shapes.copy(), corners), dtype=object)
