"""Reads code tables of divisions: the common national tables (one file per level) and village lists without codes."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from citygrid.common.errors import Invalid
from citygrid.common.textfiles import text_of
from gridmap.areas.models import CODE_DIGITS, Level
from gridmap.importing.fields import plain_code
from gridmap.importing.files import check_size, too_big
from gridmap.importing.report import Report, some

# A table is known by the columns that only it has; the longest match counts.
_SHAPES: list[tuple[Level, frozenset[str]]] = [
    (Level.PROVINCE, frozenset({"code", "name"})),
    (Level.PREFECTURE, frozenset({"code", "name", "provinceCode"})),
    (Level.COUNTY, frozenset({"code", "name", "cityCode", "provinceCode"})),
    (Level.STREET, frozenset({"code", "name", "areaCode", "cityCode", "provinceCode"})),
    (Level.COMMUNITY, frozenset({"code", "name", "streetCode", "areaCode"})),
    (Level.COMMUNITY, frozenset({"town_code12", "town_name", "village_name"})),
]
_PARENT_COLUMN = {
    Level.PREFECTURE: "provinceCode", Level.COUNTY: "cityCode", Level.STREET: "areaCode", Level.COMMUNITY: "streetCode",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One division. Without a code it is known by its name below its parent."""

    line: int
    code: str
    name: str
    parent: str  # code of what it belongs to; empty for a province


@dataclass(slots=True)
class Table:
    """A table of one level. ``towns`` are the parents that a village list itself names, by code."""

    level: Level
    rows: list[Row]
    coded: bool
    towns: dict[str, str] = field(default_factory=dict)
    counties: set[str] = field(default_factory=set)  # whose villages a village list gives in full
    year: str = ""


def read(path: Path, *, level: str = "auto", year: str = "", name: str = "", report: Report) -> Table:
    """Return the table in a CSV or gzipped CSV file (UTF-8 or GB 18030).

    Raises ``Invalid`` for a file that is no such table, holds several years and no ``year`` chooses, or is too big.
    Faulty rows become errors of the report.
    """
    name = name or path.name
    check_size(path, name)
    lines = csv.DictReader(io.StringIO(_text(path, name)))
    columns = frozenset(column for column in lines.fieldnames or () if column)
    fitting = [shape for shape in _SHAPES if shape[1] <= columns and level in ("auto", shape[0])]
    if not fitting:
        raise Invalid(
            _("“%(name)s” is no known code table. Its columns are: %(columns)s.")
            % {"name": name, "columns": some(sorted(columns)) or "–"}
        )
    found, _wanted = max(fitting, key=lambda shape: len(shape[1]))
    rows = [(number, _clean(row)) for number, row in enumerate(lines, start=2)]
    rows, year = _of_year(rows, year, name)
    if not rows:
        raise Invalid(_("“%(name)s” holds no rows. Export it again.") % {"name": name})
    table = _villages(rows, report) if "town_code12" in columns else _coded(rows, found, report)
    table.year = year
    return table


def _text(path: Path, name: str) -> str:
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        unpacker = zlib.decompressobj(wbits=31)
        try:
            raw = unpacker.decompress(raw, settings.IMPORT_MAX_BYTES)
        except zlib.error as fault:
            raise _unreadable(name) from fault
        if unpacker.unconsumed_tail:
            raise too_big(name)
        if not unpacker.eof:
            raise _unreadable(name)
    text = text_of(raw)
    if text is None:
        raise _unreadable(name)
    return text


def _unreadable(name: str) -> Invalid:
    return Invalid(_("“%(name)s” is no readable CSV table: it is cut short or something else.") % {"name": name})


def _clean(row: dict[str, str]) -> dict[str, str]:
    return {key: (value or "").strip() for key, value in row.items() if isinstance(value, str | None) and key}


def _of_year(
    rows: list[tuple[int, dict[str, str]]], year: str, name: str
) -> tuple[list[tuple[int, dict[str, str]]], str]:
    years = sorted({row.get("year", "") for _line, row in rows} - {""})
    if year and years and year not in years:
        raise Invalid(_("“%(name)s” has no rows of %(year)s.") % {"name": name, "year": year})
    if len(years) > 1 and not year:
        raise Invalid(
            _("“%(name)s” holds the years %(years)s. Choose one.") % {"name": name, "years": ", ".join(years)}
        )
    if years:
        year = year or years[0]
        rows = [(line, row) for line, row in rows if row.get("year") == year]
    return rows, year


def _coded(rows: list[tuple[int, dict[str, str]]], level: Level, report: Report) -> Table:
    column = _PARENT_COLUMN.get(level, "")
    return Table(
        level, coded=True,
        rows=_rows(rows, level, report, lambda row: (row["code"], row["name"], row.get(column, ""))),
    )  # fmt: skip


def _villages(rows: list[tuple[int, dict[str, str]]], report: Report) -> Table:
    towns = {plain_code(row["town_code12"], Level.STREET): row["town_name"] for _line, row in rows}
    counties = {row.get("area_code") or row["town_code12"][:6] for _line, row in rows}
    found = _rows(
        rows, Level.COMMUNITY, report,
        lambda row: ("", row["village_name"], plain_code(row["town_code12"], Level.STREET)),
    )  # fmt: skip
    return Table(Level.COMMUNITY, found, coded=False, towns=towns, counties=counties)


def _rows(
    rows: list[tuple[int, dict[str, str]]], level: Level, report: Report,
    reading: Callable[[dict[str, str]], tuple[str, str, str]],
) -> list[Row]:  # fmt: skip
    found: dict[tuple[str, ...], Row] = {}
    for line, row in rows:
        code, name, parent = reading(row)
        code = plain_code(code, level)
        faulty = not name or len(name) > 100 or (code and (not code.isdigit() or len(code) != CODE_DIGITS[level]))
        if faulty or ("code" in row and not code):
            report.error("row", _("Line %(line)s has no usable code or name.") % {"line": line}, line=line)
            continue
        key = (code,) if code else (parent, name)
        if key in found:
            report.warn(
                "twice",
                _("Line %(line)s repeats %(what)s of line %(first)s and is left out.")
                % {"line": line, "what": code or name, "first": found[key].line},
                line=line,
            )
            continue
        found[key] = Row(line, code, name, parent)
    return list(found.values())
