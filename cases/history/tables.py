"""Reads a file of an older system into rows: CSV, XLSX or GeoJSON. What a cell means is none of its business."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

from citygrid.common.errors import Invalid
from gridmap.importing import files, geojson

ENCODINGS = ("auto", "utf-8", "gb18030")
SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".geojson", ".json")
_DEGREES = (4326, 4490)  # equal to the millimetre


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read. ``columns`` has our field → the columns of the file that it is made of."""

    columns: Mapping[str, tuple[str, ...]]
    encoding: str = ENCODINGS[0]
    delimiter: str = ","
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``number`` counts as an office program does (the headings are row 1); a feature counts from 1.

    ``point`` is a GeoJSON point as longitude and latitude, ``()`` for a geometry that is none, ``None`` without any.
    """

    number: int
    cells: dict[str, Any]
    point: tuple[float, ...] | None = None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows; ``has_points`` when the rows of this kind of file carry their own places."""

    columns: tuple[str, ...]
    rows: list[Row]
    has_points: bool = False


def read(path: Path, given: Layout) -> Table:
    """Return the table in a file. Raises ``Invalid`` in a sentence when the file as a whole cannot be used."""
    files.check_size(path, path.name)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise Invalid(_("“%(name)s” is of no known kind. Send CSV, XLSX or GeoJSON.") % {"name": path.name})
    if suffix in (".geojson", ".json"):
        table = _geojson(path)
    else:
        cells = _workbook(path, given.sheet) if suffix == ".xlsx" else _csv(path, given)
        table = _with_headings(cells, path.name)
    if not table.rows:
        raise Invalid(_("“%(name)s” has no rows below its headings.") % {"name": path.name})
    wanted = [column for columns in given.columns.values() for column in columns]
    if missing := [column for column in wanted if column not in table.columns]:
        raise Invalid(
            _("“%(name)s” has no column “%(column)s”, which the map names. It has: %(columns)s.")
            % {"name": path.name, "column": missing[0], "columns": ", ".join(table.columns)}
        )
    return table


def _with_headings(cells: Iterator[list[Any]], name: str) -> Table:
    heads = [str(value or "").strip() for value in next(cells, [])]
    named = [head for head in heads if head]
    if twice := {head for head in named if named.count(head) > 1}:
        raise Invalid(
            _("“%(name)s” has two columns named “%(column)s”. Rename one.") % {"name": name, "column": min(twice)}
        )
    rows = []
    for number, values in enumerate(cells, start=2):
        if any(value not in (None, "") for value in values):
            beyond = any(value not in (None, "") for value in values[len(heads) :])
            faults = (_("The row has more cells than there are headings."),) if beyond else ()
            rows.append(Row(number, dict(zip(heads, values, strict=False)), faults=faults))
    return Table(tuple(named), rows)


def _csv(path: Path, given: Layout) -> Iterator[list[Any]]:
    text = _decoded(path, given.encoding)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=given.delimiter, strict=True)
    try:
        for row in reader:
            yield list(row)
    except csv.Error as error:
        raise Invalid(
            _("“%(name)s” is no table from line %(line)d on: %(reason)s. Nothing was taken over.")
            % {"name": path.name, "line": reader.line_num, "reason": error}
        ) from None


def _decoded(path: Path, encoding: str) -> str:
    content = path.read_bytes()
    for one in ("utf-8", "gb18030") if encoding == "auto" else (encoding,):
        try:
            text = content.decode("utf-8-sig" if one == "utf-8" else one)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Invalid(
        _("“%(name)s” is not text in the encoding %(encoding)s. Save it as CSV in UTF-8, or correct the map.")
        % {"name": path.name, "encoding": encoding}
    )


def _workbook(path: Path, sheet: str) -> Iterator[list[Any]]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError):
        raise Invalid(_("The file %(name)s is no spreadsheet that can be read.") % {"name": path.name}) from None
    try:
        if sheet and sheet not in book.sheetnames:
            raise Invalid(
                _("“%(name)s” has no table “%(sheet)s”. It has: %(sheets)s.")
                % {"name": path.name, "sheet": sheet, "sheets": ", ".join(book.sheetnames)}
            )
        for row in book[sheet or book.sheetnames[0]].iter_rows(values_only=True):
            yield list(row)
    finally:
        book.close()


def _geojson(path: Path) -> Table:
    features, crs = geojson.features(path, path.name)
    if crs is not None and crs.srid not in _DEGREES:
        raise Invalid(_("“%(name)s” is not in longitude and latitude. Export it in EPSG:4326.") % {"name": path.name})
    columns: dict[str, None] = {}
    rows = []
    for number, feature in enumerate(features, start=1):
        cells = feature.get("properties") or {}
        columns.update(dict.fromkeys(cells))
        rows.append(Row(number, cells, _point(feature.get("geometry"))))
    return Table(tuple(columns), rows, has_points=True)


def _point(geometry: Any) -> tuple[float, ...] | None:
    if not geometry:
        return None
    try:
        if geometry["type"] != "Point":
            return ()
        lon, lat = (float(value) for value in geometry["coordinates"][:2])
    except (KeyError, TypeError, ValueError):
        return ()
    return (lon, lat) if math.isfinite(lon) and math.isfinite(lat) else ()
