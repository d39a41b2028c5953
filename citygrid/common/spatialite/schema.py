"""Schema changes that keep SpatiaLite's metadata and R-tree alive.

SQLite changes a table by copying it and renaming the copy. Django's stock editor then leaves the R-tree without its
triggers (new rows are silently not indexed) and orphans in the metadata tables, which the next foreign-key check
refuses. This editor rebuilds the index and removes the orphans right after each rename.
"""

from __future__ import annotations

from typing import Any

from django.contrib.gis.db.backends.spatialite.schema import SpatialiteSchemaEditor
from django.contrib.gis.db.models import GeometryField

_DETAIL_TABLES = (
    "geometry_columns_auth", "geometry_columns_time", "geometry_columns_statistics", "geometry_columns_field_infos",
)  # fmt: skip


class SchemaEditor(SpatialiteSchemaEditor):
    """Django's editor with the repairs above."""

    sql_drop_spatial_index = "DROP TABLE IF EXISTS idx_%(table)s_%(column)s"

    def alter_db_table(self, model: Any, old_db_table: str, new_db_table: str) -> None:
        """Rename a table, then make its spatial indexes and metadata whole again."""
        indexed: list[Any] = [
            field for field in model._meta.local_fields if isinstance(field, GeometryField) and field.spatial_index
        ]
        for field in indexed:
            self._drop_index(old_db_table, field.column)
        with _unindexed(indexed):
            super().alter_db_table(model, old_db_table, new_db_table)
        for table in _DETAIL_TABLES:
            self.execute(
                f"DELETE FROM {table} WHERE NOT EXISTS (SELECT 1 FROM geometry_columns AS g"  # noqa: S608 - fixed names
                f" WHERE g.f_table_name = {table}.f_table_name AND g.f_geometry_column = {table}.f_geometry_column)"
            )
        for field in indexed:
            self._drop_index(new_db_table, field.column)
            self.execute(self.sql_add_spatial_index % {
                "table": self.quote_name(new_db_table), "column": self.quote_name(field.column),
            })  # fmt: skip

    def _drop_index(self, table: str, column: str) -> None:
        self.execute(f'DROP TABLE IF EXISTS "idx_{table}_{column}"')


class _unindexed:
    """For a while, let the stock editor believe that the fields have no index to rename."""

    def __init__(self, fields: list[Any]) -> None:
        self.fields = fields

    def __enter__(self) -> None:
        for field in self.fields:
            field.spatial_index = False

    def __exit__(self, *exc: object) -> None:
        for field in self.fields:
            field.spatial_index = True
