"""Find a place by its name, its address, or the initials of its pinyin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Q, Value, When
from django.db.models.functions import Length, StrIndex

from gridmap.areas.models import Area, AreaLink, AreaVersion, Level
from gridmap.objects.models import Building, KeyPlace
from gridmap.places.models import PlaceKind, PlaceName
from gridmap.places.words import INITIALS, asked, is_latin

MOST = 10
WORDS = 4  # further ones are not looked at
_SHOWN = (Level.STREET, Level.COMMUNITY, Level.GRID)


@dataclass(frozen=True, slots=True)
class Found:
    """A place that may be meant. ``lon`` and ``lat`` are WGS 84 degrees; of an area its middle, to show it on a map."""

    kind: str
    key: int
    name: str
    detail: str
    area: Area
    path: tuple[Area, ...]  # street, community and grid, as far as they stand above it
    lon: float | None
    lat: float | None

    @property
    def exact(self) -> bool:
        """Whether the position is the place itself, not merely the middle of an area."""
        return self.kind != PlaceKind.AREA and self.lon is not None

    @property
    def kind_label(self) -> Any:
        """The kind, of an area its level, in the reader's language."""
        return self.area.get_level_display() if self.kind == PlaceKind.AREA else PlaceKind(self.kind).label


def search(text: str, *, user: Any, at: datetime, most: int = MOST) -> list[Found]:
    """Return the places in the person's areas that ``text`` may mean, the best first.

    Every word must be found: in the name, the address or an area's English name; a word of letters also as initials
    (石亭社区: stsq, tsq) or as the beginning of the pinyin (shiting). One scan of a narrow table, then the positions
    of what was found.
    """
    words = asked(text)[:WORDS]
    if not words or (len(words) == 1 and len(words[0]) == 1 and is_latin(words[0])):
        return []
    rows = PlaceName.objects.all()
    for number, word in enumerate(words):
        rows = _holding(rows, word, f"word{number}")
    rows = _ranked(rows, words[0]).visible_to(user, at)  # last, so that it is asked of what was found alone
    return _placed(list(rows.select_related("area")[:most]), at)


def _holding(rows: Any, word: str, name: str) -> Any:
    # The position of a string is found faster than a pattern, on both engines.
    rows = rows.alias(**{name: StrIndex("words", Value(word))})
    found = Q(**{f"{name}__gt": 0})
    return rows.filter(found | Q(pinyin__startswith=word) if is_latin(word) else found)


def _ranked(rows: Any, word: str) -> Any:
    """Put first what begins so, then by rank and the shorter name."""
    begins = Q(word0=1)
    if is_latin(word):
        begins |= Q(words__contains=f"{INITIALS}{word}") | Q(pinyin__startswith=word)
    ranked = rows.alias(begins=Case(When(begins, then=0), default=1), length=Length("name"))
    return ranked.order_by("begins", "rank", "length", "name", "pk")


def _placed(rows: list[PlaceName], at: datetime) -> list[Found]:
    points = _points(rows, at)
    paths: dict[int, list[Area]] = {}
    links = AreaLink.objects.filter(descendant__in={row.area_id for row in rows}, ancestor__level__in=_SHOWN)
    for link in links.select_related("ancestor").order_by("-depth"):
        paths.setdefault(link.descendant_id, []).append(link.ancestor)
    return [
        Found(row.kind, row.key, _named(row), row.detail, row.area, tuple(paths.get(row.area_id, ())),
              *points.get((row.kind, row.key), (None, None)))
        for row in rows
    ]  # fmt: skip


def _named(row: PlaceName) -> str:
    return row.area.label if row.kind == PlaceKind.AREA else row.name


def _points(rows: list[PlaceName], at: datetime) -> dict[tuple[str, int], tuple[float, float]]:
    """Return where they are, as the registers have it now."""
    found: dict[tuple[str, int], tuple[float, float]] = {}
    keys: dict[str, list[int]] = {}
    for row in rows:
        keys.setdefault(row.kind, []).append(row.key)
    for kind, model in ((PlaceKind.BUILDING, Building), (PlaceKind.KEY_PLACE, KeyPlace)):
        if kind in keys:
            for key, geom in model.objects.filter(pk__in=keys[kind]).values_list("pk", "geom"):
                point = geom.point_on_surface
                found[kind, key] = (point.x, point.y)
    if PlaceKind.AREA in keys:
        drawn = AreaVersion.objects.in_force(at).filter(area__in=keys[PlaceKind.AREA])
        for key, point in drawn.values_list("area", "centroid"):
            found[PlaceKind.AREA, key] = (point.x, point.y)
    return found
