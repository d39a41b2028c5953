"""The map of an import: a small TOML file that says what columns and words of an older system mean here."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.utils.translation import gettext as _

from cases.casework.states import State
from cases.casework.taking_over import STATES
from cases.catalogue.models import Category
from cases.history.tables import ENCODINGS, Layout
from citygrid.common.errors import Invalid
from gridmap.crs import checked

NEEDED = ("number", "opened", "status", "category")
TEXTS = ("description", "result", "address", "department", "channel")
PLACES = ("longitude", "latitude", "position")
FIELDS = (*NEEDED, "due", "closed", *TEXTS, *PLACES)
# Who called is for the hotline to keep, encrypted and masked; a case of history has no place for it.
PERSONAL = ("caller", "caller_name", "citizen", "complainant", "contact", "id_number", "name", "phone", "reporter")
ORDERS = ("lon,lat", "lat,lon")
ISO = "iso"
_TOP = ("system", "encoding", "delimiter", "sheet", "other_category", "columns", "time", "place", "status", "category")
_LONGEST_SYSTEM = 40
_SAMPLE = datetime(2015, 11, 28, 16, 5, 9, tzinfo=UTC)  # only to try a format with


@dataclass(frozen=True, slots=True)
class CaseMap:
    """A checked map. ``columns`` has our field → the columns of the file whose texts it takes."""

    system: str
    columns: dict[str, tuple[str, ...]]
    states: dict[str, State]
    categories: dict[str, Category]
    other_category: Category | None
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


def folded(word: str) -> str:
    """Return a word as it is compared: without blanks around it, capitals or not."""
    return word.strip().casefold()


def read(path: Path) -> CaseMap:
    """Return the map in a file. Raises ``Invalid`` with a sentence for whatever cannot be used in it."""
    try:
        raw = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise _wrong(
            _("The map %(name)s cannot be read: %(reason)s") % {"name": path.name, "reason": error.strerror}
        ) from None
    except UnicodeDecodeError:
        raise _wrong(_("The map %(name)s is not text in UTF-8.") % {"name": path.name}) from None
    except tomllib.TOMLDecodeError as error:
        raise _wrong(_("The map %(name)s is no TOML: %(reason)s") % {"name": path.name, "reason": error}) from None
    return understood(raw)


def understood(raw: dict[str, Any]) -> CaseMap:
    """Return the map that these values make. Raises ``Invalid``."""
    _known(raw, _TOP, "")
    columns = _columns(_table(raw, "columns"))
    time, place = _table(raw, "time"), _table(raw, "place")
    _known(time, ("zone", "formats"), "time")
    _known(place, ("crs", "order", "nowhere"), "place")
    words = {word: _code(word, code) for word, code in _table(raw, "category").items()}
    other = _text(raw, "other_category")
    codes = _categories({*words.values(), *([other] if other else [])})
    system = _text(raw, "system").strip()
    if not 0 < len(system) <= _LONGEST_SYSTEM:
        raise _wrong(
            _("Name the older system in the map: system = \"…\", with 1 to %(most)s characters. Together with its"
              " numbers the name keeps a case from being taken over twice, so never change it.")
            % {"most": _LONGEST_SYSTEM}
        )  # fmt: skip
    delimiter = _text(raw, "delimiter", ",")
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise _wrong(_("The delimiter is one character, such as , or ; or a tabulator."))
    return CaseMap(
        system=system, columns=columns, states=_states(_table(raw, "status")),
        categories={folded(word): codes[code] for word, code in words.items()},
        other_category=codes[other] if other else None,
        zone=_zone(_text(time, "zone", settings.TIME_ZONE)), formats=_formats(time.get("formats", [ISO])),
        crs=checked(_text(place, "crs", "wgs84")).value,
        latitude_first=_one_of(_text(place, "order", ORDERS[0]), ORDERS, "place.order") == ORDERS[1],
        nowhere=_positions(place.get("nowhere", [])),
        encoding=_one_of(_text(raw, "encoding", ENCODINGS[0]), ENCODINGS, "encoding"),
        delimiter=delimiter, sheet=_text(raw, "sheet"),
    )  # fmt: skip


def _columns(given: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    if personal := [name for name in given if name in PERSONAL]:
        raise _wrong(
            _("“%(field)s” is personal data of a caller, and cases of history have no place for it. Take it out of the"
              " map, and leave its column out of the file.") % {"field": personal[0]}
        )  # fmt: skip
    _known(given, FIELDS, "columns")
    found: dict[str, tuple[str, ...]] = {}
    for name, value in given.items():
        several = [value] if isinstance(value, str) else value
        if not isinstance(several, list) or not several or not all(isinstance(one, str) and one for one in several):
            raise _wrong(_("Give “%(key)s” the name of a column, or a list of names.") % {"key": f"columns.{name}"})
        if len(several) > 1 and name not in TEXTS:
            raise _wrong(_("“%(key)s” takes a single column.") % {"key": f"columns.{name}"})
        found[name] = tuple(several)
    if missing := [name for name in NEEDED if name not in found]:
        raise _wrong(
            _("The map must name the columns of: %(needed)s. Missing: %(missing)s.")
            % {"needed": ", ".join(NEEDED), "missing": ", ".join(missing)}
        )
    if ("longitude" in found) != ("latitude" in found) or ("position" in found and "longitude" in found):
        raise _wrong(_("Say where a case lies by longitude and latitude, or by position alone, or by neither."))
    return found


def _states(given: dict[str, Any]) -> dict[str, State]:
    if not given:
        raise _wrong(_('Say in [status] what each word of the older system means here, such as Done = "closed".'))
    allowed = tuple(state.value for state in STATES)
    return {folded(word): State(_one_of(value, allowed, f"status.{word}")) for word, value in given.items()}


def _code(word: str, code: Any) -> str:
    if not isinstance(code, str):
        raise _wrong(_("“%(key)s” is text in quotes.") % {"key": f"category.{word}"})
    return code


def _categories(codes: Iterable[str]) -> dict[str, Category]:
    wanted = set(codes)
    found = {category.code: category for category in Category.objects.filter(code__in=wanted)}
    if missing := sorted(wanted - set(found)):
        raise _wrong(
            _("The catalogue has no category %(codes)s. Use codes of the catalogue, such as CJ214-E0102.")
            % {"codes": ", ".join(missing)}
        )
    return found


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _wrong(
            _("The time zone “%(zone)s” is not known. Write a name such as Asia/Shanghai.") % {"zone": name}
        ) from None


def _formats(given: Any) -> tuple[str, ...]:
    several = [given] if isinstance(given, str) else given
    if not isinstance(several, list) or not several or not all(isinstance(one, str) for one in several):
        raise _wrong(_('“time.formats” is a list of formats such as "%%Y/%%m/%%d %%H:%%M", or "iso".') % {})
    for one in several:
        try:
            usable = one == ISO or datetime.strptime(_SAMPLE.strftime(one), one).date() == _SAMPLE.date()  # noqa: DTZ007
        except ValueError:
            usable = False
        if not usable:
            raise _wrong(
                _("“%(format)s” is no format that tells a day. Use signs such as %%Y, %%m, %%d, %%H, %%M, %%S.")
                % {"format": one}
            )
    return tuple(several)


def _positions(given: Any) -> tuple[tuple[float, float], ...]:
    try:
        return tuple((float(lon), float(lat)) for lon, lat in given)
    except (TypeError, ValueError):
        raise _wrong(_("“place.nowhere” is a list of positions [longitude, latitude] that mean: not known.")) from None


def _table(raw: dict[str, Any], name: str) -> dict[str, Any]:
    found = raw.get(name, {})
    if not isinstance(found, dict):
        raise _wrong(_("“%(key)s” is a table: write [%(key)s] and its entries below.") % {"key": name})
    return found


def _text(raw: dict[str, Any], name: str, default: str = "") -> str:
    found = raw.get(name, default)
    if not isinstance(found, str):
        raise _wrong(_("“%(key)s” is text in quotes.") % {"key": name})
    return found


def _one_of(value: Any, allowed: tuple[str, ...], key: str) -> str:
    if value not in allowed:
        raise _wrong(
            _("“%(value)s” cannot be used for “%(key)s”. Choose one of: %(allowed)s.")
            % {"value": value, "key": key, "allowed": "; ".join(allowed)}
        )
    return str(value)


def _known(given: dict[str, Any], allowed: tuple[str, ...], where: str) -> None:
    for name in given:
        if name not in allowed:
            raise _wrong(
                _("The map has no use for “%(key)s”. It knows here: %(allowed)s.")
                % {"key": f"{where}.{name}" if where else name, "allowed": ", ".join(allowed)}
            )


def _wrong(sentence: str) -> Invalid:
    return Invalid(sentence, fields={"map": [sentence]})
