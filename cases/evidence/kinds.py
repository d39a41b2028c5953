"""What is taken as evidence, told by the first bytes of a file: its name and declared type are only held against it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from django.utils.translation import gettext as _

from cases.evidence.refusals import UnknownKind
from citygrid.common.errors import Invalid

HEAD = 64  # bytes that :func:`sniff` wants to see


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file: how its own format calls itself, and the names it may come under."""

    name: str
    family: str  # photo, document, video
    media_type: str
    extension: str
    also: frozenset[str] = frozenset()  # further extensions
    alias: frozenset[str] = frozenset()  # further media types that clients declare


JPEG = Kind(
    "JPEG", "photo", "image/jpeg", "jpg", frozenset({"jpeg", "jpe", "jfif"}), frozenset({"image/jpg", "image/pjpeg"})
)
PNG = Kind("PNG", "photo", "image/png", "png", alias=frozenset({"image/x-png"}))
WEBP = Kind("WEBP", "photo", "image/webp", "webp")
HEIC = Kind("HEIF", "photo", "image/heic", "heic", frozenset({"heif", "hif"}), frozenset({"image/heif"}))
PDF = Kind("PDF", "document", "application/pdf", "pdf", alias=frozenset({"application/x-pdf"}))
MP4 = Kind(
    "MP4", "video", "video/mp4", "mp4", frozenset({"m4v", "mov", "3gp"}),
    frozenset({"video/quicktime", "video/x-m4v", "video/3gpp"}),
)  # fmt: skip
WEBM = Kind("WebM", "video", "video/webm", "webm")
KINDS = (JPEG, PNG, WEBP, HEIC, PDF, MP4, WEBM)
BY_MEDIA_TYPE = {kind.media_type: kind for kind in KINDS}

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"}
_MP4_BRANDS = {
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"hvc1", b"dash", b"MSNV", b"mmp4",
    b"M4V ", b"qt  ", b"3gp4", b"3gp5", b"3gp6",
}  # fmt: skip
_UNDECLARED = {"", "application/octet-stream", "binary/octet-stream"}


def sniff(head: bytes) -> Kind:
    """Return the kind of a file that begins with ``head``. Raises ``UnknownKind``."""
    found: Kind | None = None
    if head.startswith(b"\xff\xd8\xff"):
        found = JPEG
    elif head.startswith(b"\x89PNG\r\n\x1a\n"):
        found = PNG
    elif head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        found = WEBP
    elif head.startswith(b"%PDF-"):
        found = PDF
    elif head[4:8] == b"ftyp":
        brand = head[8:12]
        found = HEIC if brand in _HEIC_BRANDS else MP4 if brand in _MP4_BRANDS else None
    elif head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head:
        found = WEBM
    if found is None:
        raise UnknownKind(
            _("This kind of file is not taken. Send a photo (JPEG, PNG, WebP, HEIC), a PDF or a video (MP4, WebM).")
        )
    return found


def hold_to_its_name(kind: Kind, name: str, declared: str = "") -> None:
    """Raise ``Invalid`` when a file says by its name or declared type that it is something else than it is."""
    extension = PurePath(name).suffix.lower().lstrip(".")
    said = declared.partition(";")[0].strip().lower()
    if extension and extension not in kind.also | {kind.extension}:
        raise Invalid(
            _("The file is called “.%(extension)s” but is %(kind)s inside. Rename it, or send the right file.")
            % {"extension": extension[:20], "kind": kind.name},
            code="mislabelled",
        )
    if said not in _UNDECLARED | kind.alias | {kind.media_type}:
        raise Invalid(
            _("The file is declared as “%(declared)s” but is %(kind)s inside. Send it with the type “%(right)s”.")
            % {"declared": said[:60], "kind": kind.name, "right": kind.media_type},
            code="mislabelled",
        )
