"""The attribute table of a Shapefile (dBASE III), read by us because only then the text encoding is ours to decide.

Offices send Chinese tables as GBK or UTF-8, with a wrong ``.cpg``, without one, with a code-page byte that lies, and
with field names cut in the middle of a character. GDAL recodes or fails on each of these in its own way.
"""

from __future__ import annotations

import codecs
import re
import struct
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from citygrid.common.errors import Invalid

_DELETED = b"*"
_END_OF_FIELDS = 0x0D


@dataclass(frozen=True, slots=True)
class _Column:
    raw_name: bytes
    kind: str
    start: int
    width: int


def read_table(
    content: bytes, *, encoding: str = "", cpg: str = ""
) -> tuple[list[str], list[dict[str, Any] | None], str]:
    """Return column names, one row per record (``None`` for a deleted one) and the encoding that fitted.

    The named encoding must fit; otherwise that of the ``.cpg`` file, UTF-8 and GB 18030 are tried in this order.
    Raises ``Invalid`` for a table that is cut short or fits none.
    """
    if len(content) < 33:
        raise Invalid(_("The .dbf table of the Shapefile is damaged. Export the Shapefile again."))
    count, header, width = struct.unpack("<IHH", content[4:12])
    columns = _columns(content, header)
    if len(content) < header + count * width:
        raise Invalid(_("The .dbf table of the Shapefile is cut short. Copy or export the Shapefile again."))
    records = [content[header + n * width : header + (n + 1) * width] for n in range(count)]
    for candidate in _candidates(encoding, cpg):
        try:
            rows = [None if record[:1] == _DELETED else _row(record, columns, candidate) for record in records]
        except UnicodeDecodeError:
            continue
        return [_name(column, candidate) for column in columns], rows, candidate
    raise Invalid(
        _("The text of the .dbf table is not %(tried)s. Name its encoding, for example gb18030 or utf-8.")
        % {"tried": ", ".join(_candidates(encoding, cpg))},
        fields={"encoding": [_("This encoding does not fit.")]},
    )


def _columns(content: bytes, header: int) -> list[_Column]:
    columns, at, start = [], 32, 1
    while at + 32 <= min(header, len(content)) and content[at] != _END_OF_FIELDS:
        name = content[at : at + 11].split(b"\0")[0]
        columns.append(_Column(name, chr(content[at + 11]), start, content[at + 16]))
        start += content[at + 16]
        at += 32
    return columns


def _candidates(encoding: str, cpg: str) -> list[str]:
    if encoding:
        return [known_encoding(encoding)]
    # A Chinese table that calls itself Latin-1 was written by a tool that did not know better.
    named = _from_cpg(cpg)
    return list(dict.fromkeys([*([named] if named and named != "iso8859-1" else []), "utf-8", "gb18030"]))


def known_encoding(name: str) -> str:
    """Return Python's name of an encoding. Raises ``Invalid`` for an unknown one."""
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise Invalid(
            _("The encoding “%(name)s” is not known. Use for example utf-8 or gb18030.") % {"name": name},
            fields={"encoding": [name]},
        ) from None


def _from_cpg(cpg: str) -> str:
    word = cpg.strip().lower()
    if re.search(r"gb|936|54936", word):
        return "gb18030"  # holds GBK and GB 2312
    try:
        return codecs.lookup(f"cp{word}" if word.isdigit() else word).name if word else ""
    except LookupError:
        return ""


def _name(column: _Column, encoding: str) -> str:
    # Ten bytes: the last character of a Chinese name may be cut in half.
    return column.raw_name.decode(encoding, "ignore").strip()


def _row(record: bytes, columns: list[_Column], encoding: str) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in columns:
        raw = record[column.start : column.start + column.width]
        if column.kind == "C":
            row[_name(column, encoding)] = _text(raw, encoding)
        else:
            row[_name(column, encoding)] = raw.decode("ascii", "replace").strip(" \0")
    return row


def _text(raw: bytes, encoding: str) -> str:
    raw = raw.rstrip(b" \0")
    try:
        return raw.decode(encoding).strip(" \0")
    except UnicodeDecodeError as fault:
        # A value as wide as its column may likewise be cut inside its last character.
        if fault.start >= len(raw) - 3 and fault.reason in ("unexpected end of data", "incomplete multibyte sequence"):
            return raw[: fault.start].decode(encoding).strip(" \0")
        raise
