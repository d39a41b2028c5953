"""Photos: decoded to the last byte, turned upright, and copied without anything but the picture."""

from __future__ import annotations

import io
from typing import IO

import pi_heif
from django.conf import settings
from django.utils.translation import gettext as _
from PIL import ExifTags, Image

from cases.evidence import exif
from cases.evidence.findings import Findings
from cases.evidence.kinds import PNG, Kind
from cases.evidence.models import Remark
from cases.evidence.refusals import damaged
from citygrid.common.errors import Invalid

SERVED_SIDE, THUMB_SIDE = 2048, 480  # longest side in pixels
SMALL_SIDE = 480  # a picture whose longer side is below this shows little
LONGEST_SIDE = 30_000
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip

pi_heif.register_heif_opener(thumbnails=False)


def examine(stream: IO[bytes], kind: Kind) -> Findings:
    """Return what a photo says and shows.

    Raises ``Invalid`` for one that is damaged, animated or has too many pixels.
    """
    found = Findings()
    picture = _decode(stream, kind, found)
    if max(found.width or 0, found.height or 0) < SMALL_SIDE:
        found.remarks.append(Remark.SMALL)
    served = jpeg(picture)
    picture.thumbnail((THUMB_SIDE, THUMB_SIDE))
    found.thumb = jpeg(picture, quality=80)
    found.clean = lambda _original, copy: _put(copy, served)
    return found


def _put(copy: IO[bytes], content: bytes) -> None:
    copy.write(content)


def _decode(stream: IO[bytes], kind: Kind, found: Findings) -> Image.Image:
    """Return the upright picture, at most ``SERVED_SIDE`` on a side, in RGB and without metadata."""
    try:
        if kind is PNG:  # checks the sums of all chunks, which decoding alone does not
            stream.seek(0)
            Image.open(stream, formats=(kind.name,)).verify()
        stream.seek(0)
        with Image.open(stream, formats=(kind.name,)) as image:
            _check_size(image)
            # A phone's JPEG or HEIC may carry further pictures (depth, preview); the first is the photo.
            if getattr(image, "is_animated", False) and image.format not in ("MPO", "HEIF"):
                raise Invalid(_("Animated pictures prove nothing. Send a photo or a short video."), code="animated")
            block = image.getexif()
            exif.read(block, found)
            turn = block.get(ExifTags.Base.Orientation, 1)
            full = image.size
            image.draft("RGB", (SERVED_SIDE, SERVED_SIDE))
            image.load()
            picture = _flat(image)
            picture.thumbnail((SERVED_SIDE, SERVED_SIDE), reducing_gap=2.0)
            picture = _upright(picture, turn)
    except Invalid:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except Exception:  # whatever a decoder of hostile bytes may raise
        raise damaged() from None
    found.width, found.height = full[::-1] if turn in (5, 6, 7, 8) else full
    return picture


def _check_size(image: Image.Image) -> None:
    width, height = image.size
    if width * height > settings.EVIDENCE_PHOTO_MAX_PIXELS or max(width, height) > LONGEST_SIDE:
        raise _too_many_pixels()


def _too_many_pixels() -> Invalid:
    limit = settings.EVIDENCE_PHOTO_MAX_PIXELS // 1_000_000
    return Invalid(
        _("The picture has too many pixels: at most %(limit)s million are taken. Set the camera to a lower resolution.")
        % {"limit": limit},
        code="too_many_pixels",
    )


def _flat(image: Image.Image) -> Image.Image:
    """Return a copy in RGB; what is transparent becomes white. Nothing but pixels is carried over."""
    if image.has_transparency_data:
        layered = image.convert("RGBA")
        picture = Image.new("RGB", image.size, "white")
        picture.paste(layered, mask=layered.getchannel("A"))
        return picture
    picture = image.convert("RGB")
    if picture is image:
        picture = image.copy()
    picture.info = {}
    return picture


def _upright(picture: Image.Image, turn: object) -> Image.Image:
    return picture.transpose(_TURNS[turn]) if isinstance(turn, int) and turn in _TURNS else picture


def jpeg(picture: Image.Image, quality: int = 86) -> bytes:
    """Return a picture as JPEG, without any metadata."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, exif=b"")
    return buffer.getvalue()
