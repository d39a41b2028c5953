"""Writes a plan, all or nothing: the caller's transaction holds every row and the fact in the journal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction
from django.utils.translation import gettext as _

from citygrid.common import facts
from citygrid.common.planner import look_again
from gridmap.areas import bulk
from gridmap.areas.models import Area, AreaVersion, Grid, Level
from gridmap.areas.simplify import refresh_far_outlines
from gridmap.areas.tree import move_area
from gridmap.importing.plan import Plan, grid_kind
from gridmap.importing.report import Watch
from gridmap.importing.units import Unit
from gridmap.places.index import catch_up

# A fact names at most so many codes of one kind; the counts are always whole.
_CODES_IN_FACT = 5000


@transaction.atomic
def write(plan: Plan, *, file: dict[str, str], crs: str, at: datetime, by: Any, watch: Watch[Any]) -> None:
    """Store everything of the plan and record one fact ``areas.imported``. ``file`` has ``name`` and ``sha256``."""
    steps = (_change, _add, _draw, _retire)
    for step in watch(steps, len(steps), _("Writing areas")):
        step(plan, file=file, crs=crs, at=at, by=by)
    if plan.new or plan.redrawn or plan.retired:
        refresh_far_outlines(level=plan.level, at=at)
    facts.record(
        "areas.imported",
        facts.Subject("gridmap.import", file["sha256"][:16], file["name"][:200]),
        at=at, by=by, level=plan.level.value, sha256=file["sha256"], crs=crs, counts=plan.counts(),
        new=_codes(plan.new), changed=_codes(plan.redrawn), moved=_codes(plan.moved), retired=_codes(plan.retired),
        adopted={area.code: code for area, code in _adopted(plan)},
    )  # fmt: skip
    bulk.recode(plan.adopted.items())
    catch_up(at)


def _codes(things: list[Any]) -> list[str]:
    return [one.code for one in things][:_CODES_IN_FACT]


def _adopted(plan: Plan) -> list[tuple[Area, str]]:
    return [(area, plan.adopted[area.pk]) for area in Area.objects.filter(pk__in=plan.adopted).order_by("code")]


def _change(plan: Plan, *, at: datetime, by: Any, **_rest: Any) -> None:
    stored = Area.objects.in_bulk([unit.node.id for unit in (*plan.renewed, *plan.moved) if unit.node])
    for unit in plan.renewed:
        area = stored[unit.node.id]  # type: ignore[union-attr]
        if area.code != unit.code:
            AreaVersion.objects.filter(area=area, valid_to=None).update(code=unit.code)
        area.code, area.name, area.code_is_provisional = unit.code, unit.name, unit.provisional
        area.name_en, area.kind = unit.name_en or area.name_en, unit.kind or area.kind
    bulk.update_areas(
        [stored[unit.node.id] for unit in plan.renewed if unit.node],
        ["code", "name", "code_is_provisional", "name_en", "kind"],
    )
    for unit in plan.moved:
        if unit.node and unit.parent:
            move_area(area=stored[unit.node.id], parent=Area.objects.get(pk=unit.parent.id), at=at, by=by)
    if plan.level == Level.GRID:
        for unit in plan.renewed:
            Grid.objects.update_or_create(area=stored[unit.node.id], defaults={"kind": grid_kind(unit)})  # type: ignore[union-attr]


def _add(plan: Plan, *, at: datetime, **_rest: Any) -> None:
    areas = bulk.add_areas(
        [
            Area(
                code=unit.code, code_is_provisional=unit.provisional, name=unit.name, name_en=unit.name_en,
                level=plan.level, kind=unit.kind, parent_id=unit.parent.id if unit.parent else None, established_at=at,
            )
            for unit in plan.new
        ]
    )  # fmt: skip
    if plan.level == Level.GRID:
        Grid.objects.bulk_create(
            [Grid(area=area, kind=grid_kind(unit)) for area, unit in zip(areas, plan.new, strict=True)], batch_size=500
        )
        look_again(Grid, written=len(areas))
    plan.area_ids = {unit.code: area.pk for area, unit in zip(areas, plan.new, strict=True)}


def _draw(plan: Plan, *, file: dict[str, str], crs: str, at: datetime, **_rest: Any) -> None:
    known = [(unit, unit.node.id) for unit in plan.redrawn if unit.node]
    fresh = [(unit, plan.area_ids[unit.code]) for unit in plan.new]
    bulk.add_versions(
        [_version(unit, area_id, plan.level, file["name"], crs) for unit, area_id in (*known, *fresh)], at=at
    )


def _version(unit: Unit, area_id: int, level: Level, source: str, crs: str) -> AreaVersion:
    return AreaVersion(
        area_id=area_id, code=unit.code, level=level, name=unit.name, geom=_geos(unit.shape), area_m2=unit.area_m2,
        centroid=_geos(unit.shape.centroid), population=unit.population, households=unit.households,
        source=source[:200], source_crs=crs[:30],
    )  # fmt: skip


def _geos(shape: Any) -> Any:
    return GEOSGeometry(memoryview(bytes(shapely.to_wkb(shape))), srid=4326)


def _retire(plan: Plan, *, at: datetime, **_rest: Any) -> None:
    bulk.retire([node.id for node in plan.retired], at=at)
