"""An empty database is migrated once and copied from then on: that alone took most of the time of a short test run.

Only SpatiaLite's, which is one file. The copy is named after everything that migrations consist of, so whoever changes
one begins anew; Django looks at it all the same, and migrates what it finds missing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

import django
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = ("*/migrations/*.py", "*/*/migrations/*.py")
USED = (
    "cases/journal/guards.py",
    "citygrid/common/crypto.py",
    "citygrid/accounts/totp.py",
)  # what they import
PARTS = (*MIGRATIONS, *USED, "citygrid/common/spatialite/*.py", "fixtures/*.*")
KEPT = 7 * 24 * 3600  # seconds; each branch has its own


def _stored() -> Path:
    digest = hashlib.sha256(django.__version__.encode())
    for path in sorted(path for part in PARTS for path in ROOT.glob(part)):
        digest.update(path.read_bytes())
    folder = Path(tempfile.gettempdir()) / f"citygrid-test-templates-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{digest.hexdigest()[:16]}.sqlite3"


def usable() -> bool:
    """Whether the engine in use keeps its database in one file."""
    return connection.vendor == "sqlite"


def fetch() -> bool:
    """Lay the copy, if there is one, where the test database is to be; say whether there was."""
    return lay(Path(settings.DATABASES["default"]["TEST"]["NAME"]))


def lay(target: Path) -> bool:
    """Lay the copy, if there is one, at ``target``, for another process to migrate and use; say whether there was."""
    stored = _stored()
    if not stored.exists():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(stored, target)
    return True


def store() -> None:
    """Keep a copy of the test database as it now is."""
    stored = _stored()
    part = stored.with_suffix(f".{os.getpid()}")
    connection.ensure_connection()
    with closing(sqlite3.connect(part)) as copy:
        connection.connection.backup(copy)
    part.replace(stored)
    for old in stored.parent.iterdir():
        if time.time() - old.stat().st_mtime > KEPT:
            old.unlink(missing_ok=True)
