"""The one place that reads the wall clock. Everything deeper takes ``at=``."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current instant, in UTC."""
    return datetime.now(UTC)
