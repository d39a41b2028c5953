"""Writes of hot tables, whose SQL is made once and which PostgreSQL plans once for a connection.

A model with the base :class:`Saving` is saved as ever: ``save()``, its checks and its signals are Django's. Only the
last step, the one ``INSERT`` or ``UPDATE``, goes out as a statement made before. Expressions as values and other
databases than the default one take Django's own way. :func:`change` is ``filter(…).update(…)`` in the same manner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models

from citygrid.common.statements import run, whole

_SQL: dict[Any, str] = {}


class Saving(models.Model):
    """Base of a model whose rows are written often."""

    class Meta:
        abstract = True

    def must_be_stored(self) -> dict[str, Any]:
        """Return what the stored row must still hold for an update to succeed, by name of column."""
        return {}

    def _do_insert(self, manager: Any, using: Any, fields: Any, returning_fields: Any, raw: Any) -> Any:
        database: Any = connections[using]
        values = [field.pre_save(self, True) for field in fields]
        returned = list(returning_fields)
        if (
            raw or using != DEFAULT_DB_ALIAS or _has_expression(values)
            or returned not in ([], [self._meta.auto_field])
            or (returned and not database.features.can_return_columns_from_insert)
        ):  # fmt: skip
            return super()._do_insert(manager, using, fields, returning_fields, raw)  # type: ignore[misc]
        places = _placeholders(fields, values, database)
        names = tuple([field.column for field in fields])
        key = (database.vendor, self._meta.db_table, names, places)
        if (sql := _SQL.get(key)) is None:
            quote = database.ops.quote_name
            sql = (
                f"INSERT INTO {quote(self._meta.db_table)} ({', '.join(map(quote, names))})"  # noqa: S608 - names
                f" VALUES ({', '.join(places)})"
            )
            if returned:
                sql += f" RETURNING {quote(returned[0].column)}"
            _SQL[key] = sql
        answer = run(sql, _prepared(fields, values, database))
        return answer.rows if returned else []

    def _do_update(
        self, base_qs: Any, using: Any, pk_val: Any, values: Any, update_fields: Any, forced_update: Any, *more: Any
    ) -> Any:
        where = self.must_be_stored()
        if not values or using != DEFAULT_DB_ALIAS or _has_expression([one[2] for one in values]):
            kept = base_qs.filter(**where) if where else base_qs
            return super()._do_update(kept, using, pk_val, values, update_fields, forced_update, *more)
        fields, given = [one[0] for one in values], [one[2] for one in values]
        return _update(type(self), fields, given, {self._meta.pk.attname: pk_val, **where}) > 0


def change(model: Any, where: Mapping[str, Any], **values: Any) -> int:
    """Set columns of the rows where others hold exactly these values (``None``: hold nothing); return how many.

    ``where`` and ``values`` go by the names of the fields; a key's value is that of its column or an object.
    """
    fields = [model._meta.get_field(name) for name in values]
    plain = [getattr(value, "pk", value) for value in values.values()]
    return _update(model, fields, plain, {model._meta.get_field(name).attname: value for name, value in where.items()})


def _update(model: Any, fields: Sequence[Any], values: Sequence[Any], where: Mapping[str, Any]) -> int:
    database: Any = connections[DEFAULT_DB_ALIAS]
    places = _placeholders(fields, values, database)
    names = tuple([field.column for field in fields])
    empty = tuple([name for name, value in where.items() if value is None])
    key = (database.vendor, model._meta.db_table, names, places, tuple(where), empty)
    conditions = [(model._meta.get_field(name), value) for name, value in where.items()]
    if (sql := _SQL.get(key)) is None:
        quote = database.ops.quote_name
        changes = ", ".join(f"{quote(name)} = {place}" for name, place in zip(names, places, strict=True))
        tests = " AND ".join(
            f"{quote(field.column)} {'IS NULL' if value is None else '= %s'}" for field, value in conditions
        )
        sql = _SQL[key] = f"UPDATE {quote(model._meta.db_table)} SET {changes} WHERE {tests}"  # noqa: S608 - names
    params = _prepared(fields, values, database)
    params += [whole(field.get_db_prep_value(value, database)) for field, value in conditions if value is not None]
    return run(sql, params).affected


def _has_expression(values: Sequence[Any]) -> bool:
    return any(hasattr(value, "resolve_expression") for value in values)


def _placeholders(fields: Sequence[Any], values: Sequence[Any], database: Any) -> tuple[str, ...]:
    """Return what stands for each value: a geometry's depends on its reference system."""
    return tuple(
        [
            field.get_placeholder(value, None, database) if hasattr(field, "get_placeholder") else "%s"
            for field, value in zip(fields, values, strict=True)
        ]
    )


def _prepared(fields: Sequence[Any], values: Sequence[Any], database: Any) -> list[Any]:
    return [whole(field.get_db_prep_save(value, database)) for field, value in zip(fields, values, strict=True)]
