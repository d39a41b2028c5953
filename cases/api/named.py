"""Small things as they appear inside others: an area, a department, a person. Plain dicts, since lists are hot."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import Choices
from django.utils.timezone import get_default_timezone
from django.utils.translation import get_language


def when(at: datetime | None) -> str | None:
    """Return a time as ISO 8601 with the city's offset."""
    return at.astimezone(get_default_timezone()).isoformat() if at is not None else None


def in_readers_language(name: str, name_en: str) -> str:
    """Return the English name to who reads English, if there is one."""
    return name_en if name_en and get_language() == "en" else name


def label(choices: type[Choices], value: str) -> str:
    """Return the label of a value; Django's own ``get_…_display`` translates every label to find one."""
    return _labels(choices, get_language()).get(value, "")


@cache
def _labels(choices: type[Choices], language: str | None) -> dict[Any, str]:
    return {value: str(text) for value, text in choices.choices}


def area(thing: Any) -> dict[str, Any]:
    """Return an area, named."""
    return {"code": thing.code, "name": thing.label, "level": thing.level}


def department(thing: Any) -> dict[str, Any] | None:
    """Return a department, named."""
    return {"code": thing.code, "name": thing.label} if thing is not None else None


def category(thing: Any) -> dict[str, Any]:
    """Return a category, named."""
    return {"code": thing.code, "name": thing.label, "kind": thing.kind}


def person(thing: Any) -> dict[str, Any] | None:
    """Return a member of staff, named."""
    return {"username": thing.username, "name": thing.display_name or thing.username} if thing is not None else None


def point(geom: Any) -> dict[str, float] | None:
    """Return a position in WGS 84 degrees."""
    return {"lon": geom.x, "lat": geom.y} if geom is not None else None
