"""Where the files lie: ``evidence/YYYY/MM/DD/<uuid>-<role>.<extension>`` below ``MEDIA_ROOT``.

The sender's file name is never part of a path. A file is written before the row that names it, and a row is deleted
before its files, so that a crash at any moment leaves no row without its file; files without a row are swept up by
:mod:`cases.evidence.purge`.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any
from uuid import UUID

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

ROOT = "evidence"
CHUNK = 64 * 1024


def day_folder(at: datetime) -> str:
    """Return the folder of a day (UTC)."""
    return f"{ROOT}/{at.astimezone(UTC):%Y/%m/%d}"


def name_for(key: UUID, role: str, extension: str, at: datetime) -> str:
    """Return the path of one of a piece's files, relative to the storage."""
    return f"{day_folder(at)}/{key}-{role}.{extension}"


def owner_of(filename: str) -> UUID | None:
    """Return the key in a file's name, or ``None`` for a file that is not ours."""
    try:
        return UUID(filename[:36])
    except ValueError:
        return None


def sha256_of(stream: IO[bytes]) -> tuple[str, int]:
    """Return the hex digest and the number of bytes of a file; it is read in small pieces and left at its beginning."""
    digest, size = hashlib.sha256(), 0
    for chunk in chunks(stream):
        digest.update(chunk)
        size += len(chunk)
    stream.seek(0)
    return digest.hexdigest(), size


def chunks(stream: IO[bytes], *, start: int = 0) -> Iterator[bytes]:
    """Read a file from ``start`` to its end in small pieces."""
    stream.seek(start)
    while chunk := stream.read(CHUNK):
        yield chunk


def write(name: str, content: bytes | IO[bytes]) -> str:
    """Store a file and return the name it got."""
    file: Any = ContentFile(content) if isinstance(content, bytes) else File(content)
    return str(default_storage.save(name, file))


def scratch() -> IO[bytes]:
    """Return a temporary file that is kept in memory while it is small."""
    return tempfile.SpooledTemporaryFile(max_size=4 * 1024 * 1024)


def remove(*names: str | None) -> None:
    """Delete files; names of files that are gone already are passed over."""
    for name in names:
        if name:
            default_storage.delete(name)
