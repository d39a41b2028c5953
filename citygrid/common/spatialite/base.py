"""Django's SpatiaLite backend, with a lighter metadata set-up.

Django calls ``InitSpatialMetaDataFull``, whose ISO-metadata triggers newer SQLite versions refuse on the next
table rename (Django ticket #32935). CityGrid needs none of that metadata: ``InitSpatialMetaData`` is enough.
"""

from __future__ import annotations

# Loaded for its effect, and before any connection is. SQLite loads mod_spatialite with its symbols visible to all, and
# with it the system's GEOS; a Shapely that is loaded later binds its own, newer GEOS to those, and the process crashes.
import shapely  # noqa: F401
from django.contrib.gis.db.backends.spatialite import base

from citygrid.common.spatialite.schema import SchemaEditor


class DatabaseWrapper(base.DatabaseWrapper):
    """SpatiaLite without the ISO-metadata triggers, with a schema editor that keeps the R-tree alive."""

    SchemaEditorClass = SchemaEditor

    def prepare_database(self) -> None:
        """Create the spatial metadata tables once per database."""
        with self.cursor() as cursor:
            cursor.execute("PRAGMA table_info(geometry_columns);")
            if not cursor.fetchall():
                cursor.execute("SELECT InitSpatialMetaData(1)")
