"""Read the tables that offices send: as large as is sensible, in UTF-8 or, as their spreadsheets write, GB 18030."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from citygrid.common.errors import Invalid

ENCODINGS = ("utf-8-sig", "gb18030")


def content_of(path: Path, *, most: int, too_large: str) -> bytes:
    """Return a file's bytes. Raises ``Invalid`` when it cannot be read, and with ``too_large`` above ``most`` bytes."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Invalid(
            _("The file %(name)s cannot be read: %(reason)s") % {"name": path.name, "reason": error.strerror}
        ) from None
    if len(content) > most:
        raise Invalid(too_large)
    return content


def text_of(content: bytes) -> str | None:
    """Return the text without its byte order mark; ``None`` for what is no text in one of ``ENCODINGS``."""
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    return None
