"""Short videos in MP4 and its kin (ISO/IEC 14496-12): only the boxes are read; the pictures are left to the viewer.

The served copy has the same bytes but for what tells place, device and time: such boxes become ``free`` boxes full of
zeros, which moves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import IO

from cases.evidence.files import chunks
from cases.evidence.findings import Findings
from cases.evidence.limits import too_long
from cases.evidence.refusals import damaged

_EPOCH = datetime(1904, 1, 1, tzinfo=UTC)
_SANE = datetime(1990, 1, 1, tzinfo=UTC)
_TELLING = {b"udta", b"meta", b"uuid"}
_CONTAINERS = {b"moov", b"trak", b"mdia", b"mvex"}
_DATED = {b"mvhd", b"tkhd", b"mdhd"}
_MOST_BOXES = 20_000
_LARGEST_HEADER = 1024 * 1024  # bytes of a box that are read into memory
_PLACE = re.compile(rb"([+-]\d{2}(?:\.\d{1,8})?)([+-]\d{3}(?:\.\d{1,8})?)(?:[+-]\d{1,6}(?:\.\d{1,8})?)?/")  # ISO 6709


@dataclass(frozen=True, slots=True)
class Box:
    """One box: where its header and its body begin, and where it ends."""

    type: bytes
    at: int
    body: int
    end: int


def examine(stream: IO[bytes], size: int) -> Findings:
    """Return length, size of the picture, time and place. Raises ``Invalid`` for a damaged or too long video."""
    found = Findings(served_extension="mp4")
    film = _Film(stream, found)
    film.read(0, size)
    if not film.has_picture or not film.has_data:
        raise damaged()
    too_long(found.seconds)
    found.clean = film.clean
    return found


class _Film:
    def __init__(self, stream: IO[bytes], found: Findings) -> None:
        self.stream, self.found = stream, found
        self.has_picture = self.has_data = False
        self.boxes = 0
        self.patches: list[tuple[int, bytes]] = []  # position, new bytes

    def read(self, start: int, end: int, *, inside: bool = False) -> None:
        """Walk the boxes between two positions, and into those that hold others."""
        for box in self._walk(start, end):
            if box.type in _CONTAINERS:
                self.read(box.body, box.end, inside=True)
            elif box.type in _TELLING:
                self._read_place(box)
                self._blank(box)
            elif box.type in _DATED:
                self._read_dated(box)
            elif box.type == b"mdat":
                self.has_data = self.has_data or box.end > box.body
            elif box.type == b"hdlr" and inside:
                self.has_picture = self.has_picture or self._bytes(box, 12)[8:12] == b"vide"

    def _walk(self, start: int, end: int) -> Iterator[Box]:
        at = start
        while at < end:
            self.boxes += 1
            self.stream.seek(at)
            head = self.stream.read(min(16, end - at))
            if len(head) < 8 or self.boxes > _MOST_BOXES:
                raise damaged()
            length, body = int.from_bytes(head[:4], "big"), at + 8
            if length == 1 and len(head) == 16:
                length, body = int.from_bytes(head[8:], "big"), at + 16
            elif length == 0:  # to the end of the file
                length = end - at
            if length < body - at or at + length > end:
                raise damaged()
            yield Box(head[4:8], at, body, at + length)
            at += length

    def _bytes(self, box: Box, most: int) -> bytes:
        self.stream.seek(box.body)
        return self.stream.read(min(box.end - box.body, most))

    def _read_place(self, box: Box) -> None:
        match = _PLACE.search(self._bytes(box, _LARGEST_HEADER))
        if match:
            lat, lon = float(match[1]), float(match[2])
            if abs(lat) <= 90 and abs(lon) <= 180 and (lat or lon):
                self.found.place = (lon, lat)

    def _read_dated(self, box: Box) -> None:
        body = self._bytes(box, 128)
        wide = body[:1] == b"\x01"
        times = 16 if wide else 8  # bytes of the times of creation and of change
        if len(body) < 4 + times + (12 if wide else 8):
            raise damaged()
        self.patches.append((box.body + 4, bytes(times)))
        after = 4 + times
        if box.type == b"mvhd":
            self._read_length(int.from_bytes(body[4 : 4 + times // 2], "big"), body[after:], wide)
        elif box.type == b"tkhd" and box.end - box.body >= 84:
            width, height = (int.from_bytes(body[at : at + 2], "big") for at in ((88, 92) if wide else (76, 80)))
            if width and height:
                self.found.width, self.found.height = width, height

    def _read_length(self, created: int, rest: bytes, wide: bool) -> None:
        scale = int.from_bytes(rest[:4], "big")
        length = int.from_bytes(rest[4 : 12 if wide else 8], "big")
        unknown = length in (0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)  # a recording sent while it ran does not say
        self.found.seconds = length / scale if scale and not unknown else None
        if 0 < created < 2**33:
            moment = _EPOCH + timedelta(seconds=created)
            self.found.taken_at = moment if moment >= _SANE else None

    def _blank(self, box: Box) -> None:
        self.patches.append((box.at + 4, b"free"))
        self.patches.append((box.body, bytes(box.end - box.body)))

    def clean(self, original: IO[bytes], copy: IO[bytes]) -> None:
        """Copy the film with its patches."""
        for chunk in chunks(original):
            copy.write(chunk)
        for at, new in self.patches:
            copy.seek(at)
            copy.write(new)
