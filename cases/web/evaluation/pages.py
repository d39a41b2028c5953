"""Pages of rates and scores: boards by unit, and the tickets and whistles behind every figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases.evaluation import boards, scope
from cases.evaluation.boards import BOARDS, Board, Row
from cases.evaluation.figures import Value, percent
from cases.evaluation.periods import of_month, parse
from cases.hotline import identity
from cases.web.evaluation.asked import Asked, PeriodForm
from cases.web.page import not_found
from cases.web.reader import acting_of
from citygrid.accounts.authority import lacking
from citygrid.accounts.permissions import Perm
from citygrid.common.errors import Invalid

PAGE = 50
JOINS = {
    "hotline": ("unit", "area", "demand_type", "category", "caller"),
    "whistle": ("whistle__kind", "whistle__area", "department", "rating"),
    "whistle_street": ("kind", "area", "lead_department"),
}
View = Callable[..., HttpResponse]


def for_scores(view: View) -> View:
    """Let in who may read scores; others are told who may."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not acting_of(request).holds(Perm.EVALUATION_VIEW):
            raise lacking(Perm.EVALUATION_VIEW)
        return view(request, *args, **kwargs)

    return login_required(guarded)


@dataclass(frozen=True, slots=True)
class Line:
    """One unit as a line of the table."""

    row: Row
    score: Any
    counters: list[tuple[Any, int]]

    @classmethod
    def of(cls, row: Row, board: Board) -> Line:
        """Return the line of a row."""
        counters = [(label, row.counters[name]) for name, label, _test in board.room.COUNTERS]
        return cls(row, percent(row.score), counters)


@for_scores
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Show a board; a period that cannot be is said beside the picker, and the present month is shown."""
    acting = acting_of(request)
    form, status = PeriodForm(request.GET, today=localdate(acting.at)), 200
    try:
        asked = Asked.read(request.GET, form, own=True)
    except Invalid as refusal:
        form.add_error(None, str(refusal))
        status = refusal.status
        asked = Asked.read(request.GET, PeriodForm({}, today=localdate(acting.at)), own=True)
    board, period = asked.board, asked.period
    rows = rows_for(asked, acting)
    context = {
        "boards": [(one.family, one.label, one is board) for one in BOARDS.values()], "board": board, "asked": asked,
        "period": period, "before": period.before(), "form": form,
        "lines": [Line.of(row, board) for row in rows], "figures": _heads(board, asked.sort),
        "weights": _weights(board),
        "counters": [label for _name, label, _test in board.room.COUNTERS] if not asked.ranking else [],
    }  # fmt: skip
    return render(request, "cases/evaluation/board.html", context, status=status)


def rows_for(asked: Asked, acting: Any) -> list[Row]:
    """Return the rows that a question is answered with, in its order."""
    if asked.ranking:
        rows = boards.rows(asked.board, boards.items(asked.board, asked.period, acting.at))
    else:
        rows = boards.own_rows(asked.board, asked.period, acting)
    return asked.ordered(rows)


@for_scores
@require_GET
def counted(request: HttpRequest, family: str, code: str, name: str) -> HttpResponse:
    """List the very tickets, report-ins or whistles that one figure of one unit counted."""
    acting = acting_of(request)
    board = BOARDS.get(family)
    figure = board.figure(name) if board else None
    if board is None or figure is None:
        raise not_found()
    period = parse(request.GET.get("period") or of_month(localdate(acting.at)).code)
    found = scope.own(board, boards.items(board, period, acting.at), acting)
    row = boards.own_row(board, period, acting, code)
    if row is None:
        raise not_found()
    part = request.GET.get("part", "counted")
    part = part if part in figure.parts else "counted"
    keys = boards.listed(board, found, unit=row.unit.pk, figure=figure, part=part).values("pk")
    seen = board.listed.objects.visible_to(acting.user, acting.at).filter(pk__in=keys)
    page: Page[Any] = Paginator(seen.select_related(*JOINS[family]).order_by("-pk"), PAGE).get_page(
        request.GET.get("page")
    )
    value = next(one for one in row.values if one.figure is figure)
    context = {
        "board": board, "period": period, "row": row, "figure": figure, "value": value, "page": page, "part": part,
        "parts": _parts(value), "things": _titled(board, list(page), acting),
    }  # fmt: skip
    return render(request, "cases/evaluation/counted.html", context)


def _heads(board: Board, sort: str) -> list[tuple[Any, str, str]]:
    """Return each figure with the order that its head leads to, and the one it is in."""
    heads = []
    for figure in board.figures:
        best_first = figure.name if figure.bad else f"-{figure.name}"
        other = (
            best_first if sort != best_first else best_first.removeprefix("-") if not figure.bad else f"-{best_first}"
        )
        order = "" if sort.lstrip("-") != figure.name else "descending" if sort.startswith("-") else "ascending"
        heads.append((figure, other, order))
    return heads


def _weights(board: Board) -> list[tuple[Any, int]]:
    found = [(board.figure(name), weight) for name, weight in board.weights()]
    return [(figure.label, weight) for figure, weight in found if figure is not None]


def _parts(value: Value) -> list[tuple[str, Any, int]]:
    """Return the parts of a figure with how many items each has."""
    if value.figure.good is None:
        return []
    sizes = {"counted": value.denominator, "good": value.numerator, "missed": value.denominator - value.numerator}
    labels = {"counted": _("all that count"), "good": _("in the numerator"), "missed": _("not in the numerator")}
    return [(part, labels[part], sizes[part]) for part in value.figure.parts]


def _titled(board: Board, things: list[Any], acting: Any) -> list[tuple[Any, str]]:
    """Return each thing with its title; that of a ticket as the person may read it."""
    if board.family == "hotline":
        return [(one, identity.text_shown(one, acting)[0]) for one in things]
    return [(one, "") for one in things]
