"""Reads GeoJSON (RFC 7946 and the older form with a named ``crs``) without a map library.

Such a file may tell a library to fetch its coordinate system from an address; here only names are understood.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from django.contrib.gis.gdal import GDALException, SpatialReference
from django.utils.translation import gettext as _
from shapely.geometry import MultiPolygon, Polygon, shape

from citygrid.common.errors import Invalid
from gridmap.importing.sheet import Sheet, Unclosed, closed_ring, unclosed

_EPSG = re.compile(r"(?i)^(?:urn:ogc:def:crs:)?EPSG:(?:[\d.]*:)?(\d{4,6})$")
_CRS84 = re.compile(r"(?i)^(?:urn:ogc:def:crs:)?OGC:(?:[\d.]*:)?CRS84$")


def read(path: Path, name: str) -> Sheet:
    """Return the rows of a GeoJSON file. Raises ``Invalid`` when the file as a whole cannot be read."""
    found, crs = features(path, name)
    sheet = Sheet(crs=crs, encoding="utf-8")
    columns: dict[str, None] = {}
    for feature in found:
        row = feature.get("properties") or {}
        columns.update(dict.fromkeys(row))
        sheet.add(row, *_shape(feature.get("geometry")))
    sheet.columns = list(columns)
    return sheet


def features(path: Path, name: str) -> tuple[list[dict[str, Any]], SpatialReference | None]:
    """Return the features of a file as they are, and its coordinate system. Raises ``Invalid`` as :func:`read` does."""
    try:
        content = json.loads(_text(path.read_bytes()))
    except (ValueError, RecursionError) as fault:
        raise Invalid(
            _("“%(name)s” is not readable GeoJSON: it is cut short or something else. Export it again.")
            % {"name": name}
        ) from fault
    if not isinstance(content, dict):
        raise _no_features(name)
    found = content.get("features") if content.get("type") == "FeatureCollection" else [content]
    if not isinstance(found, list) or not all(_is_feature(one) for one in found):
        raise _no_features(name)
    return found, _crs(content.get("crs"), name)


def _text(raw: bytes) -> str:
    # The standard says UTF-8; Chinese Windows tools write GBK all the same.
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def _is_feature(thing: Any) -> bool:
    return (
        isinstance(thing, dict)
        and thing.get("type") == "Feature"
        and isinstance(thing.get("properties") or {}, dict)
        and isinstance(thing.get("geometry") or {}, dict)
    )


def _no_features(name: str) -> Invalid:
    return Invalid(
        _("“%(name)s” is JSON but no GeoJSON with features. Export it as a FeatureCollection.") % {"name": name}
    )


def _crs(member: Any, name: str) -> SpatialReference | None:
    if member is None:
        return SpatialReference(4326)  # RFC 7946 §4
    named = member.get("properties", {}).get("name", "") if isinstance(member, dict) else ""
    if isinstance(named, str) and _CRS84.match(named):
        return SpatialReference(4326)
    found = _EPSG.match(named) if isinstance(named, str) else None
    try:
        return SpatialReference(int(found[1])) if found else _unknown_crs(name)
    except GDALException:
        return _unknown_crs(name)


def _unknown_crs(name: str) -> SpatialReference:
    raise Invalid(
        _("“%(name)s” names a coordinate system that is not known. Export it in longitude and latitude (EPSG:4490).")
        % {"name": name}
    )


def _shape(geometry: Any) -> tuple[Any, str]:
    """Return the shape, or none and the fault."""
    if not geometry:
        return None, ""
    kind, rings = geometry.get("type"), geometry.get("coordinates")
    try:
        if kind == "Polygon":
            return _polygon(rings), ""
        if kind == "MultiPolygon":
            return MultiPolygon([one for one in map(_polygon, rings) if not one.is_empty]), ""
        return shape(geometry), ""
    except Unclosed:
        return None, unclosed()
    except (ValueError, TypeError, AttributeError, KeyError, IndexError):
        return None, _("its outline cannot be read")


def _polygon(rings: Any) -> Polygon:
    outer, *inner = [closed_ring(ring) for ring in rings] or [[]]
    return Polygon(outer, inner)
