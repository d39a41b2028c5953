"""How much is taken of each family of files; the numbers are settings."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from cases.evidence.kinds import Kind
from citygrid.common.errors import Invalid


def most_bytes(kind: Kind) -> int:
    """Return how many bytes a file of the kind may have."""
    limits: dict[str, int] = {
        "photo": settings.EVIDENCE_PHOTO_MAX_BYTES,
        "document": settings.EVIDENCE_DOCUMENT_MAX_BYTES,
        "video": settings.EVIDENCE_VIDEO_MAX_BYTES,
    }
    return limits[kind.family]


def most_bytes_of_any() -> int:
    """Return how many bytes any upload may have."""
    return max(
        settings.EVIDENCE_PHOTO_MAX_BYTES, settings.EVIDENCE_DOCUMENT_MAX_BYTES, settings.EVIDENCE_VIDEO_MAX_BYTES
    )


def too_long(seconds: float | None) -> None:
    """Raise ``Invalid`` for a video of more than ``EVIDENCE_VIDEO_MAX_SECONDS``. One that does not say is let pass."""
    limit = settings.EVIDENCE_VIDEO_MAX_SECONDS
    if seconds is not None and seconds > limit:
        raise Invalid(
            _("The video is too long: at most %(limit)s seconds are taken. Send the part that shows it.")
            % {"limit": limit},
            code="too_long",
        )
