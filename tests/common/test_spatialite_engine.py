"""The embedded engine beside the other geometry library."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.db import connection

CODE = """
import django
django.setup()
from django.db import connection
connection.ensure_connection()
import shapely
squares = [shapely.box(n, 0, n + 1, 1) for n in range(40)]
assert shapely.is_empty(shapely.coverage_invalid_edges(squares)).all()
assert shapely.coverage_is_valid(shapely.coverage_simplify(squares, 0.1))
"""


@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SpatiaLite alone")
def test_shapely_works_after_a_connection_has_loaded_spatialite(tmp_path):
    environment = {
        **os.environ, "CITYGRID_HOME": str(tmp_path), "DEBUG": "1", "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "citygrid.settings",
    }  # fmt: skip
    code = "from citygrid import sqlite_driver\nsqlite_driver.install()\n" + CODE
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert ran.returncode == 0, ran.stderr
