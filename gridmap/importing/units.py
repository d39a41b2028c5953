"""Rows gathered into units: all rows of one code, or of one name below one parent, are one unit."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _

from gridmap.areas.models import Level
from gridmap.importing import fields
from gridmap.importing.report import Report, Watch, some
from gridmap.importing.shapes import areas_m2, repaired, union, without_slivers
from gridmap.importing.sheet import Sheet
from gridmap.importing.tree import Node

_CODE = re.compile(r"^[0-9A-Za-z_-]{1,32}$")
_LONGEST_NAME = 100
_STREET_KINDS = (("街道", "street"), ("镇", "town"), ("乡", "township"), ("区", "zone"))
_COMMUNITY_KINDS = (("村民委员会", "village"), ("村委会", "village"), ("村", "village"), ("", "community"))


@dataclass(slots=True)
class Unit:
    """One area as the file has it. ``node`` is the stored area it was recognised as."""

    code: str
    name: str
    path: tuple[str, ...]  # names of areas above, the highest first
    rows: list[int] = field(default_factory=list)
    parent_codes: set[str] = field(default_factory=set)
    name_en: str = ""
    kind: str = ""
    population: int | None = None
    households: int | None = None
    shape: Any = None
    area_m2: float = 0.0
    parent: Node | None = None
    node: Node | None = None
    provisional: bool = False

    @property
    def label(self) -> str:
        """How a report names it."""
        return " ".join(word for word in (self.code, self.name) if word)


def gather(
    sheet: Sheet, shapes: np.ndarray, columns: dict[str, str], level: Level, report: Report, watch: Watch[Any]
) -> list[Unit]:
    """Return the units of a sheet in the order of their first rows, with sound dissolved outlines in EPSG:4326."""
    units: dict[tuple[Any, ...], Unit] = {}
    seen: dict[tuple[Any, ...], list[dict[str, str]]] = {}
    for number, row in enumerate(sheet.rows, start=1):
        cells = {name: fields.value_of(row, column) for name, column in columns.items() if name != "parent"}
        path = tuple(fields.value_of(row, part) for part in columns.get("parent", "").split("/") if part)
        code, name = fields.plain_code(cells.get("code", ""), level), cells.get("name", "")
        if not _usable(number, code, name, report):
            continue
        key = ("code", code) if code else ("name", path, name)
        unit = units.setdefault(key, Unit(code, name or code, tuple(one for one in path if one)))
        unit.rows.append(number)
        if cells.get("parent_code"):
            unit.parent_codes.add(cells["parent_code"])
        seen.setdefault(key, []).append(cells)
    for key, unit in units.items():
        _describe(unit, seen[key], level, report)
    _outline(list(units.values()), shapes, report, watch)
    _duplicates(list(units.values()), report)
    fields.check_lengths([unit.code for unit in units.values() if unit.code], level, report)
    return list(units.values())


def _usable(number: int, code: str, name: str, report: Report) -> bool:
    if not code and not name:
        report.error("no_name", _("Row %(row)s has neither a code nor a name.") % {"row": number}, row=number)
        return False
    if code and not _CODE.match(code):
        report.error(
            "bad_code",
            _("Row %(row)s: “%(code)s” is no code. Use up to 32 letters and digits.")
            % {"row": number, "code": code[:40]},
            row=number,
        )
        return False
    if len(name) > _LONGEST_NAME:
        report.error(
            "long_name",
            _("Row %(row)s: the name is longer than %(most)s characters.") % {"row": number, "most": _LONGEST_NAME},
            row=number,
        )
        return False
    if not name:
        report.warn("no_name", _("Row %(row)s has no name; its code is used.") % {"row": number}, row=number)
    return True


def _describe(unit: Unit, rows: list[dict[str, str]], level: Level, report: Report) -> None:
    names = list(dict.fromkeys(row.get("name", "") for row in rows if row.get("name")))
    if len(names) > 1:
        report.warn(
            "names_differ",
            _("The rows of %(unit)s have different names: %(names)s. The first is used.")
            % {"unit": unit.label, "names": some(names)},
            code=unit.code, rows=unit.rows,
        )  # fmt: skip
    unit.name = names[0] if names else unit.code
    unit.name_en = next((row["name_en"][:150] for row in rows if row.get("name_en")), "")
    unit.kind = kind_of(unit.name, level, next((row["kind"] for row in rows if row.get("kind")), ""))
    unit.population = _total(unit, [row.get("population", "") for row in rows], "population", report)
    unit.households = _total(unit, [row.get("households", "") for row in rows], "households", report)


def _total(unit: Unit, cells: list[str], what: str, report: Report) -> int | None:
    """Rows of one unit mostly repeat its figure; where they differ, each row counts its own part."""
    figures = [one for one in map(fields.figure, cells) if one is not None]
    if len(set(figures)) > 1:
        report.warn(
            "figures_differ",
            _("The rows of %(unit)s have different figures of %(what)s; they were added up.")
            % {"unit": unit.label, "what": what},
            code=unit.code, rows=unit.rows, figures=figures,
        )  # fmt: skip
        return sum(figures)
    return figures[0] if figures else None


def kind_of(name: str, level: Level, given: str = "") -> str:
    """Return the kind of an area: what the source says, else what its name ends with."""
    if given:
        return given[:30]
    table = {Level.STREET: _STREET_KINDS, Level.COMMUNITY: _COMMUNITY_KINDS}.get(level, ())
    return next((kind for ending, kind in table if name.endswith(ending)), "")


def _outline(units: list[Unit], shapes: np.ndarray, report: Report, watch: Watch[Any]) -> None:
    for unit in watch(units, len(units), _("Dissolving outlines")):
        pieces = [_sound(unit, number, shapes[number - 1], report) for number in unit.rows]
        whole = union(pieces) if len(pieces) > 1 else pieces[0]
        unit.shape, sliver_m2 = without_slivers(whole)
        if sliver_m2:
            report.note(
                "slivers",
                _("Slivers of %(area).2f m² in %(unit)s were cleaned away.") % {"area": sliver_m2, "unit": unit.label},
                code=unit.code, area_m2=round(sliver_m2, 3),
            )  # fmt: skip
        if unit.shape.is_empty:
            report.error(
                "no_area", _("%(unit)s encloses no area.") % {"unit": unit.label}, code=unit.code, rows=unit.rows
            )
    for unit, size in zip(units, areas_m2([unit.shape for unit in units]), strict=True):
        unit.area_m2 = float(size)
    dissolved = [unit for unit in units if len(unit.rows) > 1]
    if dissolved:
        report.note(
            "dissolved",
            _("%(rows)s rows of %(units)s units were dissolved: %(some)s.")
            % {
                "rows": sum(len(unit.rows) for unit in dissolved), "units": len(dissolved),
                "some": some(unit.label for unit in dissolved),
            },
            units=[{"code": unit.code, "name": unit.name, "rows": unit.rows} for unit in dissolved],
        )  # fmt: skip


def _sound(unit: Unit, number: int, shape: Any, report: Report) -> Any:
    sound = repaired(shape)
    if not shape.is_valid:
        before, after = areas_m2([shape, sound])
        report.warn(
            "repaired",
            _(
                "Row %(row)s (%(unit)s) was not valid (%(why)s) and was repaired: %(before).1f m² before, "
                "%(after).1f m² after."
            )
            % {
                "row": number, "unit": unit.label, "before": before, "after": after,
                "why": shapely.is_valid_reason(shape).split("[")[0],
            },
            row=number, code=unit.code, name=unit.name,
            area_before_m2=round(float(before), 3), area_after_m2=round(float(after), 3),
        )  # fmt: skip
    return sound


def _duplicates(units: list[Unit], report: Report) -> None:
    often = Counter((unit.path, unit.name) for unit in units)
    for (path, name), count in often.items():
        if count > 1:
            codes = [unit.code for unit in units if (unit.path, unit.name) == (path, name)]
            report.warn(
                "same_name",
                _("%(count)s units are all named %(name)s: %(codes)s.")
                % {"count": count, "name": "/".join((*path, name)), "codes": some(codes)},
                codes=codes,
            )
