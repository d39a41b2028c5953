"""Single changes that an administrator makes to the area tree. Whole files come in through the importer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from citygrid.common import facts
from citygrid.common.errors import Conflict
from gridmap.areas.models import Area, AreaVersion, ResponsibilityGrid, ResponsibilityGridMember
from gridmap.areas.tree import add_area, move_area, set_outline

_OWN = ("code", "code_is_provisional", "name", "name_en", "kind")
_DRAWN = ("code", "name")  # a version repeats these, so a change of them begins a new one


@transaction.atomic
def save_area(*, stored: Area | None, wanted: Area, figures: Mapping[str, Any], at: datetime, by: Any) -> Area:
    """Make the area what ``wanted`` and ``figures`` say; ``stored`` is it as it is, or None for a new one.

    ``figures`` may hold ``geom`` (multipolygon, EPSG:4326), ``population`` and ``households``. Raises the refusals of
    :mod:`gridmap.areas.tree`.
    """
    own = {name: getattr(wanted, name) for name in _OWN}
    if stored is None:
        area = add_area(level=wanted.level, parent=wanted.parent, at=at, by=by, **own)
        changed: set[str] = set()
    else:
        area = stored
        if wanted.parent_id != stored.parent_id:
            move_area(area=area, parent=wanted.parent, at=at, by=by)
        changed = _change(area, own, at, by)
    current = AreaVersion.objects.filter(area=area, valid_to=None).first()
    geom = figures.get("geom") or (current.geom if current else None)
    counts = {name: figures.get(name) for name in ("population", "households")}
    if geom is None:
        return area
    recounted = current is not None and any(getattr(current, name) != value for name, value in counts.items())
    if current is None or recounted or changed.intersection(_DRAWN) or not geom.equals_exact(current.geom):
        set_outline(area=area, geom=geom, at=at, by=by, **counts)
    return area


def _change(area: Area, own: Mapping[str, Any], at: datetime, by: Any) -> set[str]:
    before = {name: getattr(area, name) for name, value in own.items() if getattr(area, name) != value}
    if not before:
        return set()
    if "code" in before and Area.objects.filter(code=own["code"]).exists():
        raise Conflict(_("The area code %(code)s is in use. Choose another or change that area.") % own)
    for name in before:
        setattr(area, name, own[name])
    area.save(update_fields=list(before))
    facts.record("area.changed", area, at=at, by=by, before=before, after={name: own[name] for name in before})
    return set(before)


@transaction.atomic
def abolish_area(*, area: Area, at: datetime, by: Any) -> Area:
    """End the area and its outline at that time; both are kept. Raises ``Conflict`` while something hangs on it."""
    if area.abolished_at is not None:
        raise Conflict(_("%(area)s is abolished already.") % {"area": area})
    if area.children.in_force(at).exists():
        raise Conflict(_("%(area)s still has areas below it. Abolish or move those first.") % {"area": area})
    if area.posts.in_force(at).exists():
        raise Conflict(
            _("Somebody still holds a post at %(area)s. End the post or hand it over first.") % {"area": area}
        )
    area.abolished_at = at
    area.save(update_fields=["abolished_at"])
    AreaVersion.objects.filter(area=area, valid_to=None).update(valid_to=at)
    ResponsibilityGridMember.objects.filter(area=area, ends_at=None).update(ends_at=at)
    facts.record("area.abolished", area, at=at, by=by)
    return area


@transaction.atomic
def set_members(*, grid: ResponsibilityGrid, areas: Iterable[Area], at: datetime, by: Any) -> None:
    """Let the responsibility grid consist of ``areas`` from ``at`` on; earlier memberships are kept with their end.

    A unit grid that was in another responsibility grid leaves it. Raises ``Conflict`` for one of another community.
    """
    wanted = {area.pk: area for area in areas}
    inside = set(Area.objects.below(grid.community).filter(pk__in=wanted).values_list("pk", flat=True))
    if outside := [str(area) for pk, area in wanted.items() if pk not in inside]:
        raise Conflict(
            _("These unit grids lie outside %(community)s: %(grids)s. Choose grids of that community.")
            % {"community": grid.community, "grids": _(", ").join(outside)}
        )
    members = ResponsibilityGridMember.objects.filter(ends_at=None)
    kept = set(members.filter(responsibility_grid=grid, area__in=wanted).values_list("area_id", flat=True))
    left = members.filter(responsibility_grid=grid).exclude(area__in=wanted)
    taken = members.filter(area__in=set(wanted) - kept)
    gone = list(left.values_list("area__code", flat=True))
    left.update(ends_at=at)
    taken.update(ends_at=at)
    ResponsibilityGridMember.objects.bulk_create(
        ResponsibilityGridMember(responsibility_grid=grid, area_id=pk, starts_at=at) for pk in wanted if pk not in kept
    )
    facts.record(
        "responsibility_grid.regrouped", grid, at=at, by=by,
        joined=sorted(area.code for pk, area in wanted.items() if pk not in kept), left=sorted(gone),
    )  # fmt: skip
