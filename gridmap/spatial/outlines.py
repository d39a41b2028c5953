"""Outlines for maps: those in a window, and GeoJSON text that the database writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import cos, degrees, radians
from typing import Any

from django.contrib.gis.db.models import MultiPolygonField
from django.contrib.gis.db.models.functions import AsGeoJSON
from django.contrib.gis.geos import Polygon
from django.db import connection
from django.db.models import F
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from gridmap.measure import EARTH_RADIUS_M

_DIGITS = 6  # about 0.1 m
_IN_WINDOW = "SELECT pkid FROM idx_{}_geom WHERE xmin <= %s AND xmax >= %s AND ymin <= %s AND ymax >= %s"


def within_bbox(rows: Any, west: float, south: float, east: float, north: float) -> Any:
    """Keep the rows whose ``geom``'s bounding box meets the window (degrees, WGS 84), through the spatial index."""
    if connection.vendor == "postgresql":
        return rows.filter(geom__bboverlaps=Polygon.from_bbox((west, south, east, north)))
    found = RawSQL(_IN_WINDOW.format(rows.model._meta.db_table), (east, west, north, south))  # noqa: S611 - bound
    return rows.filter(pk__in=found)


def around_place(rows: Any, lon: float, lat: float, metres: float) -> Any:
    """Keep the rows whose ``geom``'s bounding box meets the square that reaches so far from a place (degrees, WGS 84).

    It holds all that lies within ``metres`` as :func:`gridmap.measure.distance_m` has it, and corners that lie farther.
    """
    high = degrees(metres / EARTH_RADIUS_M)
    wide = high / max(0.01, cos(radians(lat)))
    return within_bbox(rows, lon - wide, lat - high, lon + wide, lat + high)


def geojson_features(versions: Any, *, far: bool) -> Iterator[str]:
    """Yield one GeoJSON feature as text for each area version, with six decimals, by code.

    ``far`` takes the coarse outline where there is one. Properties: code, name (in the reader's language), level,
    code of the parent, number of the version, population (or null), area in m².
    """
    whole = F("geom")
    shape: Any = Coalesce(F("geom_far"), whole, output_field=MultiPolygonField(srid=4326)) if far else whole
    rows = (
        versions.annotate(shape=AsGeoJSON(shape, precision=_DIGITS))
        .select_related("area", "area__parent")
        .defer("geom", "geom_far", "centroid")
        .order_by("area__code")
    )
    for version in rows.iterator(chunk_size=1000):
        area = version.area
        properties = {
            "code": area.code, "name": area.label, "level": area.level,
            "parent": area.parent.code if area.parent else None, "version": version.number,
            "population": version.population, "area_m2": round(version.area_m2, 1),
        }  # fmt: skip
        yield (
            f'{{"type":"Feature","id":{json.dumps(area.code)},'
            f'"properties":{json.dumps(properties, ensure_ascii=False)},"geometry":{version.shape}}}'
        )
