"""From the file's coordinates to longitude/latitude in EPSG:4326, minding what surveys and exports get wrong."""

from __future__ import annotations

import re

import numpy as np
import shapely
from django.contrib.gis.gdal import CoordTransform, GDALException, SpatialReference
from django.utils.translation import gettext as _

from citygrid.common.errors import Invalid
from gridmap.crs import Crs, to_wgs84
from gridmap.importing.report import Report
from gridmap.importing.shapes import moved, transformed

# The mainland, its islands and the South China Sea; latitudes never reach the least longitude.
WEST, SOUTH, EAST, NORTH = 73.0, 3.0, 136.0, 54.0
_EPSG = re.compile(r"(?i)^epsg:(\d{4,6})$")
_FALSE_EASTING = re.compile(r'PARAMETER\["[Ff]alse_[Ee]asting",\s*([-\d.]+)')
_HALF_ZONE_M = 600_000.0  # no easting of a Gauss zone is farther from its false origin


def to_degrees(
    shapes: np.ndarray, *, file_crs: SpatialReference | None, wanted: str, report: Report, abroad: bool = False
) -> tuple[np.ndarray, str]:
    """Return the shapes in EPSG:4326 and the name of the system they came in.

    ``wanted`` is ``auto``, ``EPSG:n`` or a name of :class:`~gridmap.crs.Crs`. Raises ``Invalid`` for an unknown
    system, for numbers that do not fit it and, unless ``abroad`` says that it is meant, for places outside China.
    """
    if wanted.lower() in Crs.values:
        corners = _upright(shapely.get_coordinates(shapes), report)
        lon, lat = to_wgs84(corners[:, 0], corners[:, 1], wanted.lower())
        return _inside(moved(shapes, np.column_stack([lon, lat])), abroad), wanted.lower()
    system = file_crs if wanted.lower() == "auto" else _named(wanted)
    if system is None or system.local:
        system = _assumed(shapes, report)
    label = _label(system)
    if system.geographic:
        shapes = moved(shapes, _upright(shapely.get_coordinates(shapes), report))
    else:
        shapes = moved(shapes, _easting_first(shapely.get_coordinates(shapes), system, report))
    if re.search(r"(?i)xian.?1980|beijing.?1954", system.wkt):
        report.warn(
            "old_datum",
            _("The file uses an old datum (%(crs)s). Its outlines may be off by some metres.") % {"crs": label},
        )
    if label not in ("EPSG:4326", "EPSG:4490"):  # these two are equal to the millimetre
        try:
            shapes = transformed(shapes, CoordTransform(system, SpatialReference(4326)))
        except GDALException as fault:
            raise Invalid(_("The coordinates do not fit %(crs)s. Choose another system.") % {"crs": label}) from fault
    return _inside(shapes, abroad), label


def _named(wanted: str) -> SpatialReference:
    # Only numbers ever reach the library: a free string could make it open files or addresses.
    found = _EPSG.match(wanted)
    try:
        return SpatialReference(int(found[1])) if found else _unknown(wanted)
    except GDALException:
        return _unknown(wanted)


def _unknown(wanted: str) -> SpatialReference:
    raise Invalid(
        _("The coordinate system “%(crs)s” is not known. Use auto, EPSG:number, %(names)s.")
        % {"crs": wanted, "names": ", ".join(Crs.values)},
        fields={"crs": [_("Choose another.")]},
    )


def _assumed(shapes: np.ndarray, report: Report) -> SpatialReference:
    """A file without a system: degrees are taken as they are, other numbers are never guessed at."""
    corners = shapely.get_coordinates(shapes)
    if np.abs(corners).max() <= 180:
        report.note("crs_assumed", _("The file names no coordinate system; its degrees are taken as CGCS2000."))
        return SpatialReference(4490)
    zone = int(np.median(corners.max(axis=1)) // 1_000_000)
    hint = (
        _(" Judging by the numbers it may be EPSG:%(srid)s.") % {"srid": 4513 + zone - 25} if 25 <= zone <= 45 else ""
    )
    raise Invalid(
        _("The file names no coordinate system and its numbers are no degrees. Say which system it is.") + hint,
        fields={"crs": [_("Say which.")]},
    )


def _label(system: SpatialReference) -> str:
    try:
        srid = system.srid
    except (GDALException, ValueError, TypeError):
        srid = None
    return f"EPSG:{srid}" if srid else str(system.name)[:30]


def _upright(corners: np.ndarray, report: Report) -> np.ndarray:
    """Longitude first. In China the two can be told apart by their size."""
    first, second = corners[:, 0], corners[:, 1]
    if ((first >= SOUTH) & (first <= NORTH) & (second >= WEST) & (second <= EAST)).all():
        report.warn("axes_swapped", _("The file gives latitude before longitude; this was corrected."))
        return corners[:, ::-1]
    return corners


def _easting_first(corners: np.ndarray, system: SpatialReference, report: Report) -> np.ndarray:
    """Chinese surveys call the northing X and write it first."""
    named = _FALSE_EASTING.search(system.wkt)
    if not named or not re.search(r"(?i)transverse_mercator|gauss", system.wkt):
        return corners
    off = np.abs(np.median(corners, axis=0) - float(named[1]))
    if off[0] > _HALF_ZONE_M >= off[1]:
        report.warn("axes_swapped", _("The file gives the northing (X) before the easting (Y); this was corrected."))
        return corners[:, ::-1]
    return corners


def _inside(shapes: np.ndarray, abroad: bool) -> np.ndarray:
    if abroad:
        return shapes
    bounds = shapely.bounds(shapes)
    good = (bounds[:, 0] >= WEST) & (bounds[:, 1] >= SOUTH) & (bounds[:, 2] <= EAST) & (bounds[:, 3] <= NORTH)
    if not good.all():
        worst = int(np.flatnonzero(~good)[0])
        raise Invalid(
            _("Row %(row)s lies outside China (near %(lon).4f, %(lat).4f). Check the coordinate system of the file.")
            % {"row": worst + 1, "lon": bounds[worst][0], "lat": bounds[worst][1]},
            fields={"crs": [_("Does not fit.")]},
        )
    return shapes
