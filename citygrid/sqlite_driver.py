"""Make sure ``sqlite3`` can load SpatiaLite, before Django imports it.

Some interpreters are built without ``enable_load_extension``. There, ``pysqlite3`` (the same C module, built
with it) takes the place of ``sqlite3``. Every entry point calls :func:`install` first.
"""

from __future__ import annotations

import importlib
import sqlite3
import sys


def install() -> None:
    """Swap in pysqlite3 where, and only where, the interpreter's own module cannot load extensions."""
    if hasattr(sqlite3.Connection, "enable_load_extension"):
        return
    try:
        replacement = importlib.import_module("pysqlite3")
    except ImportError as missing:
        raise RuntimeError(
            "This Python's sqlite3 cannot load the SpatiaLite extension and pysqlite3-binary is not installed. "
            "Run ./run demo, which installs it, or use a PostGIS DATABASE_URL."
        ) from missing
    sys.modules["sqlite3"] = replacement
    sys.modules["sqlite3.dbapi2"] = importlib.import_module("pysqlite3.dbapi2")
