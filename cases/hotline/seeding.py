"""The stock reference data: the six types of demands, and a first category tree for an empty installation."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from cases.catalogue.models import Category
from cases.hotline.maintain import add_entry
from cases.hotline.reference import DemandType, TicketCategory
from cases.hotline.states import Level
from gridmap.departments.models import Department

# Handbook §4.2: consultation, help, complaint, report, suggestion; praise after DB12/T 1438.
TYPES: tuple[tuple[str, str, str, bool, bool], ...] = (
    ("consultation", "咨询", "consultation", True, False),
    ("help", "求助", "call for help", False, False),
    ("complaint", "投诉", "complaint", False, False),
    ("report", "举报", "report of wrongdoing", False, True),
    ("suggestion", "建议", "suggestion", False, False),
    ("praise", "表扬", "praise", True, False),
)


@transaction.atomic
def load_types(*, at: datetime, by: Any = None) -> int:
    """Add the types of demands that are missing; return how many."""
    known = set(DemandType.objects.values_list("code", flat=True))
    missing = [row for row in TYPES if row[0] not in known]
    for code, name, name_en, answerable, withholds in missing:
        add_entry(
            model=DemandType, code=code, name=name, name_en=name_en, answerable=answerable,
            withholds_identity=withholds, at=at, by=by,
        )  # fmt: skip
    return len(missing)


@transaction.atomic
def load_categories(*, path: Path, at: datetime, by: Any = None) -> int:
    """Add the categories of a table that are missing; parents stand before their children. Return how many.

    Columns: ``code, parent, name, name_en, case_category, level, unit, keywords``; a case category or unit that this
    installation does not have is left empty. Raises ``KeyError`` for a parent that is not there.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = {row.code: row for row in TicketCategory.objects.all()}
    cases = {row.code: row for row in Category.objects.all()}
    units = {row.code: row for row in Department.objects.all()}
    added = 0
    for row in rows:
        if row["code"] in known:
            continue
        known[row["code"]] = add_entry(
            model=TicketCategory, code=row["code"], name=row["name"], name_en=row["name_en"],
            parent=known[row["parent"]] if row["parent"] else None, case_category=cases.get(row["case_category"]),
            level=row["level"] or Level.D7, unit=units.get(row["unit"]), keywords=row["keywords"], at=at, by=by,
        )  # fmt: skip
        added += 1
    return added
