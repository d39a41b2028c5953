"""What PostgreSQL's planner knows about a table. It looks by itself, but not in the middle of a transaction."""

from __future__ import annotations

from django.db import connection, models

MANY = 500  # rows; for fewer a plan for none is good enough


def look_again(*tables: type[models.Model], written: int) -> None:
    """Let PostgreSQL count tables into which that many rows were written; below ``MANY`` and on SQLite do nothing.

    Until then it plans for as many rows as there were when it last looked: for an empty table it compares row by row,
    and two tables of forty thousand rows keep it busy for minutes. The number of rows is known to everybody at once,
    also if the transaction is undone; what the values are like, with its end. Until then nobody else can look again.
    """
    if written < MANY or connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table._meta.db_table)}")
