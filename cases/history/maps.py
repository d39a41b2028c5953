"""What every map of an import is made of: the file's columns, how its times and places are written, and refusals."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.utils.translation import gettext as _

from cases.history.tables import ENCODINGS, Layout
from citygrid.common.errors import Invalid
from gridmap.crs import checked

ORDERS = ("lon,lat", "lat,lon")
ISO = "iso"
_LONGEST_SYSTEM = 40
_SAMPLE = datetime(2015, 11, 28, 16, 5, 9, tzinfo=UTC)  # only to try a format with


@dataclass(frozen=True, slots=True)
class FileMap:
    """What maps of all imports say. ``columns`` has our field → the columns of the file whose texts it takes."""

    system: str
    columns: dict[str, tuple[str, ...]]
    zone: ZoneInfo
    formats: tuple[str, ...]
    crs: str
    latitude_first: bool
    nowhere: tuple[tuple[float, float], ...]  # longitude, latitude of positions that mean: not known
    encoding: str
    delimiter: str
    sheet: str

    @property
    def layout(self) -> Layout:
        """How the file is to be read."""
        return Layout(self.columns, self.encoding, self.delimiter, self.sheet)


def common(raw: dict[str, Any], columns: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """Return the values of a :class:`FileMap`. Raises ``Invalid``."""
    time, place = table(raw, "time"), table(raw, "place")
    known(time, ("zone", "formats"), "time")
    known(place, ("crs", "order", "nowhere"), "place")
    system = text(raw, "system").strip()
    if not 0 < len(system) <= _LONGEST_SYSTEM:
        raise wrong(
            _("Name the older system in the map: system = \"…\", with 1 to %(most)s characters. Together with its"
              " numbers the name keeps a case from being taken over twice, so never change it.")
            % {"most": _LONGEST_SYSTEM}
        )  # fmt: skip
    delimiter = text(raw, "delimiter", ",")
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise wrong(_("The delimiter is one character, such as , or ; or a tabulator."))
    return {
        "system": system, "columns": columns, "zone": zone_of(text(time, "zone", settings.TIME_ZONE)),
        "formats": formats_of(time.get("formats", [ISO])), "crs": checked(text(place, "crs", "wgs84")).value,
        "latitude_first": one_of(text(place, "order", ORDERS[0]), ORDERS, "place.order") == ORDERS[1],
        "nowhere": positions(place.get("nowhere", [])),
        "encoding": one_of(text(raw, "encoding", ENCODINGS[0]), ENCODINGS, "encoding"),
        "delimiter": delimiter, "sheet": text(raw, "sheet"),
    }  # fmt: skip


def columns_of(
    given: dict[str, Any], *, fields: tuple[str, ...], needed: tuple[str, ...], several_of: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Return which columns each field takes; only ``several_of`` may take more than one. Raises ``Invalid``."""
    known(given, fields, "columns")
    found: dict[str, tuple[str, ...]] = {}
    for name, value in given.items():
        several = [value] if isinstance(value, str) else value
        if not isinstance(several, list) or not several or not all(isinstance(one, str) and one for one in several):
            raise wrong(_("Give “%(key)s” the name of a column, or a list of names.") % {"key": f"columns.{name}"})
        if len(several) > 1 and name not in several_of:
            raise wrong(_("“%(key)s” takes a single column.") % {"key": f"columns.{name}"})
        found[name] = tuple(several)
    if missing := [name for name in needed if name not in found]:
        raise wrong(
            _("The map must name the columns of: %(needed)s. Missing: %(missing)s.")
            % {"needed": ", ".join(needed), "missing": ", ".join(missing)}
        )
    if ("longitude" in found) != ("latitude" in found) or ("position" in found and "longitude" in found):
        raise wrong(_("Say where it lies by longitude and latitude, or by position alone, or by neither."))
    return found


def folded(word: str) -> str:
    """Return a word as it is compared: without blanks around it, capitals or not."""
    return word.strip().casefold()


def raw_of(path: Path) -> dict[str, Any]:
    """Return what a file holds. Raises ``Invalid`` in a sentence when it is no TOML."""
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise wrong(
            _("The map %(name)s cannot be read: %(reason)s") % {"name": path.name, "reason": error.strerror}
        ) from None
    except UnicodeDecodeError:
        raise wrong(_("The map %(name)s is not text in UTF-8.") % {"name": path.name}) from None
    except tomllib.TOMLDecodeError as error:
        raise wrong(_("The map %(name)s is no TOML: %(reason)s") % {"name": path.name, "reason": error}) from None


def zone_of(name: str) -> ZoneInfo:
    """Return the zone of that name. Raises ``Invalid``."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong(
            _("The time zone “%(zone)s” is not known. Write a name such as Asia/Shanghai.") % {"zone": name}
        ) from None


def formats_of(given: Any) -> tuple[str, ...]:
    """Return the forms in which times are written. Raises ``Invalid``."""
    several = [given] if isinstance(given, str) else given
    if not isinstance(several, list) or not several or not all(isinstance(one, str) for one in several):
        raise wrong(_('“time.formats” is a list of formats such as "%%Y/%%m/%%d %%H:%%M", or "iso".') % {})
    for one in several:
        try:
            usable = one == ISO or datetime.strptime(_SAMPLE.strftime(one), one).date() == _SAMPLE.date()  # noqa: DTZ007
        except ValueError:
            usable = False
        if not usable:
            raise wrong(
                _("“%(format)s” is no format that tells a day. Use signs such as %%Y, %%m, %%d, %%H, %%M, %%S.")
                % {"format": one}
            )
    return tuple(several)


def positions(given: Any) -> tuple[tuple[float, float], ...]:
    """Return the positions that mean: not known. Raises ``Invalid``."""
    try:
        return tuple((float(lon), float(lat)) for lon, lat in given)
    except (TypeError, ValueError):
        raise wrong(_("“place.nowhere” is a list of positions [longitude, latitude] that mean: not known.")) from None


def table(raw: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a table of the map, empty where there is none. Raises ``Invalid``."""
    found = raw.get(name, {})
    if not isinstance(found, dict):
        raise wrong(_("“%(key)s” is a table: write [%(key)s] and its entries below.") % {"key": name})
    return found


def text(raw: dict[str, Any], name: str, default: str = "") -> str:
    """Return an entry that is text. Raises ``Invalid``."""
    found = raw.get(name, default)
    if not isinstance(found, str):
        raise wrong(_("“%(key)s” is text in quotes.") % {"key": name})
    return found


def one_of(value: Any, allowed: tuple[str, ...], key: str) -> str:
    """Return the value if it is allowed. Raises ``Invalid`` naming what is."""
    if value not in allowed:
        raise wrong(
            _("“%(value)s” cannot be used for “%(key)s”. Choose one of: %(allowed)s.")
            % {"value": value, "key": key, "allowed": "; ".join(allowed)}
        )
    return str(value)


def known(given: dict[str, Any], allowed: tuple[str, ...], where: str) -> None:
    """Raise ``Invalid`` for an entry that nobody reads."""
    for name in given:
        if name not in allowed:
            raise wrong(
                _("The map has no use for “%(key)s”. It knows here: %(allowed)s.")
                % {"key": f"{where}.{name}" if where else name, "allowed": ", ".join(allowed)}
            )


def wrong(sentence: str) -> Invalid:
    """Return the refusal of a map."""
    return Invalid(sentence, fields={"map": [sentence]})
