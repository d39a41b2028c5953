"""Reads a city's sheet of filing conditions as it is: XLSX with merged cells, or CSV; titles above, blanks below.

Sheets come with a title in the first row, the headings in the second, one row for each condition, and cells of category
and responsibility filled in once for all the rows beneath (handbook §2.6, "Import format seen").
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

from citygrid.common.errors import Invalid
from citygrid.common.textfiles import content_of, text_of

_MOST_BYTES, _MOST_ROWS, _HEADINGS_WITHIN = 20_000_000, 20_000, 10
# What cities call the columns; the first words are those of the national standard's own form.
HEADINGS: dict[str, tuple[str, ...]] = {
    "kind": ("类别", "类型", "部件事件"),
    "major_code": ("大类代码", "大类编码", "大类编号"),
    "major_name": ("大类名称", "大类"),
    "minor_code": ("小类代码", "小类编码", "小类编号"),
    "name": ("小类名称", "小类"),
    "text": ("立案条件", "立案标准"),
    "limits": ("处置时限", "处理时限", "办理时限", "时限"),
    "closing_text": ("结案条件", "结案标准"),
    "supervising_body": ("监管主体", "主管部门", "监管部门"),
    "responsible_body": ("责任主体", "处置单位", "责任单位", "处置部门"),
    "legal_basis": ("法律法规依据", "法律依据", "法律法规"),
    "legal_clause": ("法律法规具体条款", "具体条款"),
    "collection_requirement": ("采集要求", "采集说明"),
}
NEEDED = ("major_code", "minor_code", "name", "text", "limits", "closing_text")
# Filled in once for the rows beneath: the category's own cells, and for one category those of responsibility.
_OF_MAJOR = ("kind", "major_code", "major_name")
_OF_MINOR = ("minor_code", "name")
_OF_CATEGORY = ("supervising_body", "responsible_body", "legal_basis", "legal_clause", "collection_requirement")


@dataclass(slots=True)
class SheetRow:
    """One row, its inherited cells filled in. ``number`` is the row's in the sheet, as an office program shows it."""

    number: int
    cells: dict[str, str]
    continues: bool = False  # a merged condition that began in a row above


@dataclass(slots=True)
class Sheet:
    """One table: its name, the title above it, its rows, and which headings it has."""

    name: str
    title: str = ""
    rows: list[SheetRow] = field(default_factory=list)
    columns: tuple[str, ...] = ()


def read(path: Path) -> list[Sheet]:
    """Return the tables of a file. Raises ``Invalid`` for what cannot be read or lacks a heading."""
    too_large = _("The file %(name)s is too large for a sheet of conditions.") % {"name": path.name}
    content = content_of(path, most=_MOST_BYTES, too_large=too_large)
    raw = list(_workbook(content, path.name)) if content.startswith(b"PK") else [_csv(content, path.name)]
    sheets = [_sheet(*table) for table in raw]
    found = [sheet for sheet in sheets if sheet is not None]
    if not found:
        needed = "、".join(HEADINGS[name][0] for name in NEEDED)
        raise Invalid(
            _("No table in %(name)s has the headings that are needed: %(needed)s.")
            % {"name": path.name, "needed": needed}
        )
    return found


Table = tuple[str, list[list[str]], set[tuple[int, int]]]  # name, cells, places filled in from a merged cell above


def _workbook(content: bytes, name: str) -> Iterator[Table]:
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError):
        raise Invalid(_("The file %(name)s is no spreadsheet that can be read.") % {"name": name}) from None
    for page in book.worksheets:
        if page.max_row > _MOST_ROWS:
            raise Invalid(_("The table %(name)s has too many rows.") % {"name": page.title})
        cells = [[_text(value) for value in row] for row in page.iter_rows(values_only=True)]
        filled: set[tuple[int, int]] = set()
        for area in page.merged_cells.ranges:
            anchor = cells[area.min_row - 1][area.min_col - 1]
            for row in range(area.min_row, area.max_row + 1):
                cells[row - 1][area.min_col - 1] = anchor
                if row > area.min_row:
                    filled.add((row - 1, area.min_col - 1))
        yield page.title, cells, filled


def _csv(content: bytes, name: str) -> Table:
    text = text_of(content)
    try:
        if text is not None:
            return Path(name).stem, [[_text(value) for value in row] for row in csv.reader(io.StringIO(text))], set()
    except csv.Error:
        pass
    raise Invalid(_("The file %(name)s is neither a spreadsheet nor a text table.") % {"name": name})


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def heading_of(text: str) -> str | None:
    """Return the column that a heading names, or ``None``."""
    plain = re.sub(r"\s|\(.*\)", "", unicodedata.normalize("NFKC", text))
    return next((name for name, words in HEADINGS.items() if plain in words), None)


def _sheet(name: str, cells: list[list[str]], filled: set[tuple[int, int]]) -> Sheet | None:
    heads = [
        {column: index for index, text in enumerate(row) if (column := heading_of(text))}
        for row in cells[:_HEADINGS_WITHIN]
    ]
    top = next((number for number, head in enumerate(heads) if all(column in head for column in NEEDED)), None)
    if top is None:
        return None
    places = heads[top]
    title = " ".join(text for row in cells[:top] for text in row if text and not text.startswith("Unnamed:"))
    sheet = Sheet(name, title, columns=tuple(places))
    above: dict[str, str] = {}
    for index in range(top + 1, len(cells)):
        own = {column: cells[index][place] if place < len(cells[index]) else "" for column, place in places.items()}
        if not any(own.values()):
            continue
        above = _inherit(own, above)
        merged = all((index, places[column]) in filled for column in ("text", "limits", "closing_text"))
        sheet.rows.append(SheetRow(index + 1, above, continues=merged))
    return sheet


def _inherit(own: dict[str, str], above: dict[str, str]) -> dict[str, str]:
    """Fill blanks of category and responsibility from the row above."""
    new_major = own.get("major_code", "") not in ("", above.get("major_code"))
    new_minor = new_major or own.get("minor_code", "") not in ("", above.get("minor_code"))
    columns = [
        *(_OF_MAJOR if not new_major else ()),
        *((*_OF_MINOR, *_OF_CATEGORY) if not new_minor else ()),
    ]
    return {**own, **{column: own[column] or above.get(column, "") for column in columns if column in own}}
