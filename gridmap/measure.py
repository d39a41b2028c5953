"""Areas and distances in metres, from longitude/latitude.

Areas are computed in the CGCS2000 3-degree Gauss zone of the shape (EPSG:4534 has its central meridian at 75°E,
EPSG:4554 at 135°E), where the scale error stays below 0.04 %. Never in degrees, never with the database's ``Area`` on
EPSG:4326, which returns square degrees on one engine.
"""

from __future__ import annotations

from functools import lru_cache
from math import asin, cos, radians, sin, sqrt

from django.contrib.gis.gdal import CoordTransform, SpatialReference
from django.contrib.gis.geos import GEOSGeometry

EARTH_RADIUS_M = 6_371_008.8


def zone_srid(lon: float) -> int:
    """Return the EPSG code of the 3-degree zone that holds ``lon`` (degrees east), clamped to China's zones."""
    return 4534 + min(max(round(lon / 3) * 3, 75), 135) // 3 - 25


@lru_cache(maxsize=32)
def _to_zone(srid: int) -> CoordTransform:
    return CoordTransform(SpatialReference(4326), SpatialReference(srid))


def area_m2(geom: GEOSGeometry) -> float:
    """Return the area of a shape in EPSG:4326, in m²."""
    projected = geom.transform(_to_zone(zone_srid(geom.centroid.x)), clone=True)
    return float(projected.area)


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Return the great-circle distance in metres between two points in degrees."""
    dlat, dlon = radians(lat2 - lat1), radians(lon2 - lon1)
    a = sin(dlat / 2) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(dlon / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(a)))
