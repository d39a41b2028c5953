"""Why a file is not taken. Each is a sentence for the person who sent it; nothing was stored."""

from __future__ import annotations

from django.utils.translation import gettext as _

from citygrid.common.errors import Invalid


class TooLarge(Invalid):
    """413: more bytes than are taken of this kind of file."""

    status = 413
    code = "too_large"


class UnknownKind(Invalid):
    """415: no kind of file that proves anything here."""

    status = 415
    code = "unsupported_media_type"


def too_large(limit: int) -> TooLarge:
    """Return the refusal that names the limit, given in bytes."""
    return TooLarge(
        _("The file is too large: at most %(limit)s MB are taken. Choose a lower resolution, or a shorter video.")
        % {"limit": limit // (1024 * 1024)}
    )


def damaged(code: str = "damaged") -> Invalid:
    """Return the refusal of a file that begins well and cannot be read to its end."""
    return Invalid(
        _("The file is damaged or not complete and cannot be shown. Send it again, or take a new photo."), code=code
    )
