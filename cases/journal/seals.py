"""Seals: what ties the chains of all subjects together, so that no row can vanish from any of them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.db import IntegrityError, connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cases.journal.models import Event, Seal
from citygrid.common import crypto
from citygrid.common.errors import Busy

PATIENCE = timedelta(minutes=10)
_POLL_SECONDS = 0.2
_TURNS = """
    SELECT virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND relation = 'cases_event_id_seq'::regclass AND mode = 'RowExclusiveLock'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()
"""
log = structlog.get_logger("citygrid.journal")


class SealHash:
    """The hash of one seal: over the seal before, every event's key and hash in order of the keys, and the sums."""

    def __init__(self, previous_hash: str) -> None:
        self._mac = crypto.mac("journal/seal")
        self._mac.update(previous_hash.encode())

    def add(self, event_id: int, event_hash: str) -> None:
        """Take in one event."""
        self._mac.update(f"\n{event_id} {event_hash}".encode())

    def close(self, *, up_to: int, events: int, sealed_at: datetime) -> str:
        """Return the hash."""
        when = sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
        self._mac.update(f"\n= {up_to} {events} {when}".encode())
        return self._mac.hexdigest()


def seal(at: datetime, *, patience: timedelta = PATIENCE) -> Seal | None:
    """Seal everything recorded so far; return the seal, or ``None`` where nothing is new.

    The seal is also logged (``journal_sealed``): whoever keeps the logs elsewhere can later show it to
    ``verify_journal --seal``, which then proves that no later one was taken away.

    Raises :class:`Busy` when a transaction that had begun to write goes on for longer than ``patience``, or when
    somebody else seals at the same time.
    """
    up_to = Event.objects.aggregate(last=Max("id"))["last"]
    last = Seal.objects.order_by("-up_to").first()
    if up_to is None or (last and up_to <= last.up_to):
        return None
    _wait_for_writers(patience)
    sealed = SealHash(last.hash if last else "")
    count = last.events if last else 0
    rows = Event.objects.filter(id__gt=last.up_to if last else 0, id__lte=up_to).order_by("id")
    for event_id, event_hash in rows.values_list("id", "hash").iterator(chunk_size=5000):
        sealed.add(event_id, event_hash)
        count += 1
    new = Seal(up_to=up_to, events=count, sealed_at=at, previous_hash=last.hash if last else "")
    new.hash = sealed.close(up_to=up_to, events=count, sealed_at=at)
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError as error:  # the seal before has a successor by now
        raise Busy(_("Somebody else sealed the journal at this moment. There is nothing left to do.")) from error
    log.info("journal_sealed", up_to=up_to, events=count, seal=new.hash)
    return new


def _wait_for_writers(patience: timedelta) -> None:
    """Return when every transaction that holds a key up to now has ended; stops no writer.

    Keys are handed out in order but may be committed in another. Taking a key locks the sequence until the end of
    the transaction, so those who hold one are the holders of that lock. New ones get higher keys and do not matter.
    On SQLite a key is taken under the write lock, so there is nobody to wait for.
    """
    if connection.vendor != "postgresql":
        return
    deadline = time.monotonic() + patience.total_seconds()
    waiting = _holders()
    while waiting := waiting & _holders():
        if time.monotonic() > deadline:
            raise Busy(_("A long transaction is still writing to the journal. Seal it again when that has ended."))
        time.sleep(_POLL_SECONDS)


def _holders() -> set[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_TURNS)
        return {row[0] for row in cursor.fetchall()}
