"""Hand a file out: which bytes, under which name, in which pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from cases.evidence.files import CHUNK
from cases.evidence.kinds import BY_MEDIA_TYPE
from cases.evidence.models import Evidence
from cases.evidence.watermark import mark
from citygrid.common.errors import NotFound

_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")
LARGEST_PART = 4 * 1024 * 1024  # an answer to a range may be shorter than asked for; players ask on


@dataclass(slots=True)
class Part:
    """An open file with what its answer says."""

    file: IO[bytes]
    size: int
    media_type: str
    name: str
    tag: str  # changes when the bytes change

    def range(self, header: str) -> tuple[int, int] | None:
        """Return first and last byte of a single asked range, ``None`` to answer the whole. Raises ``ValueError``."""
        found = _RANGE.match(header.strip())
        if not found or found.groups() == ("", ""):
            return None
        if found[1]:
            first, last = int(found[1]), int(found[2]) if found[2] else self.size - 1
        else:
            first, last = max(0, self.size - int(found[2])), self.size - 1
        if first >= self.size or last < first:
            raise ValueError(header)
        return first, min(last, self.size - 1, first + LARGEST_PART - 1)

    def pieces(self, first: int, last: int) -> Iterator[bytes]:
        """Read from the first byte to the last. Whoever answers closes the file."""
        self.file.seek(first)
        left = last - first + 1
        while left > 0 and (chunk := self.file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


def thumb_of(piece: Evidence) -> Part:
    """Return the thumbnail. Raises ``NotFound`` for files that have none."""
    if not piece.thumb:
        raise NotFound(_("This file has no thumbnail; ask for size=full."))
    return _part(piece, piece.thumb.name, "image/jpeg", "thumb")


def served_of(piece: Evidence) -> Part:
    """Return the cleaned copy; a photo of a case carries the watermark."""
    mark(piece)
    media_type = "image/jpeg" if piece.is_photo else piece.media_type
    try:
        return _part(piece, piece.served.name, media_type, "marked" if piece.marked else "full")
    except FileNotFoundError:  # marked by somebody else since the row was read
        piece.refresh_from_db(fields=["served", "marked"])
        return _part(piece, piece.served.name, media_type, "marked" if piece.marked else "full")


def original_of(piece: Evidence) -> Part:
    """Return the bytes as they came in."""
    return _part(piece, piece.original.name, piece.media_type, "original")


def _part(piece: Evidence, stored: str | None, media_type: str, role: str) -> Part:
    file = piece.original.storage.open(str(stored))
    name = f"{piece.sha256[:12]}-{role}.{BY_MEDIA_TYPE[media_type].extension}"
    return Part(file, file.size, media_type, name, f"{piece.sha256[:20]}-{role}")
