"""Querysets whose SQL is made once. For the few reads of a hot path, where building it costs more than running it.

A :class:`Prepared` is given a function from values to a queryset. The first call builds it with marks in place of the
values; later calls put their values where the marks stood, and make the same objects as the queryset would::

    BY_NUMBER = Prepared(lambda number: Case.objects.filter(number=number).select_related("area"))
    (case,) = BY_NUMBER(number="FD202611200001")

Values are whole numbers, texts, times, UUIDs, and lists of whole numbers or texts (a list of another length is another
SQL). They must reach the database as they are: compare columns with them, and nothing else. ``prefetch_related`` is not
followed. A queryset of ``values_list`` gives tuples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models.query import get_related_populators

from citygrid.common.hydrate import Maker, Related, maker
from citygrid.common.statements import run, whole

_FIRST = datetime(1871, 1, 18, tzinfo=UTC)
_SIZES = (10, 50, 200)


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """SQL with what is needed to turn its rows into objects."""

    sql: str
    params: tuple[tuple[str, int | None] | Any, ...]
    slots: frozenset[int]  # positions in params that are (name of the value, index in the list)
    converted: tuple[tuple[int, Any], ...]  # (column, expression) whose values the database does not give as they are
    make: Maker | None  # None for a queryset of values, whose rows stay tuples
    span: tuple[int, int]
    related: tuple[Related, ...]
    annotations: tuple[tuple[str, int], ...]


def filled(keys: Sequence[int]) -> list[int]:
    """Return the keys, of which there are some, the last one repeated up to one of few lengths: few SQLs are made."""
    size = next((size for size in _SIZES if size >= len(keys)), len(keys))
    return [*keys, *[keys[-1]] * (size - len(keys))]


class Prepared:
    """A queryset as a function; see the top of this module."""

    def __init__(self, build: Callable[..., Any]) -> None:
        self.build = build
        self._made: dict[Any, _Made | None] = {}

    def __call__(self, **values: Any) -> list[Any]:
        """Run it and return its objects."""
        shape = tuple(len(value) if isinstance(value, list) else -1 for value in values.values())
        key = (connection.vendor, shape)
        if key not in self._made:
            self._made[key] = _make(self.build, values)
        made = self._made[key]
        return _run(made, values) if made is not None else []


def _run(made: _Made, values: Mapping[str, Any]) -> list[Any]:
    database: Any = connections[DEFAULT_DB_ALIAS]
    params = [
        _value(database, values, *param) if position in made.slots else param
        for position, param in enumerate(made.params)
    ]
    rows = run(made.sql, params).rows
    conversions = _conversions(made, database) if made.converted else ()
    start, end = made.span
    found = []
    for raw in rows:
        row: Any = raw
        if conversions:
            row = list(raw)
            for column, converters, expression in conversions:
                value = row[column]
                for convert in converters:
                    value = convert(value, expression, database)
                row[column] = value
        if made.make is None:
            found.append(tuple(row))
            continue
        thing = made.make(database.alias, row[start:end])
        for one in made.related:
            one.populate(row, thing)
        for name, column in made.annotations:
            setattr(thing, name, row[column])
        found.append(thing)
    return found


def _conversions(made: _Made, database: Any) -> tuple[tuple[int, tuple[Any, ...], Any], ...]:
    """Return what converts the columns that need it; what reads geometries belongs to the thread, as the connection."""
    kept: dict[_Made, Any] = database.__dict__.setdefault("_kept_conversions", {})
    found: tuple[tuple[int, tuple[Any, ...], Any], ...] | None = kept.get(made)
    if found is None:
        found = kept[made] = tuple(
            (column, (*database.ops.get_db_converters(expression), *expression.get_db_converters(database)), expression)
            for column, expression in made.converted
        )
    return found


def _value(database: Any, values: Mapping[str, Any], name: str, index: int | None) -> Any:
    value = values[name] if index is None else values[name][index]
    if isinstance(value, datetime):
        return database.ops.adapt_datetimefield_value(value)
    return _stored(value) if isinstance(value, UUID) else whole(value)


def _stored(value: UUID) -> UUID | str:
    return value if connection.features.has_native_uuid_field else value.hex


def _make(build: Callable[..., Any], values: Mapping[str, Any]) -> _Made | None:
    """Build the queryset with marks and find them again among its parameters; ``None`` if it can have no rows."""
    marks: dict[Any, tuple[str, int | None]] = {}

    def mark(name: str, index: int | None, value: Any) -> Any:
        number = len(marks)
        if isinstance(value, datetime):
            made: Any = _FIRST + timedelta(days=number)
            marks[connection.ops.adapt_datetimefield_value(made)] = (name, index)
            return made
        if isinstance(value, UUID):
            made = UUID(int=(1_618_033_988 << 64) + number)
            marks[_stored(made)] = (name, index)
            return made
        made = f"\uf8ff{number}" if isinstance(value, str) else -1_618_033_988 - number
        marks[made] = (name, index)
        return made

    marked = {
        name: [mark(name, index, one) for index, one in enumerate(value)]
        if isinstance(value, list)
        else mark(name, None, value)
        for name, value in values.items()
    }
    queryset = build(**marked)
    compiler = queryset.query.get_compiler(connection=connection)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    select, info = compiler.select, compiler.klass_info if queryset._fields is None else None
    converters = compiler.get_converters([one[0] for one in select])  # column → (converters, expression)
    columns = info["select_fields"] if info else [0]
    populators: Any = get_related_populators(info, select, connection.alias) if info else ()  # type: ignore[call-arg]
    start, end = columns[0], columns[-1] + 1
    return _Made(
        sql=sql,
        params=tuple(marks.get(param, param) if _can_be_mark(param) else param for param in params),
        slots=frozenset(at for at, param in enumerate(params) if _can_be_mark(param) and param in marks),
        converted=tuple((column, pair[1]) for column, pair in converters.items()),
        make=maker(info["model"], tuple(one[0].target.attname for one in select[start:end])) if info else None,
        span=(start, end),
        related=tuple(Related(one) for one in populators),
        annotations=tuple(compiler.annotation_col_map.items()),
    )


def _can_be_mark(param: Any) -> bool:
    return isinstance(param, int | str | datetime | UUID) and not isinstance(param, bool)
