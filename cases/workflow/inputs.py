"""Clean what a person or program sent for a move: types, choices, references; every fault named by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db.models import Model
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _

from cases.workflow.table import Input, InputType
from citygrid.common.errors import Invalid

# Name of a list (the part of ``Input.ref`` before "?") → function that finds one entry for a person, or None.
Resolver = Callable[[str, Any, datetime], Any]
RESOLVERS: dict[str, Resolver] = {}
MAX_TEXT = 4000
MAX_NUMBER = Decimal(10**9)
YEARS = range(1900, 2200)  # outside, a time is a mistake, and some cannot be turned into another zone


def clean(inputs: tuple[Input, ...], given: Mapping[str, Any], *, by: Any, at: datetime) -> dict[str, Any]:
    """Return the values by name. Raises ``Invalid`` with a sentence for each field that cannot be used."""
    values: dict[str, Any] = {}
    faults: dict[str, list[str]] = {}
    known = {item.name for item in inputs}
    for name in given:
        if name not in known:
            faults[name] = [_("This move takes no such input.")]
    for item in inputs:
        raw = given.get(item.name)
        if raw is None or raw == "" or raw == []:
            if item.required:
                faults[item.name] = [_("This is needed.")]
            values[item.name] = [] if item.many or item.type == InputType.MULTICHOICE else None
            continue
        try:
            values[item.name] = _value(item, raw, by, at)
        except ValueError as fault:
            faults[item.name] = [str(fault)]
    if faults:
        raise Invalid(_("Some inputs cannot be used; each is explained."), fields=faults)
    return values


def _value(item: Input, raw: Any, by: Any, at: datetime) -> Any:
    if item.many:
        entries = raw if isinstance(raw, list | tuple) else [raw]
        return list(dict.fromkeys(_one(item, entry, by, at) for entry in entries))
    return _one(item, raw, by, at)


def _one(item: Input, raw: Any, by: Any, at: datetime) -> Any:
    if item.type in (InputType.REF, InputType.EVIDENCE):
        if isinstance(raw, Model):  # from a service, which has already found it
            return raw
        if not isinstance(raw, str | int | UUID):
            raise ValueError(_("Send the key of an entry of the list “%(list)s”.") % {"list": item.ref or item.type})
        found = RESOLVERS[item.ref.partition("?")[0] or item.type.value](storable(str(raw)), by, at)
        if found is None:
            raise ValueError(
                _("“%(value)s” is not in the list “%(list)s”.") % {"value": raw, "list": item.ref or item.type}
            )
        return found
    return _CLEANERS[item.type](item, raw)


def storable(text: str) -> str:
    """Return the text. Raises ``ValueError`` for characters that no database keeps."""
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError(_("This text holds characters that cannot be stored."))
    return text


def _text(item: Input, raw: Any) -> str:
    if not isinstance(raw, str):
        raise ValueError(_("This must be text."))
    text = storable(raw).strip()
    if not text:
        raise ValueError(_("This is needed."))
    if len(text) > (limit := item.longest or MAX_TEXT):
        raise ValueError(_("This is longer than %(limit)s characters.") % {"limit": limit})
    return text


def _choice(item: Input, raw: Any) -> str:
    allowed = [value for value, _label in item.choices]
    if raw not in allowed:
        raise ValueError(
            _("“%(value)s” is not a choice. Choose one of: %(allowed)s.")
            % {"value": raw, "allowed": ", ".join(f"{value} ({label})" for value, label in item.choices)}
        )
    return str(raw)


def _multichoice(item: Input, raw: Any) -> list[str]:
    return [_choice(item, value) for value in (raw if isinstance(raw, list | tuple) else [raw])]


def _bool(item: Input, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.lower() in ("true", "1", "on", "yes"):
        return True
    if isinstance(raw, str) and raw.lower() in ("false", "0", "off", "no"):
        return False
    raise ValueError(_("This must be true or false."))


def _number(item: Input, raw: Any) -> Decimal:
    try:
        if isinstance(raw, bool):
            raise InvalidOperation
        number = Decimal(str(raw))
    except InvalidOperation:
        raise ValueError(_("This must be a number.")) from None
    if not number.is_finite():
        raise ValueError(_("This must be a number."))
    if abs(number) > MAX_NUMBER:
        raise ValueError(_("This number is too large."))
    return number


def _date(item: Input, raw: Any) -> date:
    found = raw if isinstance(raw, date) and not isinstance(raw, datetime) else None
    try:
        found = found or parse_date(str(raw))
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise ValueError(_("This must be a date such as 2026-11-30."))
    return found


def _datetime(item: Input, raw: Any) -> datetime:
    try:
        found = raw if isinstance(raw, datetime) else parse_datetime(str(raw))
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise ValueError(_("This must be a time such as 2026-11-30T14:30:00+08:00."))
    return make_aware(found) if is_naive(found) else found


def _point(item: Input, raw: Any) -> Point:
    try:
        if isinstance(raw, str):
            lon, lat = (float(part) for part in raw.split(","))
        elif isinstance(raw, Mapping):
            lon, lat = float(raw["lon"]), float(raw["lat"])
        else:
            lon, lat = (float(part) for part in raw)
    except (TypeError, ValueError, KeyError):
        raise ValueError(_("This must be a position: longitude and latitude, such as 120.20016,27.33217.")) from None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ValueError(_("Longitude goes from -180 to 180, latitude from -90 to 90."))
    return Point(lon, lat, srid=4326)


_CLEANERS: dict[InputType, Callable[[Input, Any], Any]] = {
    InputType.TEXT: _text,
    InputType.CHOICE: _choice,
    InputType.MULTICHOICE: _multichoice,
    InputType.BOOL: _bool,
    InputType.NUMBER: _number,
    InputType.DATE: _date,
    InputType.DATETIME: _datetime,
    InputType.POINT: _point,
}
