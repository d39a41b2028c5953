"""Time and place out of a photo's EXIF block (EXIF 2.32 §4.6).

Cameras write much nonsense: what is not sane is taken as absent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from math import isfinite
from typing import Any

from django.utils import timezone as django_timezone
from PIL import ExifTags, Image

from cases.evidence.findings import Findings
from cases.evidence.models import Remark

_EARLIEST = 1990  # no digital photo of evidence is older; 1970 and 1980 are the dates of flat batteries
_CLOCKS_AGREE = timedelta(minutes=15)
_DOP_POOR = 10.0  # dilution of precision from which a fix is called poor
_STAMP = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)$")


def read(exif: Image.Exif, into: Findings) -> None:
    """Put what the block says into ``into``. Never raises: a broken block says nothing."""
    camera = _block(exif, ExifTags.IFD.Exif)
    gps = _block(exif, ExifTags.IFD.GPSInfo)
    into.taken_at = _taken_at(camera)
    into.place = _place(gps)
    error = _number(gps.get(ExifTags.GPS.GPSHPositioningError))
    into.accuracy_m = error if error is not None and 0 < error < 1e6 else None
    dop = _number(gps.get(ExifTags.GPS.GPSDOP))
    if into.place and dop is not None and dop > _DOP_POOR:
        into.remarks.append(Remark.IMPRECISE)
    satellite = _satellite_time(gps)
    if satellite and into.taken_at and abs(satellite - into.taken_at) > _CLOCKS_AGREE:
        into.remarks.append(Remark.CLOCK_DIFFERS)


def _block(exif: Image.Exif, which: int) -> Mapping[int, Any]:
    try:
        return exif.get_ifd(which)
    except Exception:  # whatever a parser of hostile bytes may raise, the photo itself can still be good
        return {}


def _taken_at(camera: Mapping[int, Any]) -> datetime | None:
    for stamp, offset in (
        (ExifTags.Base.DateTimeOriginal, ExifTags.Base.OffsetTimeOriginal),
        (ExifTags.Base.DateTimeDigitized, ExifTags.Base.OffsetTimeDigitized),
    ):
        found = _STAMP.match(_text(camera.get(stamp)))
        if not found:
            continue
        zone = _zone(_text(camera.get(offset))) or django_timezone.get_default_timezone()
        year, month, day, hour, minute, second = (int(part) for part in found.groups())
        try:
            moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        if moment.year >= _EARLIEST:
            return moment
    return None


def _zone(offset: str) -> tzinfo | None:
    found = _OFFSET.match(offset)
    if not found:
        return None
    away = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-away if found[1] == "-" else away) if away < timedelta(hours=15) else None


def _place(gps: Mapping[int, Any]) -> tuple[float, float] | None:
    lat = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "S", 90)
    lon = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "W", 180)
    if lat is None or lon is None or (lat == 0 and lon == 0):  # 0/0 is what a receiver without a fix writes
        return None
    if _text(gps.get(ExifTags.GPS.GPSStatus)) == "V":  # measurement void
        return None
    return lon, lat


def _degrees(parts: Any, ref: Any, negative: str, most: int) -> float | None:
    if not isinstance(parts, tuple | list) or len(parts) != 3:
        return None
    numbers = [_number(part) for part in parts]
    if any(number is None or number < 0 for number in numbers):
        return None
    degrees, minutes, seconds = numbers
    value = degrees + minutes / 60 + seconds / 3600  # type: ignore[operator]
    if value > most or minutes > 60 or seconds > 60:  # type: ignore[operator]
        return None
    return -value if _text(ref).upper().startswith(negative) else value


def _satellite_time(gps: Mapping[int, Any]) -> datetime | None:
    """Return the satellite time of the fix, which is UTC."""
    found = re.match(r"(\d{4})[:-](\d\d)[:-](\d\d)", _text(gps.get(ExifTags.GPS.GPSDateStamp)))
    clock = gps.get(ExifTags.GPS.GPSTimeStamp)
    if not found or not isinstance(clock, tuple | list) or len(clock) != 3:
        return None
    hour, minute, second = (_number(part) for part in clock)
    if hour is None or minute is None or second is None:
        return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        moment = start + timedelta(hours=hour, minutes=minute, seconds=second)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= _EARLIEST else None


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, ArithmeticError):
        return None
    return number if isfinite(number) else None


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return value.strip("\0 ") if isinstance(value, str) else ""
