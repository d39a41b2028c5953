"""Short ways to run an import in a test."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gridmap.areas.models import Level
from gridmap.importing.options import Options
from gridmap.importing.run import Result, import_areas

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 7, 1, 12, tzinfo=UTC)


def run(path: Path, level: str = Level.GRID, *, at: datetime = NOON, **choices: Any) -> Result:
    """Import for real, from a time at which the cast exists."""
    return import_areas(path=path, options=Options(level=Level(level), **choices), at=at, apply_it=True)


def look(path: Path, level: str = Level.GRID, *, at: datetime = NOON, **choices: Any) -> Result:
    """Only look."""
    return import_areas(path=path, options=Options(level=Level(level), **choices), at=at)
