"""Compares the units of a file with what is stored: what is new, what changed, what stays, what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import shapely
from django.utils.translation import gettext as _

from citygrid.common.errors import Invalid
from gridmap.areas.models import RANK, AreaVersion, Grid, GridKind, Level
from gridmap.importing import codes
from gridmap.importing.options import Options
from gridmap.importing.report import Report, some
from gridmap.importing.tree import Node, Tree
from gridmap.importing.units import Unit
from gridmap.posts.models import Post

_CHUNK = 500
# Two outlines nearer than this everywhere are the same (degrees; a tenth of a millimetre).
_SAME = 1e-9
_DEDICATED = ("z", "专属", "dedicated")


@dataclass(slots=True)
class Plan:
    """What an import would write."""

    level: Level
    new: list[Unit] = field(default_factory=list)
    redrawn: list[Unit] = field(default_factory=list)  # known, and outline, name or figures changed
    same: list[Unit] = field(default_factory=list)
    renewed: list[Unit] = field(default_factory=list)  # code, English name or kind changed, alone or besides
    moved: list[Unit] = field(default_factory=list)
    missing: list[Node] = field(default_factory=list)
    retired: list[Node] = field(default_factory=list)
    adopted: dict[int, str] = field(default_factory=dict)  # area id → real code
    area_ids: dict[str, int] = field(default_factory=dict)  # of the new ones, once written, by code

    def counts(self) -> dict[str, int]:
        """Return the figures of the summary."""
        return {
            "new": len(self.new), "changed": len(self.redrawn), "unchanged": len(self.same), "moved": len(self.moved),
            "missing": len(self.missing), "retired": len(self.retired), "codes_adopted": len(self.adopted),
        }  # fmt: skip


def recognise(units: list[Unit], *, tree: Tree, options: Options, report: Report) -> None:
    """Find each unit's parent and, where it is known already, its stored area; give local codes to those without."""
    root = _root(tree, options)
    lost: dict[str, list[Unit]] = {}
    for unit in units:
        parents = _parents(unit, tree, root, options)
        if len(parents) == 1:
            unit.parent = parents[0]
        elif parents or RANK[options.level] > RANK[Level.COUNTY]:
            lost.setdefault("/".join(unit.path) or unit.label, []).append(unit)
        elif not unit.parent:
            unit.node = _sole(tree, options.level, unit)
            unit.parent = tree.nodes.get(unit.node.parent_id or 0) if unit.node else None
    if lost:
        report.error(
            "no_parent",
            _(
                "No one area was found to which these belong: %(some)s. "
                "Import the level above first or name it with the parent option."
            )
            % {"some": some(f"{path} ({len(those)})" for path, those in lost.items())},
            parents=sorted(lost),
        )
    for unit in units:
        unit.node = unit.node or _known(unit, tree, options.level, report)
    codes.give_local_codes(units, tree, options.level, report)
    codes.check_prefixes(units, tree, report)
    orphans = [unit for unit in units if unit.parent is None]
    if orphans and not lost and options.level != Level.PROVINCE:
        report.warn(
            "top",
            _("%(count)s units belong to no stored area and stand at the top: %(some)s.")
            % {"count": len(orphans), "some": some(unit.label for unit in orphans)},
        )


def _root(tree: Tree, options: Options) -> Node | None:
    if not options.parent:
        return None
    node = tree.by_code.get(options.parent)
    if not node or not node.in_force or RANK[node.level] >= RANK[options.level]:
        raise Invalid(
            _("There is no area with the code %(code)s above the level of the file. Choose another parent.")
            % {"code": options.parent},
            fields={"parent": [_("Choose another.")]},
        )
    return node


def _parents(unit: Unit, tree: Tree, root: Node | None, options: Options) -> list[Node]:
    if unit.path:
        found = tree.named(unit.path, above=options.level, root=root)
    else:
        prefix = tree.by_prefix(unit.code, above=options.level, root=root) if unit.code else None
        one = prefix or root
        found = [one] if one else []
    return [node for node in found if not options.parent_level or node.level == options.parent_level]


def _sole(tree: Tree, level: Level, unit: Unit) -> Node | None:
    """A top unit is the one stored area of its level and code or name, wherever that hangs."""
    if unit.code:
        return None
    found = [node for node in tree.nodes.values() if node.in_force and node.level == level and node.name == unit.name]
    return found[0] if len(found) == 1 else None


def _known(unit: Unit, tree: Tree, level: Level, report: Report) -> Node | None:
    node = tree.by_code.get(unit.code) if unit.code else None
    if node and (not node.in_force or node.level != level):
        report.error(
            "code_taken",
            _("The code of %(unit)s belongs to another area, abolished or of another level.") % {"unit": unit.label},
            code=unit.code,
        )
        return None
    if node:
        return node
    named = tree.known(level=level, parent_id=unit.parent.id if unit.parent else None, name=unit.name)
    if unit.code:  # a real code replaces a local one, never another real one
        named = [one for one in named if one.provisional]
    return named[0] if len(named) == 1 else None


def compare(units: list[Unit], *, tree: Tree, options: Options, at: datetime, report: Report) -> Plan:
    """Return the plan. Adds errors for what must not be written."""
    plan = Plan(options.level)
    _twice(units, report)
    versions = _current([unit.node.id for unit in units if unit.node])
    kinds = dict(Grid.objects.filter(area__in=list(versions)).values_list("area_id", "kind")) if versions else {}
    for unit in units:
        if unit.node is None:
            plan.new.append(unit)
            continue
        version = versions.get(unit.node.id)
        (plan.same if version and _unchanged(unit, version) else plan.redrawn).append(unit)
        if version and unit in plan.redrawn and version.valid_from >= at:
            report.error(
                "too_early",
                _("%(unit)s already has an outline from %(since)s on. A new one must begin later.")
                % {"unit": unit.label, "since": version.valid_from.isoformat(timespec="seconds")},
                code=unit.code,
            )
        if _renewed(unit, unit.node) or (options.level == Level.GRID and kinds.get(unit.node.id) != grid_kind(unit)):
            plan.renewed.append(unit)
        if unit.parent and unit.parent.id != unit.node.parent_id:
            plan.moved.append(unit)
    _missing(plan, units, tree, options, at, report)
    plan.adopted = codes.said_of_parents(units, tree, report, adopt=options.adopt_codes)
    return plan


def grid_kind(unit: Unit) -> str:
    """A dedicated grid (专属网格) is told by its category or by the Z at the end of its code."""
    dedicated = unit.kind.lower().startswith(_DEDICATED) or unit.code.upper().endswith("Z")
    return GridKind.DEDICATED if dedicated else GridKind.BASIC


def _twice(units: list[Unit], report: Report) -> None:
    seen: dict[int, Unit] = {}
    for unit in units:
        if unit.node and unit.node.id in seen:
            report.error(
                "twice",
                _("%(one)s and %(other)s are both the stored area %(node)s. Give them different codes.")
                % {"one": seen[unit.node.id].label, "other": unit.label, "node": unit.node.label},
            )
        elif unit.node:
            seen[unit.node.id] = unit


def _current(ids: Sequence[int]) -> dict[int, AreaVersion]:
    found: dict[int, AreaVersion] = {}
    for start in range(0, len(ids), _CHUNK):
        rows = AreaVersion.objects.filter(area__in=ids[start : start + _CHUNK], valid_to=None).defer("geom_far")
        found.update({version.area_id: version for version in rows})
    return found


def _unchanged(unit: Unit, version: AreaVersion) -> bool:
    stored = shapely.normalize(shapely.from_wkb(bytes(version.geom.wkb)))
    return (
        (unit.name, unit.population, unit.households) == (version.name, version.population, version.households)
        and stored.equals_exact(shapely.normalize(unit.shape), _SAME)
    )  # fmt: skip


def _renewed(unit: Unit, node: Node) -> bool:
    kept = (node.code, node.name, node.provisional)
    return (unit.code, unit.name, unit.provisional) != kept or any(
        new and new != old for new, old in ((unit.name_en, node.name_en), (unit.kind, node.kind))
    )


def _missing(plan: Plan, units: list[Unit], tree: Tree, options: Options, at: datetime, report: Report) -> None:
    """What is stored and not in the file: below the chosen parent, else below the parents that the file names."""
    found = {unit.node.id for unit in units if unit.node}
    root = tree.by_code.get(options.parent) if options.parent else None
    parents = {unit.parent.id for unit in units if unit.parent}
    scope = tree.below(root) if root else (node for pk in parents for node in tree.children(pk))
    plan.missing = [node for node in scope if node.level == plan.level and node.id not in found]
    if not plan.missing:
        return
    report.warn(
        "missing",
        _("%(count)s stored areas are not in the file: %(some)s.")
        % {"count": len(plan.missing), "some": some(node.label for node in plan.missing)},
        codes=[node.code for node in plan.missing],
    )
    if options.retire_missing:
        plan.retired = plan.missing
        _check_retiring(plan.retired, tree, at, report)


def _check_retiring(nodes: list[Node], tree: Tree, at: datetime, report: Report) -> None:
    held = set(Post.objects.in_force(at).filter(area__in=[node.id for node in nodes]).values_list("area_id", flat=True))
    for node in nodes:
        if tree.children(node.id) or node.id in held:
            report.error(
                "in_use",
                _("%(area)s cannot be retired: it still has areas below it or people with posts. Move those first.")
                % {"area": node.label},
                code=node.code,
            )
