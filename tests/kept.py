"""What a set-up wrote is written again from a copy of its rows: building the cast took most of the time of most tests.

Keys stay those of the first time. On PostgreSQL they lie below what the sequences give next, which no rollback takes
back; SQLite counts on from the highest.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import IntegrityError, connection, transaction

Made = TypeVar("Made")
_kept: dict[str, tuple[Any, dict[str, Any]]] = {}


def built(name: str, build: Callable[[], Made]) -> Made:
    """Return what ``build`` makes, and have its rows in the database: the first time by building, later by copying.

    Raises ``AssertionError`` if it changes a row that was there before, which a copy could not do again.
    """
    if name not in _kept:
        before = {table: _State.of(table) for table in _tables()}
        made = build()
        _kept[name] = made, {table: _read(table, state) for table, state in before.items() if state.has_grown()}
        return copy.deepcopy(made)
    made, tables = _kept[name]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, rows in tables.items():
                _write(cursor, table, rows)
    except IntegrityError:  # another fixture has written there before, and has the keys
        return build()
    return copy.deepcopy(made)


@dataclass(frozen=True)
class _State:
    """A table before the build: its highest key and all it held."""

    table: str
    last: int
    rows: list[Any]

    @classmethod
    def of(cls, table: str) -> _State:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table} ORDER BY 1")  # noqa: S608 - our own names
            rows = cursor.fetchall()
            assert cursor.description is not None
            keyed = cursor.description[0].name if connection.vendor == "postgresql" else cursor.description[0][0]
        return cls(table, max((row[0] for row in rows), default=0) if keyed == "id" else 0, rows)

    def has_grown(self) -> bool:
        now = _State.of(self.table)
        assert now.rows[: len(self.rows)] == self.rows, f"{self.table} is changed, not only added to"
        return len(now.rows) > len(self.rows)


def _tables() -> list[str]:
    return connection.introspection.django_table_names(only_existing=True)


def _read(table: str, before: _State) -> Any:
    chosen = f"SELECT * FROM {table}" + (f" WHERE id > {before.last}" if before.rows else "")  # noqa: S608 - ours
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            return cursor.execute(chosen).fetchall()
        with cursor.copy(f"COPY ({chosen}) TO STDOUT (FORMAT BINARY)") as out:
            return b"".join(out)


def _write(cursor: Any, table: str, rows: Any) -> None:
    if connection.vendor == "postgresql":
        with cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as into:
            into.write(rows)
        return
    marks = ", ".join(["%s"] * len(rows[0]))
    cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - ours
