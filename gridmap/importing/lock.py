"""One import at a time in the whole installation. The lock dies with the process that holds it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from citygrid.common.errors import Conflict

_KEY = 0x67726964_01  # any fixed number that nothing else in the database uses


@contextmanager
def one_import() -> Iterator[None]:
    """Hold the lock. Raises ``Conflict`` at once when another import holds it.

    PostgreSQL keeps it for the transaction that this opens, so it also holds across machines. SQLite has one machine:
    a lock on a file leaves the database free for everybody else until the import really writes.
    """
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_KEY])
                free = cursor.fetchone()[0]
            if not free:
                raise _busy()
            yield
        return
    with (Path(settings.HOME) / "import.lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy() from None
        yield


def _busy() -> Conflict:
    return Conflict(_("Another import of areas is running. Wait until it ends, then try again."), code="import_running")
