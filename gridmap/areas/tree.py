"""Writes of the area tree: add a node, move it, give it an outline. Each keeps the closure and the versions right."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from citygrid.common import facts
from citygrid.common.errors import Conflict, Invalid
from gridmap.areas.models import RANK, Area, AreaLink, AreaVersion, Level
from gridmap.measure import area_m2


@transaction.atomic
def add_area(
    *, code: str, name: str, level: str, parent: Area | None, at: datetime, by: Any = None, **fields: Any
) -> Area:
    """Add a node below ``parent``.

    Raises ``Invalid`` when the level does not belong there, ``Conflict`` for a code in use.
    """
    check_order(level, parent)
    if Area.objects.filter(code=code).exists():
        raise Conflict(_("The area code %(code)s is in use. Choose another or change that area.") % {"code": code})
    area = Area.objects.create(code=code, name=name, level=level, parent=parent, established_at=at, **fields)
    link(area)
    facts.record(
        "area.added", area, at=at, by=by, code=code, name=name, level=level, parent=parent.code if parent else ""
    )
    return area


def check_order(level: str, parent: Area | None) -> None:
    """Raise ``Invalid`` unless ``parent`` stands above ``level`` (steps may be skipped)."""
    if parent and RANK[Level(parent.level)] >= RANK[Level(level)]:
        raise Invalid(
            _("A %(level)s cannot belong to a %(parent)s. Choose an area of a higher level.")
            % {"level": Level(level).label, "parent": parent.get_level_display()},
            fields={"parent": [_("This area stands no higher than the new one.")]},
        )


def link(area: Area) -> None:
    """Write the closure rows of one new node."""
    above = AreaLink.objects.filter(descendant=area.parent) if area.parent_id else AreaLink.objects.none()
    AreaLink.objects.bulk_create(
        [AreaLink(ancestor=area, descendant=area, depth=0)]
        + [AreaLink(ancestor_id=up.ancestor_id, descendant=area, depth=up.depth + 1) for up in above]
    )


@transaction.atomic
def move_area(*, area: Area, parent: Area | None, at: datetime, by: Any = None) -> Area:
    """Hang ``area``, with all below it, under ``parent``. Raises ``Invalid`` for a loop or a wrong level."""
    check_order(area.level, parent)
    below = list(AreaLink.objects.filter(ancestor=area).values_list("descendant_id", "depth"))
    if parent and parent.pk in {pk for pk, _depth in below}:
        raise Invalid(_("An area cannot belong to an area below itself. Choose another parent."))
    was = area.parent.code if area.parent else ""
    ids = [pk for pk, _depth in below]
    AreaLink.objects.filter(descendant__in=ids).exclude(ancestor__in=ids).delete()
    above = AreaLink.objects.filter(descendant=parent) if parent else AreaLink.objects.none()
    AreaLink.objects.bulk_create(
        AreaLink(ancestor_id=up.ancestor_id, descendant_id=pk, depth=up.depth + 1 + depth)
        for up in above
        for pk, depth in below
    )
    area.parent = parent
    area.save(update_fields=["parent"])
    facts.record("area.moved", area, at=at, by=by, before=was, after=parent.code if parent else "")
    return area


@transaction.atomic
def set_outline(*, area: Area, geom: GEOSGeometry, at: datetime, by: Any = None, **fields: Any) -> AreaVersion:
    """Give ``area`` a new version from ``at`` on; the one in force until then ends there and is kept.

    ``geom`` is a polygon or multipolygon in EPSG:4326. ``fields`` are further columns of
    :class:`~gridmap.areas.models.AreaVersion`. Raises ``Invalid`` when a later version already exists.
    """
    shape = geom if isinstance(geom, MultiPolygon) else MultiPolygon(geom, srid=4326)
    current = AreaVersion.objects.filter(area=area, valid_to=None).first()
    if current and current.valid_from >= at:
        raise Invalid(
            _("%(area)s already has an outline valid from %(since)s. A new one must begin later.")
            % {"area": area, "since": current.valid_from.isoformat()}
        )
    if current:
        current.valid_to = at
        current.save(update_fields=["valid_to"])
    last = AreaVersion.objects.filter(area=area).aggregate(last=Max("number"))["last"] or 0
    version = AreaVersion.objects.create(
        area=area, number=last + 1, code=area.code, level=area.level, name=area.name, geom=shape,
        area_m2=area_m2(shape), centroid=shape.centroid, valid_from=at, **fields,
    )  # fmt: skip
    facts.record("area.redrawn", area, at=at, by=by, version=version.number, area_m2=round(version.area_m2, 1))
    return version
