"""Add components, buildings and key places; change a component's state. All stand inside the outline of their area."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, Point
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from citygrid.accounts.permissions import Perm
from citygrid.common import facts
from citygrid.common.errors import Conflict, Invalid
from gridmap.areas.models import Area, AreaLink, AreaVersion, Level
from gridmap.objects.models import Building, Component, ComponentState, KeyPlace
from gridmap.posts.rights import require


@transaction.atomic
def add_component(
    *,
    code: str,
    name: str,
    area: Area,
    geom: GEOSGeometry,
    at: datetime,
    by: Any = None,
    recorded_on: date | None = None,
    **fields: Any,
) -> Component:
    """Add a component. ``geom`` is a point, line or polygon in EPSG:4326 (longitude, latitude).

    ``fields`` are further columns of :class:`~gridmap.objects.models.Component`. The code has 16 digits and begins
    with the six of the county in which ``area`` lies (handbook §1.4); whether its class is in the catalogue is not
    judged here. Raises ``NotAllowed``; ``Conflict`` for a code in use; ``Invalid`` with each field's faults.
    """
    _require(by, area, at)
    if Component.objects.filter(code=code).exists():
        raise Conflict(
            _("The component code %(code)s is in use. Choose another or change that component.") % {"code": code}
        )
    county = county_code(area)
    if not code.startswith(county):
        raise Invalid(
            _("The component code %(code)s does not begin with %(county)s, the code of the county it stands in.")
            % {"code": code, "county": county},
            fields={"code": [_("Begin the code with %(county)s.") % {"county": county}]},
        )
    component = Component(
        code=code, name=name, area=area, geom=geom,
        recorded_on=recorded_on or timezone.localdate(at), **fields,
    )  # fmt: skip
    _save_in_place(component, area, geom, at)
    facts.record(
        "component.added", component, at=at, by=by, to_state=component.state, code=code, name=name, area=area.code
    )
    return component


@transaction.atomic
def change_component_state(
    *, component: Component, state: str, at: datetime, by: Any = None, note: str | None = None
) -> Component:
    """Record that a component is now intact, damaged, lost or abandoned.

    Raises ``NotAllowed``; ``Invalid`` for an unknown state; ``Conflict`` when it is in that state already.
    """
    fresh = Component.objects.select_related("area").get(pk=component.pk)
    _require(by, fresh.area, at)
    if state not in ComponentState.values:
        raise Invalid(
            _("“%(state)s” is no state of a component. Choose one of: %(states)s.")
            % {"state": state, "states": _(", ").join(str(label) for label in ComponentState.labels)},
            fields={"state": [_("This state is not known.")]},
        )
    before = fresh.state
    if before == state:
        raise Conflict(
            _("%(name)s is already recorded as “%(state)s”.") % {"name": fresh, "state": fresh.get_state_display()}
        )
    fresh.state, fresh.changed_on = state, timezone.localdate(at)
    if note is not None:
        fresh.note = note
    _clean(fresh)
    # Compare and set: of two people who change it at once, the second is told.
    changed = Component.objects.filter(pk=fresh.pk, state=before).update(
        state=fresh.state, changed_on=fresh.changed_on, note=fresh.note
    )
    if not changed:
        raise Conflict(_("Somebody else has just changed this component. Load it again."))
    facts.record("component.state_changed", fresh, at=at, by=by, from_state=before, to_state=state, note=fresh.note)
    return fresh


@transaction.atomic
def add_building(*, code: str, area: Area, geom: GEOSGeometry, at: datetime, by: Any = None, **fields: Any) -> Building:
    """Add a building with its outline or position (EPSG:4326). ``fields`` are further columns.

    Raises ``NotAllowed``; ``Conflict`` for a code in use; ``Invalid`` with each field's faults.
    """
    _require(by, area, at)
    if Building.objects.filter(code=code).exists():
        raise Conflict(
            _("The building code %(code)s is in use. Choose another or change that building.") % {"code": code}
        )
    building = Building(code=code, area=area, geom=geom, **fields)
    _save_in_place(building, area, geom, at)
    facts.record("building.added", building, at=at, by=by, code=code, area=area.code)
    return building


@transaction.atomic
def add_key_place(
    *, name: str, kind: str, area: Area, geom: Point, at: datetime, by: Any = None, **fields: Any
) -> KeyPlace:
    """Add a key place (重点场所) at a point in EPSG:4326. ``fields`` are further columns.

    Raises ``NotAllowed``, ``Invalid`` with each field's faults.
    """
    _require(by, area, at)
    place = KeyPlace(name=name, kind=kind, area=area, geom=geom, **fields)
    _save_in_place(place, area, geom, at)
    facts.record("key_place.added", place, at=at, by=by, name=name, place_kind=kind, area=area.code)
    return place


def check_place(*, area: Area, geom: GEOSGeometry, at: datetime) -> None:
    """Raise ``Invalid`` unless ``geom`` stands inside the outline that ``area`` has at that time.

    A point must lie inside or on the border. A line or polygon may reach across the border, as a guardrail does, but
    its middle (a point on it) must be inside.
    """
    if area.level not in (Level.GRID, Level.COMMUNITY):
        raise _misplaced(_("%(area)s is neither a grid nor a community. Choose the one the object stands in."), area)
    outline = AreaVersion.objects.in_force(at).filter(area=area).values_list("geom", flat=True).first()
    if outline is None:
        raise _misplaced(_("%(area)s has no outline at that time, so nothing can be placed in it."), area)
    middle = geom if isinstance(geom, Point) else geom.point_on_surface
    if not outline.covers(middle):
        raise _misplaced(_("The position lies outside %(area)s. Move it, or choose the grid it lies in."), area)


def county_code(area: Area) -> str:
    """Return the code of the county above ``area``; the installation's own where the tree has none."""
    above = AreaLink.objects.filter(descendant=area, ancestor__level=Level.COUNTY)
    return above.values_list("ancestor__code", flat=True).first() or settings.CITY_CODE


def _require(by: Any, area: Area, at: datetime) -> None:
    if by is not None:
        require(by, Perm.OBJECT_MANAGE, area, at)


def _misplaced(sentence: str, area: Area) -> Invalid:
    message = sentence % {"area": area}
    return Invalid(message, code="misplaced", fields={"geom": [message]})


def _save_in_place(thing: models.Model, area: Area, geom: GEOSGeometry, at: datetime) -> None:
    _clean(thing)
    check_place(area=area, geom=geom, at=at)
    thing.save()


def _clean(thing: models.Model) -> None:
    """Check the fields by themselves; what they point at is checked by the database when the row is saved."""
    pointers = [field.name for field in thing._meta.fields if isinstance(field, models.ForeignKey)]
    try:
        thing.clean_fields(exclude=pointers)
    except ValidationError as error:
        raise Invalid(_("Some fields cannot be used; each is explained."), fields=error.message_dict) from None
