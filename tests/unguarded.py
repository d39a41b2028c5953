"""The journal's triggers, taken down for a moment: to empty the tables after a test, and to tamper in one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test import TransactionTestCase

from cases.journal import guards


@contextmanager
def unguarded() -> Iterator[Any]:
    """Yield a cursor with which the journal's tables can be changed at will."""
    guards.remove(connection)
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        guards.install(connection)


def let_tests_flush() -> None:
    """Make Django's emptying of all tables after a transactional test work although the journal refuses it."""
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def flush_unguarded(case: TransactionTestCase) -> None:
        with unguarded() as cursor:
            flush(case)
            if connection.vendor == "sqlite":  # keys without rows would be taken for removed rows
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = 'cases_event'")

    TransactionTestCase._fixture_teardown = flush_unguarded  # type: ignore[attr-defined]
