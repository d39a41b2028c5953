"""Statements that are kept on a connection answer as Django's cursors do, the first time and the tenth."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, ProgrammingError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from cases.deadlines.models import Clock
from citygrid.common import statements
from citygrid.common.prepared import Prepared
from citygrid.common.statements import PLANNED_FROM, run

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = PLANNED_FROM + 2


def on_postgis(test):
    """What only PostgreSQL keeps."""
    skipped = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no statements")
    return pytest.mark.postgis(skipped(test))


@pytest.fixture
def table():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (id integer PRIMARY KEY, name text, at timestamptz, size bigint)")
    yield "kept"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE kept")


def names_kept() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements")
        return {row[0] for row in cursor.fetchall()}


def test_rows_and_numbers_come_back_each_time(table):
    for number in range(TIMES):
        assert run("INSERT INTO kept (id, name) VALUES (%s, %s)", [number, f"第{number}"]) == ([], 1)
    for number in range(TIMES):
        assert run("SELECT id, name FROM kept WHERE id >= %s ORDER BY id", [number]).rows == [
            (one, f"第{one}") for one in range(number, TIMES)
        ]
    assert run("SELECT id FROM kept WHERE id > %s", [99]).rows == []
    assert run("UPDATE kept SET name = %s WHERE id < %s", ["x", 3]).affected == 3
    assert run("SELECT name FROM kept WHERE name LIKE 'x%%' AND id = %s", [1]).rows == [("x",)]


def test_nothing_and_small_and_large_numbers_take_turns(table):
    given = [1, None, 70_000, 2**40, None, -1, 0, 2**62] * 2
    for number, size in enumerate(given):
        run("INSERT INTO kept (id, size) VALUES (%s, %s)", [number, size])
    assert [row[0] for row in run("SELECT size FROM kept ORDER BY id").rows] == given
    assert [run("SELECT count(*) FROM kept WHERE size = %s", [size]).rows[0][0] for size in (70_000, 2**40)] == [2, 2]


@on_postgis
def test_values_are_those_of_djangos_cursors():
    given: Any = [
        7, 2**40, "市容%", None, True, Decimal("1.50"), 1.5, date(2026, 11, 20), uuid.UUID(int=5), b"\0\xff",
        datetime(2026, 11, 20, 1, 2, 3, 4, tzinfo=UTC), [1, 2], ["a", "b"],
    ]  # fmt: skip
    kinds = ("int", "bigint", "text", "text", "bool", "numeric", "float8", "date", "uuid", "bytea", "timestamptz",
             "int[]", "text[]")  # fmt: skip
    sql = "SELECT " + ", ".join(f"%s::{kind}" for kind in kinds) + ", '{\"a\": [1]}'::jsonb, now() - now()"
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        theirs = cursor.fetchall()
    for _time in range(TIMES):
        ours = run(sql, given).rows
        assert [list(map(_plain, row)) for row in ours] == [list(map(_plain, row)) for row in theirs]
    with CaptureQueriesContext(connection) as sent:
        assert [list(map(_plain, row)) for row in run(sql, given).rows] == [list(map(_plain, row)) for row in theirs]
    assert len(sent) == 1


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview | bytes) else value


def test_a_broken_rule_is_djangos_error_and_the_next_one_works(table):
    for _time in range(TIMES):
        run("INSERT INTO kept (id) VALUES (%s)", [1])
        with pytest.raises(IntegrityError), transaction.atomic():
            run("INSERT INTO kept (id) VALUES (%s)", [1])
        assert run("DELETE FROM kept WHERE id = %s", [1]).affected == 1
    with pytest.raises((ProgrammingError, OperationalError)):
        run("SELECT nonsense FROM kept")


def test_what_is_taken_back_leaves_nothing_and_a_broken_transaction_is_told(table):
    for _time in range(TIMES):
        with transaction.atomic():
            run("INSERT INTO kept (id) VALUES (%s)", [2])
            with pytest.raises(IntegrityError), transaction.atomic():
                run("INSERT INTO kept (id) VALUES (%s)", [3])
                run("INSERT INTO kept (id) VALUES (%s)", [3])
            assert run("SELECT id FROM kept").rows == [(2,)]
            transaction.set_rollback(True)
        assert run("SELECT id FROM kept").rows == []
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            run("SELECT id FROM kept")


@on_postgis
def test_a_statement_is_planned_once_after_a_few_times_and_survives_a_rollback():
    before = names_kept()
    for number in range(TIMES):
        run("SELECT %s + 40000", [50_000 + number])
        with transaction.atomic():
            run("SELECT 71003")
            transaction.set_rollback(True)
    (one, two) = names_kept() - before
    assert one != two
    run("SELECT %s + 40000", [60_000])
    assert names_kept() - before == {one, two}


@on_postgis
def test_small_and_large_keys_share_a_plan():
    by_keys = Prepared(lambda keys: Clock.objects.filter(pk__in=keys))
    before = names_kept()
    for number in range(12):
        by_keys(keys=[number, 40_000 * (number % 3), 2**33 * (number % 2)])
    assert len(names_kept() - before) == 1


@on_postgis
def test_what_comes_seldom_with_the_same_types_has_no_plan():
    before = names_kept()
    for number in range(PLANNED_FROM * 4):
        value: Any = [number, 70_000 + number, 2**40 + number, Decimal(number)][number % 4]
        assert run("SELECT %s + 81007", [value]).rows == [(value + 81_007,)]
    assert len(names_kept() - before) == 4
    assert run("SELECT %s AS told", [5]).rows == [(5,)]
    assert run("SELECT %s AS told", ["abc"]).rows == [("abc",)]
    assert run("SELECT %s AS told", ["7"]).rows == [("7",)]


@on_postgis
def test_columns_that_came_later_are_read_though_nothing_is_planned(table, settings):
    settings.DB_PREPARE = False
    run("INSERT INTO kept (id, size) VALUES (1, 5)")
    assert run("SELECT * FROM kept").rows == [(1, None, None, 5)]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kept ADD COLUMN a text DEFAULT 'new', ADD COLUMN b int DEFAULT 7")
    assert run("SELECT * FROM kept").rows == [(1, None, None, 5, "new", 7)]


@on_postgis
@pytest.mark.parametrize("values", [[], [1], [1, 2, 3]])
def test_too_many_or_too_few_values_are_refused(values):
    with pytest.raises(ProgrammingError, match="2 marks"):
        run("SELECT %s + %s", values)


@on_postgis
def test_no_more_than_so_many_are_kept(monkeypatch):
    monkeypatch.setattr(statements, "MOST", 5)
    monkeypatch.setattr(statements, "KNOWN", 7)
    for _round in range(2):
        for number in range(12):
            for _time in range(TIMES):
                assert run(f"SELECT {number} + %s", [number]).rows == [(2 * number,)]
            assert len(names_kept()) <= 5
            assert len(connection._kept_statements._statements) <= 7  # type: ignore[attr-defined]


@on_postgis
def test_behind_a_pooler_nothing_is_kept(settings):
    settings.DB_PREPARE = False
    before = names_kept()
    for number in range(TIMES):
        assert run("SELECT %s + 81000", [number]).rows == [(81_000 + number,)]
    assert names_kept() == before


@on_postgis
def test_a_table_that_changed_is_read_anew(table):
    run("INSERT INTO kept (id, size) VALUES (1, 5)")
    for _time in range(TIMES):
        assert run("SELECT * FROM kept").rows == [(1, None, None, 5)]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kept ADD COLUMN more text DEFAULT 'new'")
    with pytest.raises(Exception, match="cached plan"):  # so it is for every connection that was there before
        run("SELECT * FROM kept")
    assert run("SELECT * FROM kept").rows == [(1, None, None, 5, "new")]


@on_postgis
def test_another_connection_begins_anew():
    for _time in range(TIMES):
        run("SELECT %s + 91000", [1])
    assert names_kept()
    connection.close()
    assert run("SELECT %s + 91000", [2]).rows == [(91_002,)]
    assert names_kept() == set()


@on_postgis
@pytest.mark.parametrize("ended_by", ["us", "the server"])
def test_a_lost_connection_is_djangos_error(ended_by):
    own = run("SELECT pg_backend_pid()").rows[0][0]
    if ended_by == "us":
        connection.connection.close()
    else:
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [own])
        other.close()
    with pytest.raises(OperationalError):
        run("SELECT 1")
    connection.close()
    assert run("SELECT 1").rows == [(1,)]
