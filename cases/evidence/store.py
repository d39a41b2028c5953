"""Take a file in: told by its content, read to its end, hashed, and kept beside a cleaned copy and a thumbnail."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.translation import gettext as _

from cases.evidence import files, pdfs, photos, videos, webm
from cases.evidence.findings import Findings
from cases.evidence.kinds import HEAD, MP4, PDF, WEBM, Kind, hold_to_its_name, sniff
from cases.evidence.limits import most_bytes, most_bytes_of_any
from cases.evidence.models import Evidence, Origin, Remark
from cases.evidence.refusals import too_large
from citygrid.common import facts
from citygrid.common.errors import Conflict, Invalid

MOST_UNUSED = 300  # uploads of one person at a time, so that nobody fills the disk


@dataclass(frozen=True, slots=True)
class Claim:
    """What the sending device says about a file, beside what the file says. Kept apart, and never taken for it."""

    at: datetime | None = None
    place: tuple[float, float] | None = None  # WGS 84 longitude, latitude
    accuracy_m: float | None = None
    origin: str = ""  # a value of Origin


def store_upload(
    file: Any, *, name: str, by: Any, at: datetime, declared: str = "", claim: Claim | None = None
) -> Evidence:
    """Keep an upload that no case uses yet, and return its row.

    ``file`` is a binary file with ``seek``; ``name`` and ``declared`` (a media type) are what the sender calls it and
    must not contradict its content. Raises ``Invalid`` with a sentence (``TooLarge`` 413 and ``UnknownKind`` 415 among
    them), and ``Conflict`` for a person with too many unused uploads; then nothing is stored.
    """
    claim = claim or Claim()
    _must_not_pile_up(by)
    sha256, size = files.sha256_of(file)
    kind, found = _examine(file, size, name, declared)
    key = uuid.uuid4()
    written: list[str] = []
    try:
        written += [files.write(files.name_for(key, "original", kind.extension, at), _rewound(file))]
        written += [_write_served(file, found, files.name_for(key, "served", found.served_extension, at))]
        if found.thumb:
            written += [files.write(files.name_for(key, "thumb", "jpg", at), found.thumb)]
        with transaction.atomic():
            row = Evidence.objects.create(
                pk=key, uploaded_by=by, uploaded_at=at, original=written[0], served=written[1],
                thumb=written[2] if found.thumb else "", media_type=kind.media_type, size=size, sha256=sha256,
                width=found.width, height=found.height, seconds=found.seconds, pages=found.pages,
                taken_at=found.taken_at, taken_geom=_point(found.place), taken_accuracy_m=found.accuracy_m,
                origin=claim.origin if claim.origin in Origin.values else "", device_at=claim.at,
                device_geom=_point(claim.place), device_accuracy_m=claim.accuracy_m,
                remarks=_remarks(kind, found, claim, sha256),
            )  # fmt: skip
            facts.record("evidence.uploaded", row, at=at, by=by, sha256=sha256, size=size, media_type=kind.media_type)
    except BaseException:
        files.remove(*written)
        raise
    return row


def _must_not_pile_up(by: Any) -> None:
    if by is not None and Evidence.objects.filter(move="", uploaded_by=by).count() >= MOST_UNUSED:
        raise Conflict(
            _("You have sent %(most)s files that no case uses. Use them first; unused ones are deleted by themselves.")
            % {"most": MOST_UNUSED},
            code="too_many_unused",
        )


def _examine(file: IO[bytes], size: int, name: str, declared: str) -> tuple[Kind, Findings]:
    if size == 0:
        raise Invalid(_("The file is empty. Choose it again, or take a new photo."), code="empty")
    if size > most_bytes_of_any():
        raise too_large(most_bytes_of_any())
    kind = sniff(file.read(HEAD))
    if size > most_bytes(kind):
        raise too_large(most_bytes(kind))
    hold_to_its_name(kind, name, declared)
    if kind is PDF:
        return kind, pdfs.examine(file)
    if kind is MP4:
        return kind, videos.examine(file, size)
    if kind is WEBM:
        return kind, webm.examine(file, size)
    return kind, photos.examine(file, kind)


def _write_served(file: IO[bytes], found: Findings, name: str) -> str:
    assert found.clean is not None  # noqa: S101 - every examination says how to clean
    with files.scratch() as copy:
        found.clean(file, copy)
        return files.write(name, _rewound(copy))


def _rewound(file: IO[bytes]) -> IO[bytes]:
    file.seek(0)
    return file


def _point(place: tuple[float, float] | None) -> Point | None:
    return Point(*place, srid=4326) if place else None


def _remarks(kind: Kind, found: Findings, claim: Claim, sha256: str) -> list[str]:
    """Return what is odd already, before a case uses the file. Documents are not asked where they were taken."""
    remarks = [str(remark) for remark in found.remarks]
    if kind.family != "document":
        if found.place is None:
            remarks.append(Remark.PLACE_CLAIMED if claim.place else Remark.NO_PLACE)
        if found.taken_at is None:
            remarks.append(Remark.TIME_CLAIMED if claim.at else Remark.NO_TIME)
    if claim.origin == Origin.ALBUM:
        remarks.append(Remark.ALBUM)
    if Evidence.objects.filter(sha256=sha256, case__isnull=False).exists():
        remarks.append(Remark.USED_BEFORE)
    return [str(remark) for remark in remarks]
