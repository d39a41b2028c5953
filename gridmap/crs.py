"""Coordinate systems at the edge: what people and maps send, turned into WGS 84 longitude/latitude and back.

``wgs84`` and ``cgcs2000`` differ by less than a millimetre and are taken as equal (handbook §7). ``gcj02`` (AMap,
Tencent) and ``bd09`` (Baidu) are shifted by 300 to 1400 m inside China and unshifted elsewhere. Every function takes
degrees, as floats or as NumPy arrays of one shape, and returns the same kind. The inverse is found by fixed-point
iteration and agrees with the forward form to better than 1e-9°.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.common.errors import Invalid

Degrees = TypeVar("Degrees", float, np.ndarray)
_Pair = tuple[Any, Any]


class Crs(TextChoices):
    """A coordinate system in which a point may come in or go out."""

    WGS84 = "wgs84", gettext_lazy("WGS 84 (GPS, BeiDou)")
    CGCS2000 = "cgcs2000", gettext_lazy("CGCS2000 (survey data, Tianditu)")
    GCJ02 = "gcj02", gettext_lazy("GCJ-02 (AMap, Tencent)")
    BD09 = "bd09", gettext_lazy("BD-09 (Baidu)")


# The rectangle in which the shift applies (degrees): what all published forms of the algorithm use.
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
# Krasovsky's ellipsoid, on which GCJ-02 is defined: half axis in metres, squared eccentricity (handbook §7).
_A, _EE = 6378245.0, 0.00669342162296594323
_X_PI = np.pi * 3000 / 180
_ROUNDS = 10  # the shift changes by less than 2 % of a step, so each round adds nearly two digits


def checked(crs: str) -> Crs:
    """Return the coordinate system of that name. Raises ``Invalid`` naming the allowed ones."""
    try:
        return Crs(crs)
    except ValueError:
        raise Invalid(
            _("The coordinate system “%(crs)s” is not known. Use one of: %(allowed)s.")
            % {"crs": crs, "allowed": ", ".join(Crs.values)},
            code="unknown_crs",
            fields={"crs": [", ".join(Crs.values)]},
        ) from None


def from_wgs84(lon: Degrees, lat: Degrees, crs: str) -> tuple[Degrees, Degrees]:
    """Return a WGS 84 point in ``crs``; points outside China stay as they are. Raises ``Invalid`` for other names."""
    system = checked(crs)
    if system in (Crs.WGS84, Crs.CGCS2000):
        return lon, lat
    shifted = _gcj02(lon, lat)
    if system == Crs.BD09:
        shifted = _bd09(*shifted)
    return _where(_in_china(lon, lat), shifted, (lon, lat))


def to_wgs84(lon: Degrees, lat: Degrees, crs: str) -> tuple[Degrees, Degrees]:
    """Return a point of ``crs`` in WGS 84. Raises ``Invalid`` for an unknown name.

    Along the rim of China's rectangle two WGS 84 points, one inside and one outside, share one shifted point; the
    inner one is returned.
    """
    system = checked(crs)
    if system in (Crs.WGS84, Crs.CGCS2000):
        return lon, lat
    found = _undo(_bd09, lon, lat) if system == Crs.BD09 else (lon, lat)
    found = _undo(_gcj02, *found)
    return _where(_in_china(*found), found, (lon, lat))


def _in_china(lon: Any, lat: Any) -> Any:
    return (lon >= _WEST) & (lon <= _EAST) & (lat >= _SOUTH) & (lat <= _NORTH)


def _where(inside: Any, shifted: _Pair, unshifted: _Pair) -> Any:
    """Choose per point, keeping floats as floats."""
    if np.ndim(inside) == 0:
        lon, lat = shifted if inside else unshifted
        return float(lon), float(lat)
    return tuple(np.where(inside, new, old) for new, old in zip(shifted, unshifted, strict=True))


def _undo(forward: Callable[[Any, Any], _Pair], lon: Any, lat: Any) -> _Pair:
    """Invert a small shift: start from its result and take the shift off until it no longer moves."""
    guess_lon, guess_lat = lon, lat
    for _round in range(_ROUNDS):
        there_lon, there_lat = forward(guess_lon, guess_lat)
        guess_lon, guess_lat = guess_lon - (there_lon - lon), guess_lat - (there_lat - lat)
    return guess_lon, guess_lat


def _gcj02(lon: Any, lat: Any) -> _Pair:
    """WGS 84 → GCJ-02 by the formula of handbook §7, without looking whether the point is in China."""
    x, y = lon - 105.0, lat - 35.0
    root, sin, pi = np.sqrt(np.abs(x)), np.sin, np.pi
    wave = (20 * sin(6 * pi * x) + 20 * sin(2 * pi * x)) * 2 / 3
    d_lat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    d_lat += (20 * sin(pi * y) + 40 * sin(pi * y / 3)) * 2 / 3
    d_lat += (160 * sin(pi * y / 12) + 320 * sin(pi * y / 30)) * 2 / 3
    d_lon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    d_lon += (20 * sin(pi * x) + 40 * sin(pi * x / 3)) * 2 / 3
    d_lon += (150 * sin(pi * x / 12) + 300 * sin(pi * x / 30)) * 2 / 3
    phi = np.radians(lat)
    m = 1 - _EE * sin(phi) ** 2
    metres_per_radian_lat = _A * (1 - _EE) / (m * np.sqrt(m))
    metres_per_radian_lon = _A / np.sqrt(m) * np.cos(phi)
    return lon + np.degrees(d_lon / metres_per_radian_lon), lat + np.degrees(d_lat / metres_per_radian_lat)


def _bd09(lon: Any, lat: Any) -> _Pair:
    """GCJ-02 → BD-09 by the formula of handbook §7."""
    z = np.sqrt(lon * lon + lat * lat) + 0.00002 * np.sin(lat * _X_PI)
    theta = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _X_PI)
    return z * np.cos(theta) + 0.0065, z * np.sin(theta) + 0.006
