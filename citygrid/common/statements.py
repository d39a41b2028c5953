"""Statements that come again and again, sent with as little between the caller and the database as there can be.

For PostgreSQL the values go apart from the SQL, and from its third time on a connection a statement is planned once and
kept. psycopg's own cursors do that too, but build all that one execution needs anew each time, which costs three times
what the asking itself costs; here what turns values into bytes and bytes into values is kept with the statement. What
reaches the caller is the same: Python's values, and Django's errors. A signal such as Ctrl-C is heeded when the answer
is there, not while it is waited for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from typing import Any, NamedTuple

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from psycopg import Error, OperationalError, ProgrammingError
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.types.numeric import Int8

_MARK = re.compile("%[%s]")
PLANNED_FROM = 3  # the first times a statement may be the only ones
MOST = 300  # statements that a connection keeps planned; then it begins anew
KNOWN = 1000  # and those that it knows at all: lists of another length are another statement


class Answer(NamedTuple):
    """The rows that came back, if the statement gives any, and how many there are or were changed."""

    rows: list[tuple[Any, ...]]
    affected: int


def run(sql: str, params: Sequence[Any] = ()) -> Answer:
    """Run a statement with ``%s`` for each value on the default database. Raises Django's database errors."""
    database: Any = connections[DEFAULT_DB_ALIAS]
    if database.vendor != "postgresql":
        with database.cursor() as cursor:
            cursor.execute(sql, params)
            return _answer(cursor)
    # What Django does before it hands out a cursor of its own, but without what it wraps around that.
    database.close_if_health_check_failed()
    database.ensure_connection()
    database.validate_thread_sharing()
    if database.queries_logged or database.execute_wrappers:
        return _watched(database, sql, params)
    database.validate_no_broken_transaction()
    kept: Kept | None = getattr(database, "_kept_statements", None)
    if kept is None or kept.connection is not database.connection:
        kept = database._kept_statements = Kept(database.connection)
    with database.wrap_database_errors:
        return kept.run(sql, params)


def whole(value: Any) -> Any:
    """Return a whole number as one of a single type, however small it is: else each mix of sizes has a plan of its own.

    For values that are compared with columns or stored in them, not for arguments of functions.
    """
    return Int8(value) if type(value) is int else value


def _watched(database: Any, sql: str, params: Sequence[Any]) -> Answer:
    made: Any = ServerBindingCursor(database.connection)  # type: ignore[call-arg]
    with database.wrap_database_errors, made as cursor:
        database._prepare_cursor(cursor).execute(sql, params)
        if database.queries_logged:
            # Django cannot name what was sent apart from its values.
            database.queries_log[-1]["sql"] = database.ops.compose_sql(sql, params)
        return _answer(cursor)


def _answer(cursor: Any) -> Answer:
    return Answer(cursor.fetchall() if cursor.description else [], cursor.rowcount)


class Kept:
    """The statements of one connection."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self._statements: dict[str, _Statement] = {}
        self._named = self._kept = 0

    def run(self, sql: str, params: Sequence[Any]) -> Answer:
        """Run it, in the transaction that Django has begun or is about to begin. Raises psycopg's errors."""
        libpq = self.connection.pgconn
        if not self.connection.autocommit and libpq.transaction_status == TransactionStatus.IDLE:
            self._begin()
        if (statement := self._statements.get(sql)) is None:
            if len(self._statements) >= KNOWN:
                self._statements.clear()
            statement = self._statements[sql] = _Statement(sql, self.connection)
        if len(params) != len(statement.formats):
            raise ProgrammingError(f"The statement has {len(statement.formats)} marks, but {len(params)} values came.")
        turning = statement.turning
        given = turning.dump_sequence(params, statement.formats)
        types, formats = turning.types or (), turning.formats
        name = statement.name_for(types, given)
        if name is None and settings.DB_PREPARE and statement.comes_again(types):
            name = self._planned(statement, types)
        if name is None:
            result = libpq.exec_params(statement.sql, given, types, formats)
        else:
            result = libpq.exec_prepared(name, given, formats)
        try:
            return statement.answer(result, name)
        except Error as error:
            self._statements.pop(sql, None)  # perhaps a table has changed, and the plan with it
            if libpq.status == ConnStatus.BAD:  # what is left of the server's reason may not say so
                raise OperationalError(str(error)) from error
            raise

    def _begin(self) -> None:
        """Begin the transaction, as psycopg does before the first statement of one."""
        connection = self.connection
        if (connection.isolation_level, connection.read_only, connection.deferrable) == (None, None, None):
            result = connection.pgconn.exec_(b"BEGIN")
            if result.status != ExecStatus.COMMAND_OK:
                raise error_from_result(result)
        else:
            connection.execute("")

    def _planned(self, statement: _Statement, types: tuple[int, ...]) -> bytes:
        libpq = self.connection.pgconn
        if self._kept >= MOST and libpq.exec_(b"DEALLOCATE ALL").status == ExecStatus.COMMAND_OK:
            for one in self._statements.values():
                one.names.clear()
            self._kept = 0
        self._named, self._kept = self._named + 1, self._kept + 1
        name = b"citygrid_%d" % self._named
        result = libpq.prepare(name, statement.sql, types)
        if result.status != ExecStatus.COMMAND_OK:
            raise error_from_result(result)
        statement.names.append((types, name))
        return name


class _Statement:
    """A statement on a connection: what turns its values into bytes and back, and the names it is planned under."""

    __slots__ = ("_read", "_times", "formats", "names", "sql", "turning")

    def __init__(self, sql: str, connection: Any) -> None:
        numbers = count(1)
        self.sql = _MARK.sub(lambda found: "%" if found[0] == "%%" else f"${next(numbers)}", sql).encode()
        self.formats = [PyFormat.AUTO] * (next(numbers) - 1)
        self.turning = Transformer.from_context(connection)
        self.names: list[tuple[tuple[int, ...], bytes]] = []
        self._times: dict[tuple[int, ...], int] = {}
        self._read: bytes | None = None  # the name under which it was planned whose columns are known how to read

    def comes_again(self, types: tuple[int, ...]) -> bool:
        """Whether it has come with values of these types so often that it is worth a plan."""
        if len(self._times) >= MOST:
            self._times.clear()
        times = self._times[types] = self._times.get(types, 0) + 1
        return times >= PLANNED_FROM

    def name_for(self, types: tuple[int, ...], given: Sequence[Any]) -> bytes | None:
        """Return the name under which it is planned for values of these types; nothing is of any type."""
        for planned, name in self.names:
            if planned == types or all(
                one == other or value is None for one, other, value in zip(types, planned, given, strict=True)
            ):
                return name
        return None

    def answer(self, result: Any, name: bytes | None) -> Answer:
        """Turn what came back into values. Raises psycopg's errors."""
        if result.status == ExecStatus.COMMAND_OK:
            return Answer([], result.command_tuples or 0)
        if result.status != ExecStatus.TUPLES_OK:
            raise error_from_result(result)
        if not (found := result.ntuples):
            return Answer([], 0)
        turning = self.turning
        # A plan never gives other columns than at first; what is not planned may.
        turning.set_pgresult(result, set_loaders=name is None or name != self._read)
        self._read = name
        rows: list[tuple[Any, ...]] = turning.load_rows(0, found, tuple)
        turning.set_pgresult(None, set_loaders=False)
        return Answer(rows, found)
