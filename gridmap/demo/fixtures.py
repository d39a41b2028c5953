"""Reads the tables under ``fixtures/``. Names and codes of towns are facts; all else is invented (示例数据)."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures"
DEMO = FIXTURES / "demo"
SOURCE = "示例数据"  # every invented row that has a column for its source says so

CITY = "350982"
NEIGHBOUR = "350926"  # the county next to it, without outlines: its units come to whistles across the border
URBAN = "350982-URBAN"  # 福鼎市区: a grouping in the tree, no administrative level (handbook §8)
URBAN_STREETS = ("350982001", "350982002", "350982003")
NUMERALS = "一二三四五六七八"


@lru_cache(maxsize=16)
def rows(path: Path) -> tuple[dict[str, str], ...]:
    """Return the rows of a CSV file with a header, by column name."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
