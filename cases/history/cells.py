"""Cells into values: texts, times, positions. Each says in a sentence what it cannot read."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time
from typing import Any

from django.utils.translation import gettext as _

from cases.history.maps import ISO, FileMap

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_YEARS = range(1900, 2200)
_NO_FIX = 0.01  # degrees around 0, 0: what is written where there is no position


class Unreadable(Exception):
    """A cell that holds something, but nothing that can be used."""


def text(value: Any) -> str:
    """Return a cell as text: whole numbers without a decimal point, blanks around it (also Chinese ones) trimmed."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    plain = str(value).encode("utf-8", "replace").decode()
    return plain.replace("\0", "").replace("\u3000", " ").strip()


def moment(value: Any, given: FileMap) -> datetime | None:
    """Return a time with zone, ``None`` for an empty cell. Raises ``Unreadable``.

    A time without a zone is one of the map's; of an hour that comes twice there the first is meant.
    """
    if isinstance(value, datetime):
        return _zoned(value, given)
    if isinstance(value, date):
        return _zoned(datetime.combine(value, time.min), given)
    written = text(value)
    if not written:
        return None
    for one in given.formats:
        try:
            found = datetime.fromisoformat(written) if one == ISO else datetime.strptime(written, one)  # noqa: DTZ007
        except ValueError:
            continue
        return _zoned(found, given)
    raise Unreadable(
        _("“%(value)s” is no time in the form %(formats)s.")
        % {"value": written[:60], "formats": ", ".join(given.formats)}
    )


def _zoned(found: datetime, given: FileMap) -> datetime:
    if found.year not in _YEARS:
        raise Unreadable(_("The year %(year)s cannot be meant.") % {"year": found.year})
    if found.tzinfo is not None:
        return found.astimezone(UTC)
    there = found.replace(tzinfo=given.zone).astimezone(UTC)
    if there.astimezone(given.zone).replace(tzinfo=None, fold=0) != found.replace(fold=0):
        raise Unreadable(
            _("There was no %(time)s in %(zone)s: the clocks were put forward.")
            % {"time": found.isoformat(" "), "zone": given.zone.key}
        )
    return there


def pair(cell: str, given: FileMap) -> tuple[float, float] | None:
    """Return longitude and latitude from one cell, ``None`` for an empty one. Raises ``Unreadable``."""
    if not cell:
        return None
    found = _NUMBER.findall(cell)
    if len(found) != 2:
        raise Unreadable(_("“%(value)s” is no pair of numbers.") % {"value": cell[:60]})
    first, second = float(found[0]), float(found[1])
    return (second, first) if given.latitude_first else (first, second)


def degrees(lon: str, lat: str) -> tuple[float, float] | None:
    """Return the numbers in two cells, ``None`` where both are empty. Raises ``Unreadable``."""
    if not lon and not lat:
        return None
    try:
        return float(lon), float(lat)
    except ValueError:
        raise Unreadable(_("“%(lon)s”, “%(lat)s” are no two numbers.") % {"lon": lon[:30], "lat": lat[:30]}) from None


def position(found: tuple[float, float] | None, given: FileMap) -> tuple[float, float] | None:
    """Return a position that can be one, ``None`` for what means: not known. Raises ``Unreadable``."""
    if found is None:
        return None
    lon, lat = found
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise Unreadable(
            _("%(lon)s, %(lat)s is no position: longitude goes from -180 to 180, latitude from -90 to 90. Are the two"
              " swapped?") % {"lon": lon, "lat": lat}
        )  # fmt: skip
    if (abs(lon) < _NO_FIX and abs(lat) < _NO_FIX) or (lon, lat) in given.nowhere:
        return None
    return lon, lat
