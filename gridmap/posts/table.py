"""Reads the table of people: CSV (UTF-8 with or without mark, GB 18030) or XLSX, into checked rows."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from citygrid.accounts.roles import Role
from citygrid.common.errors import Invalid
from citygrid.common.textfiles import content_of, text_of

COLUMNS = ("username", "display_name", "mobile", "email", "role", "place", "from")
_NEEDED = ("username", "display_name")
# The heads under which personnel offices keep such lists.
_HEADS = {
    "登录名": "username",
    "账号": "username",
    "姓名": "display_name",
    "手机": "mobile",
    "手机号": "mobile",
    "邮箱": "email",
    "电子邮箱": "email",
    "角色": "role",
    "岗位": "role",
    "区域": "place",
    "部门": "place",
    "区域或部门": "place",
    "起始日期": "from",
}
_MOST_BYTES, _MOST_UNPACKED, _MOST_ROWS = 5_000_000, 100_000_000, 20_000
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a person and, where role and place are given, one post."""

    number: int  # as the file counts
    username: str
    display_name: str
    mobile: str
    email: str
    role: Role | None
    place: str
    start: datetime | None


def read(path: Path) -> tuple[list[Row], list[tuple[int, str]]]:
    """Return the usable rows and the faults of the others with their numbers.

    Raises ``Invalid`` when the file as a whole is not such a table.
    """
    too_large = _("The file %(name)s is too large for a list of people. Split it.") % {"name": path.name}
    content = content_of(path, most=_MOST_BYTES, too_large=too_large)
    lines = _sheet(content, path.name) if content.startswith(b"PK\x03\x04") else _csv(content, path.name)
    return _rows(lines)


def _rows(lines: Iterable[tuple[int, list[str]]]) -> tuple[list[Row], list[tuple[int, str]]]:
    rows: list[Row] = []
    faults: list[tuple[int, str]] = []
    roles = _roles()
    columns: list[str] = []
    for number, cells in lines:
        if not any(cells):
            continue
        if not columns:
            columns = _columns(cells)
            continue
        if len(rows) + len(faults) >= _MOST_ROWS:
            raise Invalid(_("The table has more than %(most)d rows. Split it.") % {"most": _MOST_ROWS})
        given = dict(zip(columns, cells, strict=False))
        found = list(_faults(given, roles))
        if any(cells[len(columns) :]):
            found.append(_("It has more cells than the first line has columns."))
        if found:
            faults += [(number, fault) for fault in found]
        else:
            rows.append(_row(number, given, roles))
    if not rows and not faults:
        raise Invalid(_("The table names nobody. Put one person in each line below the line of column names."))
    return rows, faults


def _row(number: int, given: dict[str, str], roles: dict[str, Role]) -> Row:
    return Row(
        number=number,
        username=given["username"],
        display_name=given.get("display_name", ""),
        mobile=given.get("mobile", ""),
        email=given.get("email", ""),
        role=roles.get(given.get("role", "").casefold()),
        place=given.get("place", ""),
        start=moment(given["from"]) if given.get("from") else None,
    )


def _columns(cells: list[str]) -> list[str]:
    heads = [cell.strip().casefold() for cell in cells]
    while heads and not heads[-1]:
        heads.pop()
    columns = [_HEADS.get(head, head) for head in heads]
    unknown = [head for head in columns if head not in COLUMNS]
    missing = [name for name in _NEEDED if name not in columns]
    if unknown or missing or len(set(columns)) != len(columns):
        raise Invalid(
            _("The first line must name each column once, out of: %(all)s. Missing: %(missing)s. Unknown: %(unknown)s.")
            % {"all": ", ".join(COLUMNS), "missing": ", ".join(missing) or "–", "unknown": ", ".join(unknown) or "–"}
        )
    return columns


def _faults(given: dict[str, str], roles: dict[str, Role]) -> Iterator[str]:
    if not given.get("username"):
        yield _("The login name is empty.")
    role, place = given.get("role", ""), given.get("place", "")
    if role and role.casefold() not in roles:
        yield _("The role “%(role)s” is not known. Use one of: %(known)s.") % {"role": role, "known": ", ".join(Role)}
    if bool(role) != bool(place):
        yield _("Role and place belong together: give both for a post, or none for the account alone.")
    if given.get("from") and moment(given["from"]) is None:
        yield _("“%(text)s” is no date. Write it as 2026-01-31.") % {"text": given["from"]}


def moment(text: str) -> datetime | None:
    """Return midnight of the day in ``TIME_ZONE``, or nothing when ``text`` is no date."""
    if not (found := _DATE.fullmatch(text)):
        return None
    try:
        day = datetime(*(int(part) for part in found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001 - made aware below
    except ValueError:
        return None
    return timezone.make_aware(day, timezone.get_default_timezone())


def _roles() -> dict[str, Role]:
    """Return the roles by name and by label in every language."""
    found = {role.value: role for role in Role}
    for code, _label in settings.LANGUAGES:
        with translation.override(code):
            found |= {str(role.label).casefold(): role for role in Role}
    return found


def _csv(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(_decode(content, name), newline=""), strict=True)
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error:
        raise Invalid(
            _("Line %(line)d of %(name)s is no line of a table. Is a quotation mark not closed?")
            % {"line": reader.line_num, "name": name}
        ) from None


def _decode(content: bytes, name: str) -> str:
    text = text_of(content)
    if text is not None:
        return text
    raise Invalid(_("The file %(name)s is neither a text table nor an XLSX sheet. Save it as one.") % {"name": name})


def _sheet(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(item.file_size for item in packed.infolist())
        if size > _MOST_UNPACKED:
            raise Invalid(_("The file %(name)s is too large for a list of people. Split it.") % {"name": name})
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        # A sheet may claim any size; only cells that exist count.
        sheet.reset_dimensions()
        lines = [
            (number, [_text(cell) for cell in cells])
            for number, cells in enumerate(sheet.iter_rows(max_row=_MOST_ROWS + 2, values_only=True), start=1)
        ]
        book.close()
    except (zipfile.BadZipFile, KeyError, IndexError, ValueError, OSError, SyntaxError) as error:
        raise Invalid(
            _("The file %(name)s is not a readable XLSX sheet (%(reason)s). Save it anew, or as CSV.")
            % {"name": name, "reason": type(error).__name__}
        ) from None
    yield from lines


def _text(cell: Any) -> str:
    """Return a cell as it would stand in a CSV: a mobile number that the sheet keeps as a number has no “.0”."""
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return f"{cell:%Y-%m-%d}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
