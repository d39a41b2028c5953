"""Keeps an uploaded file between the look and the import, in the private folder, under a name nobody can guess."""

from __future__ import annotations

import re
import secrets
from pathlib import Path, PurePath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from gridmap.importing.files import SUFFIXES, too_big, workspace

_TOKEN = re.compile(r"^[0-9a-f]{32}\.[a-z]{3,7}$")


def keep(upload: UploadedFile) -> str:
    """Store an upload; return the token that names it. Raises ``Invalid`` when it is too big."""
    name = str(upload.name)
    if (upload.size or 0) > settings.IMPORT_MAX_BYTES:
        raise too_big(name)
    suffix = PurePath(name).suffix.lower()
    token = secrets.token_hex(16) + (suffix if suffix in SUFFIXES else ".other")
    with (workspace() / token).open("wb") as target:
        for chunk in upload.chunks():
            target.write(chunk)
    return token


def kept(token: str) -> Path | None:
    """Return the file of a token; none when it is gone (they stay for a day)."""
    path = workspace() / token if _TOKEN.match(token) else None
    return path if path and path.is_file() else None


def drop(token: str) -> None:
    """Remove the file of a token."""
    if path := kept(token):
        path.unlink(missing_ok=True)
