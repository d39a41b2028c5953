"""Do the outlines fit? Overlaps of siblings, gaps in parents, children outside parents; all in m².

Everything below ``NOISE_M2`` is digitising noise: it is counted, not listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _

from gridmap.areas.models import AreaVersion, Level
from gridmap.importing.report import Report, Watch
from gridmap.importing.shapes import NOISE_M2, areas_m2, polygons, union
from gridmap.importing.tree import Node, Tree
from gridmap.importing.units import Unit

_CHUNK = 500


def outlines(ids: Sequence[int], at: datetime) -> dict[int, Any]:
    """Return the stored outlines in force (Shapely, EPSG:4326) by area id."""
    found: dict[int, Any] = {}
    for start in range(0, len(ids), _CHUNK):
        rows = AreaVersion.objects.in_force(at).filter(area__in=ids[start : start + _CHUNK])
        for area_id, geom in rows.order_by("pk").values_list("area_id", "geom"):
            found[area_id] = shapely.from_wkb(bytes(geom.wkb))
    return found


def check(units: list[Unit], *, level: Level, tree: Tree, at: datetime, report: Report, watch: Watch[Any]) -> None:
    """Report how the units lie to one another, to stored siblings that the file does not hold, and to their parents."""
    parents = {unit.parent.id: unit.parent for unit in units if unit.parent}
    mine = {unit.node.id for unit in units if unit.node}
    others = [node for pk in parents for node in tree.children(pk) if node.level == level and node.id not in mine]
    stored = outlines([node.id for node in others], at)
    beside = [(node, stored[node.id]) for node in others if node.id in stored]
    _overlaps(units, beside, report)
    _containment(units, beside, parents, outlines(list(parents), at), report, watch)


def _overlaps(units: list[Unit], beside: list[tuple[Node, Any]], report: Report) -> None:
    labels = [unit.label for unit in units] + [node.label for node, _shape in beside]
    shapes = np.array([unit.shape for unit in units] + [shape for _node, shape in beside], dtype=object)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = (left < right) & (left < len(units))  # two stored ones are no matter of this file
    left, right = left[once], right[once]
    shared = [union(polygons(one)) for one in shapely.intersection(shapes[left], shapes[right])]
    sizes = areas_m2(shared)
    noise = [float(size) for size in sizes if 0 < size < NOISE_M2]
    for one, other, size in sorted(zip(left, right, sizes, strict=True), key=lambda pair: -pair[2]):
        if size >= NOISE_M2:
            report.warn(
                "overlap",
                _("%(one)s and %(other)s overlap by %(area).1f m².")
                % {"one": labels[one], "other": labels[other], "area": size},
                units=[labels[one], labels[other]], area_m2=round(float(size), 2),
            )  # fmt: skip
    if noise:
        report.note(
            "noise",
            _(
                "%(count)s pairs of neighbours overlap by less than %(least)s m² each, "
                "which is noise (together %(area).2f m²)."
            )
            % {"count": len(noise), "least": NOISE_M2, "area": sum(noise)},
            pairs=len(noise), area_m2=round(sum(noise), 3),
        )  # fmt: skip


def _containment(
    units: list[Unit], beside: list[tuple[Node, Any]], parents: dict[int, Node], around: dict[int, Any],
    report: Report, watch: Watch[Any],
) -> None:  # fmt: skip
    inside: dict[int, list[Any]] = defaultdict(list)
    for node, shape in beside:
        inside[node.parent_id or 0].append(shape)
    for unit in units:
        if unit.parent:
            inside[unit.parent.id].append(unit.shape)
            if unit.parent.id in around:
                _outside(unit, around[unit.parent.id], report)
    undrawn = [node.label for pk, node in parents.items() if pk not in around]
    if undrawn:
        report.note(
            "parent_undrawn",
            _("%(count)s parents have no outline, so gaps and crossings were not checked there.")
            % {"count": len(undrawn)},
            parents=undrawn,
        )
    for pk in watch([pk for pk in parents if pk in around], len(around), _("Looking for gaps")):
        _gap(parents[pk], around[pk], inside[pk], report)


def _outside(unit: Unit, parent: Any, report: Report) -> None:
    beyond = union(polygons(shapely.difference(unit.shape, parent)))
    size = float(areas_m2([beyond])[0])
    if size >= NOISE_M2 and unit.parent:
        report.warn(
            "outside",
            _("%(unit)s reaches %(area).1f m² (%(share).1f %%) outside %(parent)s.")
            % {"unit": unit.label, "area": size, "share": 100 * size / unit.area_m2, "parent": unit.parent.label},
            code=unit.code, parent=unit.parent.code, area_m2=round(size, 2),
        )  # fmt: skip


def _gap(parent: Node, shape: Any, inside: list[Any], report: Report) -> None:
    parts = polygons(shapely.difference(shape, union(inside)))
    sizes = areas_m2(parts)
    holes = sizes[sizes >= NOISE_M2]
    if len(holes):
        share = float(100 * holes.sum() / areas_m2([shape])[0])
        report.warn(
            "gap",
            _("%(parent)s has %(area).1f m² (%(share).1f %%) without a unit of this level, in %(parts)s parts.")
            % {"parent": parent.label, "area": float(holes.sum()), "share": share, "parts": len(holes)},
            parent=parent.code, area_m2=round(float(holes.sum()), 2), parts=len(holes), share=round(share, 2),
        )  # fmt: skip
