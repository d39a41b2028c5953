"""One point: its grid, community, street and district, with the rules for borders and for ground without a grid."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from citygrid.common.errors import Invalid
from gridmap.areas.models import RANK, Area, Level
from gridmap.crs import to_wgs84
from gridmap.spatial import engine

_SMALL = [Level.GRID, Level.COMMUNITY]
_LARGE = [level for level in Level if level not in _SMALL]
# Mainland China and its islands (degrees), to tell swapped axes from a point abroad.
_CHINA = (73.0, 3.0, 136.0, 54.0)
_NO_FIX = 0.01  # degrees around 0, 0: what a device reports before it knows where it is


@dataclass(frozen=True, slots=True)
class Place:
    """What a point lies in. Each area may be missing: no grid is drawn there, or the city skips a level.

    ``tie`` holds the codes of all outlines of the decisive level that cover the point, smallest first, when there
    are several (handbook §7: the smaller code wins, the tie is kept); otherwise it is empty. ``path`` runs from the
    top of the tree down to the smallest area; ``version_id`` names the outline that was hit. Longitude and latitude
    are WGS 84 degrees.
    """

    lon: float
    lat: float
    path: tuple[Area, ...]
    version_id: int
    tie: tuple[str, ...] = ()

    @property
    def area(self) -> Area:
        """The smallest area that covers the point."""
        return self.path[-1]

    @property
    def grid(self) -> Area | None:
        """The unit grid."""
        return self._at(Level.GRID)

    @property
    def community(self) -> Area | None:
        """The community or village."""
        return self._at(Level.COMMUNITY)

    @property
    def street(self) -> Area | None:
        """The street or town."""
        return self._at(Level.STREET)

    @property
    def district(self) -> Area | None:
        """The district, county or county-level city."""
        return self._at(Level.COUNTY)

    def _at(self, level: Level) -> Area | None:
        return next((area for area in self.path if area.level == level), None)


def locate(lon: float, lat: float, *, crs: str = "wgs84", at: datetime) -> Place:
    """Find where a point lies, by the outlines in force at that time, in one or two queries.

    The grid that covers it decides, and the tree above the grid gives the rest. Without a grid the smallest outline
    that covers the point decides. Of several outlines of one level, on a shared border or overlapping by mistake, the
    one with the smaller code is taken.

    Raises ``Invalid`` with one of the codes ``outside_city``, ``bad_coordinates``, ``swapped_axes``, ``no_position``,
    ``unknown_crs``.
    """
    check_point(lon, lat)
    east, north = to_wgs84(lon, lat, crs)
    # Grids and communities are small; the city's outline has so many corners that it is asked only when need be.
    hits = _hits(_SMALL, east, north, at) or _hits(_LARGE, east, north, at)
    if not hits:
        raise _outside(lon, lat)
    best = max(RANK[Level(hit.hit_level)] for hit in hits)
    own = sorted((hit for hit in hits if hit.depth == 0 and RANK[Level(hit.hit_level)] == best), key=_code)
    chosen = own[0]
    path = sorted((hit for hit in hits if hit.hit_id == chosen.pk), key=_depth, reverse=True)
    tie = tuple(hit.code for hit in own) if len(own) > 1 else ()
    return Place(lon=east, lat=north, path=tuple(path), version_id=chosen.version_id, tie=tie)


def check_point(lon: float, lat: float) -> None:
    """Raise ``Invalid``, in a sentence, for numbers that cannot be a position."""
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise _bad(_("Longitude and latitude must be finite numbers in degrees."))
    if abs(lon) > 180 or abs(lat) > 90:
        if _in_china(lat, lon):
            raise _swapped()
        raise _bad(_("Longitude must lie between -180 and 180 degrees, latitude between -90 and 90."))
    if abs(lon) < _NO_FIX and abs(lat) < _NO_FIX:
        raise Invalid(
            _("The position 0, 0 means that the device had none. Wait for a fix, or set the point on the map."),
            code="no_position",
            fields=_both(_("No position.")),
        )


def _hits(levels: list[Level], lon: float, lat: float, at: datetime) -> list[Any]:
    """Return every covering outline's area with all areas above it, each carrying which outline it belongs to."""
    found, params = engine.covering(engine.one_point(), "p.lon", "p.lat", [str(level) for level in levels], at)
    areas: Iterable[Any] = Area.objects.raw(
        f"WITH hit AS (SELECT v.id, v.area_id, v.level {found})"  # noqa: S608 - values are bound
        " SELECT a.*, hit.id AS version_id, hit.area_id AS hit_id, hit.level AS hit_level, l.depth"
        " FROM hit JOIN gridmap_arealink l ON l.descendant_id = hit.area_id"
        " JOIN gridmap_area a ON a.id = l.ancestor_id",
        [lon, lat, *params],
    )
    return list(areas)


def _code(area: Any) -> str:
    return str(area.code)


def _depth(area: Any) -> int:
    return int(area.depth)


def _in_china(lon: float, lat: float) -> bool:
    west, south, east, north = _CHINA
    return west <= lon <= east and south <= lat <= north


def _both(fault: str) -> dict[str, list[str]]:
    return {"lon": [fault], "lat": [fault]}


def _bad(message: str) -> Invalid:
    return Invalid(message, code="bad_coordinates", fields=_both(_("Not a position.")))


def _swapped() -> Invalid:
    return Invalid(
        _("Longitude and latitude look swapped. Send the longitude (about 73 to 136 in China) as lon."),
        code="swapped_axes",
        fields=_both(_("Swapped?")),
    )


def _outside(lon: float, lat: float) -> Invalid:
    if _in_china(lat, lon) and not _in_china(lon, lat):
        return _swapped()
    return Invalid(
        _("This point lies outside the city. Check the position and its coordinate system, or set it on the map."),
        code="outside_city",
        fields=_both(_("Outside the city.")),
    )
