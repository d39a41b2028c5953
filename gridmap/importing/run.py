"""One import from file to journal: read, judge, compare, and only without any error write."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from gridmap.importing import apply, coordinates, fields, files, reading, topology
from gridmap.importing import plan as plans
from gridmap.importing.lock import one_import
from gridmap.importing.options import Options
from gridmap.importing.report import Report, Watch, unwatched
from gridmap.importing.tree import Tree
from gridmap.importing.units import Unit, gather

# Raises a refusal when the person may not write this plan.
Guard = Callable[[plans.Plan], None]
_MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Result:
    """The report, and whether anything was written."""

    report: Report
    applied: bool


def import_areas(
    *, path: Path, options: Options, at: datetime, by: Any = None, apply_it: bool = False, name: str = "",
    guard: Guard | None = None, watch: Watch[Any] = unwatched,
) -> Result:  # fmt: skip
    """Import the outlines of one level from a file; with ``apply_it`` false only look and report.

    Nothing is written when the report holds an error. Raises ``Invalid`` for a file that cannot be read at all,
    ``Conflict`` while another import runs, and what ``guard`` raises.
    """
    began = time.monotonic()
    report = Report()
    with files.opened(path, name=name, layer=options.layer) as source:
        report.about = {
            "file": source.name, "sha256": _sha256(path), "level": options.level.value, "at": at.isoformat(),
        }  # fmt: skip
        sheet = reading.read(source, layer=options.layer, encoding=options.encoding)
    report.counts["rows"] = len(sheet.rows)
    units, crs = _units(sheet, options, report, watch)
    applied = False
    with one_import():
        if not report.errors:
            plan = _planned(units, options, at, report, watch)
            if guard:
                guard(plan)
            if apply_it and not report.errors:
                about = {"name": source.name, "sha256": report.about["sha256"]}
                apply.write(plan, file=about, crs=crs, at=at, by=by, watch=watch)
                applied = True
    report.about.update(applied=applied, crs=crs, encoding=sheet.encoding, seconds=round(time.monotonic() - began, 2))
    return Result(report, applied)


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _units(sheet: Any, options: Options, report: Report, watch: Watch[Any]) -> tuple[list[Unit], str]:
    """Turn the rows into units. Faults of rows are errors of the report, and then there are no units."""
    for row, fault in sheet.faults[:_MOST_FAULTS]:
        report.error("row", _("Row %(row)s cannot be used: %(fault)s.") % {"row": row, "fault": fault}, row=row)
    if len(sheet.faults) > _MOST_FAULTS:
        report.error("row", _("%(count)s more rows cannot be used.") % {"count": len(sheet.faults) - _MOST_FAULTS})
    columns = fields.choose(sheet, options, report)
    if report.errors:
        return [], ""
    shapes, crs = coordinates.to_degrees(
        np.array(sheet.shapes, dtype=object), file_crs=sheet.crs, wanted=options.crs, report=report,
        abroad=options.abroad,
    )  # fmt: skip
    units = gather(sheet, shapes, columns, options.level, report, watch)
    report.counts["units"] = len(units)
    return units, crs


def _planned(units: list[Unit], options: Options, at: datetime, report: Report, watch: Watch[Any]) -> plans.Plan:
    tree = Tree(at)
    plans.recognise(units, tree=tree, options=options, report=report)
    plan = plans.compare(units, tree=tree, options=options, at=at, report=report)
    topology.check(units, level=options.level, tree=tree, at=at, report=report, watch=watch)
    report.counts.update(plan.counts())
    return plan
