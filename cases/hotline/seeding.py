"""The stock reference data: types of demands, grounds of exclusion, a first category tree for an installation."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from cases.catalogue.models import Category
from cases.hotline.maintain import add_entry
from cases.hotline.reference import DemandType, ExclusionReason, TicketCategory
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
# Handbook §4.4.
REASONS: tuple[tuple[str, str, str], ...] = (
    ("unreachable", "无法联系诉求人", "the caller cannot be reached"),
    ("not-competent", "超出职责范围", "outside the competence of the unit"),
    ("in-court", "已进入诉讼、仲裁、行政复议程序", "before a court, in arbitration or under administrative review"),
    ("petition-ended", "信访事项已终结", "the petition has ended"),
    ("policy", "现行政策不允许", "what the policy in force does not allow"),
    ("malicious", "恶意重复诉求", "repeated with ill intent"),
)


@transaction.atomic
def load_reasons(*, at: datetime, by: Any = None) -> int:
    """Add the stock grounds of exclusion that are missing; return how many."""
    known = set(ExclusionReason.objects.values_list("code", flat=True))
    missing = [row for row in REASONS if row[0] not in known]
    for code, name, name_en in missing:
        add_entry(model=ExclusionReason, code=code, name=name, name_en=name_en, at=at, by=by)
    return len(missing)


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
