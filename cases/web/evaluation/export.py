"""A board as a file: CSV or XLSX, with whole numbers beside every rate, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from openpyxl import Workbook

from cases.evaluation.figures import percent
from cases.web.evaluation.asked import Asked, PeriodForm
from cases.web.evaluation.pages import for_scores, rows_for
from cases.web.reader import acting_of

TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")
Cell = str | int | Decimal | None


@for_scores
@require_GET
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """Answer the board of the query string as a file."""
    if kind not in TYPES:
        raise Http404
    acting = acting_of(request)
    form = PeriodForm(request.GET, today=localdate(acting.at))
    asked = Asked.read(request.GET, form, own=True)
    table = [heads(asked), *lines(asked, rows_for(asked, acting))]
    content = as_csv(table) if kind == "csv" else as_xlsx(table, asked)
    name = f"{asked.board.family}-{asked.period.code}{'-ranking' if asked.ranking else ''}.{kind}"
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(content, content_type=TYPES[kind], headers={"Content-Disposition": disposition})


def heads(asked: Asked) -> list[Cell]:
    """Return the names of the columns."""
    found: list[Cell] = [_("place"), _("code"), _("unit")]
    if not asked.ranking:
        found += [str(label) for _name, label, _test in asked.board.room.COUNTERS]
    for figure in asked.board.figures:
        found.append(f"{figure.label} %")
        if not asked.ranking:
            found += [_("%(figure)s: numerator") % {"figure": figure.label},
                      _("%(figure)s: denominator") % {"figure": figure.label}]  # fmt: skip
    return [*found, f"{asked.board.score_label} %"]


def lines(asked: Asked, rows: Any) -> list[list[Cell]]:
    """Return a line for each unit; where nothing counts the cell is empty."""
    found = []
    for row in rows:
        line: list[Cell] = [row.place, row.unit.code, row.unit.label]
        if not asked.ranking:
            line += row.counters.values()
        for one in row.values:
            line.append(one.percent)
            if not asked.ranking:
                line += [one.numerator, one.denominator]
        found.append([*line, percent(row.score)])
    return found


def safe(cell: Cell) -> Any:
    """Return what can be written into a cell: text that a spreadsheet would take for a formula gets a ' in front."""
    if isinstance(cell, str) and cell.startswith(_RUNS):
        return f"'{cell}"
    return "" if cell is None else cell


def as_csv(table: list[list[Cell]]) -> bytes:
    """Return the table as CSV in UTF-8 with its mark, by which spreadsheets know the encoding."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([safe(cell) for cell in line] for line in table)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(table: list[list[Cell]], asked: Asked) -> bytes:
    """Return the table as XLSX, with the rules of the figures on a second sheet."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = asked.period.code.replace("..", "_")[:31]
    _fill(sheet, table)
    sheet.freeze_panes = "D2"
    rules: list[list[Cell]] = [[_("figure"), _("rule"), _("source")]]
    rules += [[str(figure.label), str(figure.rule), str(figure.source)] for figure in asked.board.figures]
    rules.append([str(asked.board.score_label), str(asked.board.score_rule), ""])
    _fill(book.create_sheet(_("rules")), rules)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _fill(sheet: Any, table: list[list[Cell]]) -> None:
    for line in table:
        sheet.append([None if cell is None else safe(cell) for cell in line])
