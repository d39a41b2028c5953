"""Writes of many areas at once: nodes with their closure, outlines with their versions. Callers record the fact.

The single writes of :mod:`gridmap.areas.tree` keep the same rules; these do them for thousands in a few queries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from citygrid.common.errors import Conflict
from citygrid.common.planner import look_again
from gridmap.areas.models import Area, AreaLink, AreaVersion, ResponsibilityGridMember

T = TypeVar("T")
_BATCH = 2000


def batches(items: Sequence[T], size: int = _BATCH) -> Iterator[Sequence[T]]:
    """Yield slices, as one statement takes only so many parameters."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


@transaction.atomic
def add_areas(areas: Sequence[Area]) -> list[Area]:
    """Store new areas, whose parents are stored already, and their closure rows; return them with their keys."""
    stored = Area.objects.bulk_create(areas, batch_size=_BATCH)
    above: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for ids in batches(sorted({area.parent_id for area in stored if area.parent_id})):
        links = AreaLink.objects.filter(descendant__in=ids).order_by("pk")
        for ancestor, descendant, depth in links.values_list("ancestor_id", "descendant_id", "depth"):
            above[descendant].append((ancestor, depth + 1))
    for some in batches(stored):
        AreaLink.objects.bulk_create(
            [AreaLink(ancestor_id=area.pk, descendant_id=area.pk, depth=0) for area in some]
            + [
                AreaLink(ancestor_id=ancestor, descendant_id=area.pk, depth=depth)
                for area in some
                for ancestor, depth in above.get(area.parent_id or 0, ())
            ],
            batch_size=_BATCH,
        )
    look_again(Area, AreaLink, written=len(stored))
    return stored


@transaction.atomic
def add_versions(versions: Sequence[AreaVersion], *, at: datetime) -> None:
    """Store versions that begin at that time; those in force until then end there and are kept.

    Numbers are given here. Raises ``Conflict`` when somebody else drew one of the areas in the meantime.
    """
    ids = [version.area_id for version in versions]
    last: dict[int, int] = {}
    for some in batches(ids):
        rows = AreaVersion.objects.filter(area__in=some).order_by()
        last.update(rows.values_list("area_id").annotate(last=Max("number")))
        current = AreaVersion.objects.filter(area__in=some, valid_to=None)
        open_ones = current.count()
        if current.filter(valid_from__lt=at).update(valid_to=at) != open_ones:
            raise Conflict(_("Somebody else drew some of these areas in the meantime. Import the file again."))
    for version in versions:
        version.number = last.get(version.area_id, 0) + 1
        version.valid_from = at
    AreaVersion.objects.bulk_create(versions, batch_size=200)
    look_again(AreaVersion, written=len(versions))


@transaction.atomic
def retire(ids: Sequence[int], *, at: datetime) -> None:
    """End areas, their outlines and their places in responsibility grids at that time."""
    for some in batches(ids):
        Area.objects.filter(pk__in=some, abolished_at=None).update(abolished_at=at)
        AreaVersion.objects.filter(area__in=some, valid_to=None).update(valid_to=at)
        ResponsibilityGridMember.objects.filter(area__in=some, ends_at=None).update(ends_at=at)


def recode(codes: Iterable[tuple[int, str]]) -> None:
    """Give areas their official codes in place of provisional ones, also on the outline in force."""
    for pk, code in codes:
        Area.objects.filter(pk=pk).update(code=code, code_is_provisional=False)
        AreaVersion.objects.filter(area=pk, valid_to=None).update(code=code)


def update_areas(areas: Sequence[Area], fields: Sequence[Any]) -> None:
    """Write some columns of many areas."""
    Area.objects.bulk_update(areas, fields, batch_size=500)
