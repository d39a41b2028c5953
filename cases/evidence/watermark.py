"""The strip burnt into the served copy: number, time, place, person (handbook §9.4).

Made when a photo is first shown for a case, not in the move: the move must be quick, and the number is needed.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from cases.evidence import files
from cases.evidence.models import Evidence
from cases.evidence.photos import jpeg

# Where systems keep a font with Chinese characters, and which face of the file has the simplified forms.
_FONTS = (
    ("NotoSansCJK-Regular.ttc", 2),
    ("NotoSansCJKsc-Regular.otf", 0),
    ("NotoSansSC-Regular.otf", 0),
    ("SourceHanSansSC-Regular.otf", 0),
    ("wqy-microhei.ttc", 0),
    ("wqy-zenhei.ttc", 0),
    ("DroidSansFallbackFull.ttf", 0),
)
_FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


def mark(piece: Evidence) -> None:
    """Put the strip into the served copy of a photo that belongs to a case; once. Two who do it at once agree."""
    if piece.marked or not piece.is_photo or not piece.move:
        return
    plain = str(piece.served.name)
    try:
        with piece.served.storage.open(plain) as file, Image.open(file, formats=("JPEG",)) as image:
            picture = image.convert("RGB")
    except FileNotFoundError:  # somebody else was marking it at the same time and has put the plain copy away
        piece.refresh_from_db(fields=["served", "marked"])
        if not piece.marked:
            raise
        return
    burn(picture, lines_for(piece))
    name = files.write(files.name_for(piece.pk, "marked", "jpg", piece.uploaded_at), jpeg(picture))
    if Evidence.objects.filter(pk=piece.pk, marked=False).update(served=name, marked=True):
        files.remove(plain)
    else:
        files.remove(name)
    piece.refresh_from_db(fields=["served", "marked"])


def lines_for(piece: Evidence) -> list[str]:
    """Return the lines of the strip, in the language of the installation, or in Latin letters without a font."""
    chinese = font_file() is not None
    with translation.override(settings.LANGUAGE_CODE if chinese else "en"):
        lines = [f"{piece.holder.number}  {_when(piece)}", _where(piece), _who(piece)]
    if not chinese:
        lines = ["".join(letter for letter in line if ord(letter) < 0x250).strip(" ·") for line in lines]
    return [line for line in lines if line]


def _when(piece: Evidence) -> str:
    if piece.taken_at:
        return _("taken %(time)s") % {"time": _local(piece.taken_at)}
    if piece.device_at:
        return _("taken %(time)s (by the device)") % {"time": _local(piece.device_at)}
    return _("uploaded %(time)s") % {"time": _local(piece.uploaded_at)}


def _local(moment: Any) -> str:
    return f"{timezone.localtime(moment, timezone.get_default_timezone()):%Y-%m-%d %H:%M:%S}"


def _where(piece: Evidence) -> str:
    case: Any = piece.holder
    parts = [case.area.name]
    if case.address:
        parts.append(case.address)
    if piece.place:
        parts.append(f"{piece.place.x:.5f}, {piece.place.y:.5f}")
        if piece.taken_geom is None:
            parts[-1] += " " + _("(by the device)")
    else:
        parts.append(_("position unknown"))
    return " · ".join(parts)


def _who(piece: Evidence) -> str:
    user = piece.uploaded_by
    return f"{user.display_name} ({user.username})" if user else ""


def burn(picture: Image.Image, lines: list[str]) -> None:
    """Draw the lines white on a darkened strip along the lower edge."""
    size = max(12, min(picture.size) // 32)
    font = _font(size)
    fitting = [part for line in lines for part in _wrapped(line, font, picture.width - size)]
    height = min(picture.height, int(size * 1.35) * len(fitting) + size)
    top = picture.height - height
    strip = picture.crop((0, top, picture.width, picture.height))
    picture.paste(Image.blend(strip, Image.new("RGB", strip.size, "black"), 0.55), (0, top))
    draw = ImageDraw.Draw(picture)
    for row, line in enumerate(fitting):
        draw.text((size // 2, top + size // 2 + row * int(size * 1.35)), line, fill="white", font=font)


def _wrapped(line: str, font: Any, width: int) -> list[str]:
    rows, row = [], ""
    for letter in line:
        if row and font.getlength(row + letter) > width:
            rows.append(row)
            row = ""
        row += letter
    return [*rows, row]


@lru_cache(maxsize=8)
def _font(size: int) -> Any:
    found = font_file()
    return ImageFont.truetype(str(found[0]), size, index=found[1]) if found else ImageFont.load_default(size)


@lru_cache(maxsize=1)
def font_file() -> tuple[Path, int] | None:
    """Return a font with Chinese characters and the face in it, or ``None`` where the system has none."""
    wanted = [(Path(settings.EVIDENCE_FONT), 0)] if settings.EVIDENCE_FONT else []
    for name, face in _FONTS:
        wanted += [(path, face) for folder in _FONT_FOLDERS if folder.is_dir() for path in folder.rglob(name)]
    for path, face in wanted:
        try:
            ImageFont.truetype(str(path), 12, index=face)
        except OSError:
            continue
        return path, face
    return None
