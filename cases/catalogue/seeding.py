"""Loads filing conditions from the product's own table: both standards side by side, in two languages."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from cases.catalogue.conditions import TEXTS
from cases.catalogue.limit_text import parse_limits
from cases.catalogue.maintain import add_condition
from cases.catalogue.models import Category
from citygrid.common import facts


@transaction.atomic
def load_conditions(*, path: Path, at: datetime, by: Any = None) -> int:
    """Add the conditions of a table to categories that exist, and return how many; see ``fixtures/README.md``.

    Categories marked ``self_handling`` may be fixed on the spot from then on. For an empty catalogue: the same table
    again would add everything once more. Raises ``KeyError`` for a category that is not there.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    categories = {
        (row.standard.key, row.kind, row.major_code, row.minor_code): row
        for row in Category.objects.select_related("standard")
    }
    for row in rows:
        category = categories[row["standard"], row["kind"], row["major_code"], row["minor_code"]]
        if row["self_handling"] and not category.self_handling:
            allow_fixing(category=category, allowed=True, at=at, by=by)
        texts = {name: row[name] for name in TEXTS}
        add_condition(category=category, texts=texts, limits=parse_limits(row["limits"]), at=at, by=by)
    return len(rows)


def allow_fixing(*, category: Category, allowed: bool, at: datetime, by: Any = None) -> None:
    """Allow or forbid that grid workers fix problems of a category on the spot (自行处置)."""
    category.self_handling = allowed
    category.save(update_fields=["self_handling"])
    facts.record("category.fixing_allowed", category, at=at, by=by, code=category.code, allowed=allowed)
