"""Short videos in WebM (RFC 8794, RFC 9559), as browsers record them: elements are read, pictures are not."""

from __future__ import annotations

import struct
from typing import IO

from cases.evidence.files import chunks
from cases.evidence.findings import Findings
from cases.evidence.limits import too_long
from cases.evidence.refusals import damaged

_HEADER, _DOCTYPE, _SEGMENT = 0x1A45DFA3, 0x4282, 0x18538067
_INFO, _SCALE, _DURATION, _DATE, _TITLE = 0x1549A966, 0x2AD7B1, 0x4489, 0x4461, 0x7BA9
_TRACKS, _TRACK, _VIDEO, _WIDTH, _HEIGHT = 0x1654AE6B, 0xAE, 0xE0, 0xB0, 0xBA
_CLUSTER, _CLUSTER_TIME = 0x1F43B675, 0xE7
_TAGS, _ATTACHMENTS = 0x1254C367, 0x1941A469
_INTO = {_SEGMENT, _INFO, _TRACKS, _TRACK, _VIDEO, _CLUSTER}
_TELLING = {_TAGS, _ATTACHMENTS, _DATE, _TITLE}
_MOST_ELEMENTS = 200_000


def examine(stream: IO[bytes], size: int) -> Findings:
    """Return length and size of the picture. Raises ``Invalid`` for a damaged or too long video."""
    film = _Film(stream)
    film.read(0, size)
    found = Findings(width=film.numbers.get(_WIDTH), height=film.numbers.get(_HEIGHT), served_extension="webm")
    if film.doctype != b"webm" or not found.width or not film.clusters:
        raise damaged()
    # A recording sent while it ran does not say its length; its last cluster then tells when it was nearly over.
    ticks = film.duration or float(film.numbers.get(_CLUSTER_TIME, 0))
    found.seconds = ticks * film.numbers.get(_SCALE, 1_000_000) / 1e9
    too_long(found.seconds)
    found.clean = film.clean
    return found


class _Film:
    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.numbers: dict[int, int] = {}  # the last seen of each element of interest
        self.doctype = b""
        self.duration = 0.0
        self.clusters = self.elements = 0
        self.patches: list[tuple[int, bytes]] = []

    def read(self, start: int, end: int) -> None:
        """Walk the elements between two positions. One of unknown size is entered and ends where its parent does."""
        at = start
        while at < end:
            self.elements += 1
            if self.elements > _MOST_ELEMENTS:
                raise damaged()
            head_at = at
            key, at = self._number(at, end, marked=True)
            length, at = self._number(at, end)
            if key in _INTO and length is None:
                self.clusters += key == _CLUSTER
                continue
            if key is None or length is None or at + length > end:
                raise damaged()
            self._element(key, head_at, at, length)
            at += length

    def _element(self, key: int, head_at: int, body: int, length: int) -> None:
        if key in _INTO or key == _HEADER:
            self.clusters += key == _CLUSTER
            self.read(body, body + length)
        elif key in (_SCALE, _WIDTH, _HEIGHT, _CLUSTER_TIME):
            self.numbers[key] = int.from_bytes(self._bytes(body, min(length, 8)), "big")
        elif key == _DOCTYPE:
            self.doctype = self._bytes(body, min(length, 16)).rstrip(b"\0")
        elif key == _DURATION and length in (4, 8):
            value = struct.unpack(">f" if length == 4 else ">d", self._bytes(body, length))[0]
            self.duration = value if 0 < value < 1e12 else 0.0
        elif key in _TELLING:
            self.patches.append((head_at, _void(body + length - head_at)))

    def _bytes(self, at: int, length: int) -> bytes:
        self.stream.seek(at)
        return self.stream.read(length)

    def _number(self, at: int, end: int, *, marked: bool = False) -> tuple[int | None, int]:
        """Read a number of variable length; ``None`` stands for “unknown”. Ids keep their length marker."""
        first = self._bytes(at, 1)
        if not first or not first[0]:
            raise damaged()
        length = 9 - first[0].bit_length()
        raw = self._bytes(at, length)
        if len(raw) < length or at + length > end:
            raise damaged()
        value = int.from_bytes(raw, "big")
        if marked:
            return value, at + length
        value &= (1 << 7 * length) - 1
        return (None if value == (1 << 7 * length) - 1 else value), at + length

    def clean(self, original: IO[bytes], copy: IO[bytes]) -> None:
        """Copy the film with its patches."""
        for chunk in chunks(original):
            copy.write(chunk)
        for at, new in self.patches:
            copy.seek(at)
            copy.write(new)


def _void(length: int) -> bytes:
    """Return an element of ``length`` bytes in all that means nothing (RFC 8794 §11.3.2)."""
    wide = min(8, length - 1)
    rest = length - 1 - wide
    return b"\xec" + (rest | 1 << 7 * wide).to_bytes(wide, "big") + bytes(rest)
