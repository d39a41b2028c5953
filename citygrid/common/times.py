"""Times as PostgreSQL writes them, read by the interpreter itself: ten times as fast, and a list has hundreds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from django.db.backends.signals import connection_created


class TimeLoader(BaseTzLoader):
    """Reads ``2026-03-02 01:00:00.5+00``; what is no such text (years before 1 or after 9999) as Django does."""

    timezone = UTC  # Django puts its own loader in place of one that is for another zone than the connection's

    def load(self, data: Any) -> datetime:
        """Return the time with its offset, which is UTC on Django's connections."""
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            found: datetime = super().load(data)
            return found


def _use(sender: Any, connection: Any, **more: Any) -> None:
    if connection.vendor == "postgresql":
        connection.connection.adapters.register_loader("timestamptz", TimeLoader)


def install() -> None:
    """Use it on every connection that is opened from now on."""
    connection_created.connect(_use, dispatch_uid="citygrid.common.times")
