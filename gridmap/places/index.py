"""Keep the names of places as the registers have them. Only what differs is written, so that it can run often."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Case, Exists, F, OuterRef, Value, When

from citygrid.common.planner import look_again
from gridmap.areas.models import Area, Level
from gridmap.objects.models import Building, KeyPlace
from gridmap.places.models import PlaceKind, PlaceName
from gridmap.places.words import INITIALS, pinyin, plain

_BATCH = 500
_NAMED = Case(When(name="", then=F("address")), default=F("name"), output_field=models.CharField())
# Streets and communities before key places and buildings, these before grids, which callers do not know.
_AREAS = Case(When(level=Level.GRID, then=3), default=0, output_field=models.IntegerField())


@dataclass(frozen=True, slots=True)
class Source:
    """A register: which of its columns are the name, the further words and the area."""

    kind: PlaceKind
    rows: Any  # all that can be found
    name: Any
    detail: str
    area: str
    rank: Any

    def named(self) -> Any:
        """Return what can be found, with the texts by which."""
        rows = self.rows.annotate(
            place_name=self.name,
            place_detail=F(self.detail),
            place_area=F(self.area),
            place_rank=self.rank,
        )
        return rows.exclude(place_name="")


def sources(at: datetime) -> tuple[Source, ...]:
    """Return the registers whose places can be found at that time."""
    return (
        Source(PlaceKind.AREA, Area.objects.in_force(at), F("name"), "name_en", "pk", _AREAS),
        Source(PlaceKind.BUILDING, Building.objects.all(), _NAMED, "address", "area_id", Value(2)),
        Source(PlaceKind.KEY_PLACE, KeyPlace.objects.all(), F("name"), "address", "area_id", Value(1)),
    )


def catch_up(at: datetime) -> int:
    """Write the names that are new or changed, drop those that are gone; return how many were written.

    Runs after every import and every few minutes, and needs one comparison per register when nothing changed.
    """
    written = 0
    for source in sources(at):
        named = source.named()
        there = PlaceName.objects.filter(kind=source.kind)
        # Not a join: right after a large import PostgreSQL believes the tables small, and would compare row by row.
        there.exclude(key__in=named.values("pk")).delete()
        same = there.filter(key=OuterRef("pk"), name=OuterRef("place_name"), detail=OuterRef("place_detail"),
                            area=OuterRef("place_area"), rank=OuterRef("place_rank"))  # fmt: skip
        fresh = named.exclude(Exists(same)).values_list("pk", "place_name", "place_detail", "place_area", "place_rank")
        for some in _batches(fresh.order_by("pk")):
            _write(source.kind, some)
            written += len(some)
    look_again(PlaceName, written=written)
    return written


def _batches(rows: Any) -> Iterator[list[tuple[Any, ...]]]:
    found = list(rows)
    for start in range(0, len(found), _BATCH):
        yield found[start : start + _BATCH]


@transaction.atomic
def _write(kind: str, rows: list[tuple[Any, ...]]) -> None:
    PlaceName.objects.bulk_create(
        [_row(kind, *row) for row in rows], update_conflicts=True, unique_fields=["kind", "key"],
        update_fields=["name", "detail", "area", "rank", "words", "pinyin"],
    )  # fmt: skip


def _row(kind: str, key: int, name: str, detail: str, area_id: int, rank: int) -> PlaceName:
    initials, syllables = pinyin(name)
    words = f"{plain(name)} {plain(detail)}"[:420] + f"{INITIALS}{initials}"[:220]
    return PlaceName(
        kind=kind, key=key, name=name, detail=detail, area_id=area_id, rank=rank, words=words, pinyin=syllables[:1300]
    )
