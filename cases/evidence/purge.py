"""Sweep up: uploads that no case used, and files whose row was never written because the server died in between."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction

from cases.evidence import files
from cases.evidence.models import Evidence
from citygrid.common import facts

AT_ONCE = 500  # rows per run; the next run goes on
LOOK_BACK = timedelta(days=8)  # a worker may have stood still over a long holiday


def purge(at: datetime) -> tuple[int, int]:
    """Return how many unused uploads and how many stray files were removed. A periodic job."""
    return purge_unused(at), sweep_files(at)


def purge_unused(at: datetime) -> int:
    """Delete uploads not used within ``EVIDENCE_UNUSED_HOURS``, first the rows, then their files."""
    return sum(delete_unused(piece, at) for piece in Evidence.objects.unused(at)[:AT_ONCE])


def delete_unused(piece: Evidence, at: datetime) -> bool:
    """Delete one upload, unless a move has used it meanwhile; return whether it is gone."""
    with transaction.atomic():
        # One statement with its condition: who is faster, the move or the sweep, is decided by the database.
        if not Evidence.objects.unused(at).filter(pk=piece.pk).delete()[0]:
            return False
        facts.record("evidence.purged", piece, at=at, sha256=piece.sha256)
    files.remove(piece.original.name, piece.served.name, piece.thumb.name)
    return True


def sweep_files(at: datetime) -> int:
    """Delete files of the last days that no row names and that are older than ``EVIDENCE_UNUSED_HOURS``."""
    removed = 0
    before = at - timedelta(hours=settings.EVIDENCE_UNUSED_HOURS)
    for days in range(LOOK_BACK.days + 1):
        folder = files.day_folder(at - timedelta(days=days))
        with suppress(FileNotFoundError):
            removed += _sweep(folder, before)
    return removed


def _sweep(folder: str, before: datetime) -> int:
    names = {name: files.owner_of(name) for name in default_storage.listdir(folder)[1]}
    old = {name: key for name, key in names.items() if key and _modified(f"{folder}/{name}", before)}
    keys = sorted(set(filter(None, old.values())))
    known: set[str] = set()
    for start in range(0, len(keys), AT_ONCE):
        rows = Evidence.objects.filter(pk__in=keys[start : start + AT_ONCE])
        for row in rows.values_list("original", "served", "thumb"):
            known.update(row)
    stray = [f"{folder}/{name}" for name in old if f"{folder}/{name}" not in known]
    files.remove(*stray)
    return len(stray)


def _modified(name: str, before: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < before
    except FileNotFoundError:  # another worker was faster
        return False
