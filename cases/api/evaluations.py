"""``/api/v1/evaluations/``: rates and scores of a period, and the tickets and whistles behind every figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from cases.api.described_evaluation import COUNTED, FAMILIES, EvaluationSerializer, period_shown
from cases.api.report_ins import REPORT_INS
from cases.api.subjects import Shown, SubjectView, not_found
from cases.api.tickets import TICKETS
from cases.api.whistles import WHISTLES
from cases.evaluation import boards, scope
from cases.evaluation.boards import BOARDS, Board, Row
from cases.evaluation.figures import Value, percent
from cases.evaluation.periods import Period, of_month, parse
from cases.hotline.models import Ticket
from citygrid.accounts.permissions import Perm
from citygrid.common.api.filters import FLAG, no_such, refuse_query
from citygrid.common.api.refusals import Malformed
from citygrid.common.errors import Invalid
from gridmap.areas.models import Area

SHOWN: dict[str, Shown] = {"hotline": TICKETS, "whistle": REPORT_INS, "whistle_street": WHISTLES}
MOST = 200


class PeriodField(forms.CharField):
    """A period as text."""

    def clean(self, value: Any) -> Any:
        """Return the period, or ``None``. Raises ``ValidationError`` with the sentence that refuses it."""
        text = super().clean(value)
        try:
            return parse(text) if text else None
        except Invalid as refusal:
            raise ValidationError(str(refusal)) from None


class Asked(forms.Form):
    """The query string of the list."""

    family = forms.ChoiceField(choices=FAMILIES, required=False)
    period = PeriodField(required=False)
    ranking = forms.ChoiceField(choices=FLAG, required=False)
    unit = forms.CharField(max_length=40, required=False)
    page_size = forms.IntegerField(min_value=1, required=False)
    cursor = forms.CharField(max_length=40, required=False)
    count = forms.ChoiceField(choices=FLAG, required=False)


@dataclass(frozen=True, slots=True)
class Id:
    """What the key of one evaluation says."""

    board: Board
    period: Period
    code: str

    @classmethod
    def read(cls, text: str) -> Id:
        """Raises ``NotFound`` for anything that names no board, period and unit."""
        family, _colon, rest = text.partition(":")
        period, _colon, code = rest.partition(":")
        try:
            return cls(BOARDS[family], parse(period), code)
        except (KeyError, Invalid):
            raise not_found() from None


def shown(row: Row, board: Board, period: Period, *, own: bool) -> dict[str, Any]:
    """Return one unit; in the ranking without what could be counted back to tickets."""
    return {
        "id": f"{board.family}:{period.code}:{row.unit.code}",
        "family": board.family,
        "period": period_shown(period),
        "unit": {"code": row.unit.code, "name": row.unit.label},
        "own": own,
        "place": row.place,
        "score": _number(percent(row.score)),
        "score_rule": str(board.score_rule),
        "weights": dict(board.weights()),
        "counters": row.counters if own else None,
        "figures": [_figure(one, own=own) for one in row.values],
    }


def _figure(one: Value, *, own: bool) -> dict[str, Any]:
    figure = one.figure
    return {
        "name": figure.name,
        "label": str(figure.label),
        "percent": _number(one.percent),
        "numerator": one.numerator if own else None,
        "denominator": one.denominator if own else None,
        "lower_is_better": figure.bad,
        "rule": str(figure.rule),
        "source": str(figure.source),
        "parts": list(figure.parts) if own else [],
    }


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


class EvaluationView(SubjectView):
    """What the addresses of evaluations have in common."""

    rights = (Perm.EVALUATION_VIEW,)
    queryset = Ticket.objects.none()
    serializer_class = EvaluationSerializer


class EvaluationListView(EvaluationView):
    """Units with their figures."""

    pagination_class = None
    filter_backends = ()

    @extend_schema(
        operation_id="evaluations_list",
        parameters=[
            OpenApiParameter("family", enum=list(BOARDS), default="hotline", description="Which board."),
            OpenApiParameter("period", description="2026-11, 2026-Q4, 2026 or 2026-11-01..2026-11-15; or this month."),
            OpenApiParameter("ranking", enum=["0", "1"], description="1 answers all units, with rates and places."),
            OpenApiParameter("unit", description="Code of one unit or street."),
            OpenApiParameter("page_size", type=int, description="Rows on a page, 200 at most."),
            OpenApiParameter("cursor", description="Where the page begins; take it from next or previous."),
            OpenApiParameter("count", enum=["0", "1"], description="1 adds the total number of rows."),
        ],
        responses=EvaluationSerializer(many=True),
    )  # fmt: skip
    def get(self, request: Any) -> Response:
        """Answer one's own figures, the best unit first; with ranking=1 those of all units, without counts."""
        form = Asked(request.query_params)
        refuse_query(form)
        asked, reader = form.cleaned_data, self.reader
        board, period = BOARDS[asked["family"] or "hotline"], asked["period"] or of_month(localdate(reader.at))
        ranking = asked["ranking"] == "1"
        rows = boards.rows(board, boards.items(board, period, reader.at)) if ranking else (
            boards.own_rows(board, period, reader.acting)
        )  # fmt: skip
        if asked["unit"]:
            _known_unit(board, asked["unit"])
            rows = [row for row in rows if row.unit.code == asked["unit"]]
        page, links = _page(rows, asked, request)
        answer = {**links, "results": [shown(row, board, period, own=not ranking) for row in page]}
        return Response(answer | ({"count": len(rows)} if asked["count"] == "1" else {}))


class EvaluationDetailView(EvaluationView):
    """One unit."""

    @extend_schema(operation_id="evaluations_retrieve", responses=EvaluationSerializer)
    def get(self, request: Any, key: str) -> Response:
        """Answer one unit's figures as far as they are one's own."""
        wanted = Id.read(key)
        row = boards.own_row(wanted.board, wanted.period, self.reader.acting, wanted.code)
        if row is None:
            raise not_found()
        return Response(shown(row, wanted.board, wanted.period, own=True))


class CountedFilters(django_filters.FilterSet):
    """Which figure, and which part of it."""

    indicator = django_filters.CharFilter(
        method="as_it_is", max_length=30, label=gettext_lazy("Name of a figure; the first one if left out.")
    )
    part = django_filters.ChoiceFilter(
        method="as_it_is", empty_label=None, choices=[(name, name) for name in ("counted", "good", "missed")],
        label=gettext_lazy("All that was counted, the numerator, or the rest."),
    )  # fmt: skip

    def as_it_is(self, queryset: Any, name: str, value: str) -> Any:
        """The view has chosen the rows already."""
        return queryset


class CountedView(EvaluationView):
    """What a figure counted."""

    filterset_class = CountedFilters
    ordering = "-id"
    ordering_fields = ("id",)

    @extend_schema(operation_id="evaluations_cases_list", responses=COUNTED)
    def get(self, request: Any, key: str) -> Response:
        """Answer one page of the very tickets, report-ins or whistles that a figure counted."""
        wanted, reader = Id.read(key), self.reader
        board = wanted.board
        queryset = self.filter_queryset(board.listed.objects.visible_to(reader.user, reader.at))
        figure, part = _figure_asked(board, request.query_params)
        found = scope.own(board, boards.items(board, wanted.period, reader.at), reader.acting)
        unit = board.units.objects.filter(code=wanted.code).values_list("pk", flat=True).first()
        if unit is None or not found.filter(**{board.room.UNIT: unit}).exists():
            raise not_found()
        counted = boards.listed(board, found, unit=unit, figure=figure, part=part).values("pk")
        one = SHOWN[board.family]
        rows: Any = self.paginate_queryset(one.joined(queryset.filter(pk__in=counted)))
        return self.get_paginated_response(one.rows(rows, reader))


def _known_unit(board: Board, code: str) -> None:
    if "\x00" in code or not board.units.objects.filter(code=code).exists():
        fault = no_such(code, "areas" if board.units is Area else "units")
        raise Malformed(fault, fields={"unit": [fault]})


def _figure_asked(board: Board, asked: Any) -> tuple[Any, str]:
    name, part = asked.get("indicator") or board.figures[0].name, asked.get("part") or "counted"
    figure = board.figure(name)
    allowed = [one.name for one in board.figures] if figure is None else list(figure.parts)
    wrong = "indicator" if figure is None else "part" if part not in figure.parts else ""
    if wrong:
        fault = _("%(name)s cannot be “%(given)s”. Use one of: %(allowed)s.") % {
            "name": wrong, "given": asked.get(wrong, ""), "allowed": ", ".join(allowed),
        }  # fmt: skip
        raise Malformed(fault, fields={wrong: [fault]})
    return figure, part


def _page(rows: list[Row], asked: Any, request: Any) -> tuple[list[Row], dict[str, Any]]:
    """Return a page of rows and the links to its neighbours; a cursor is the code of the unit that begins a page."""
    size = min(asked["page_size"] or MOST, MOST)
    codes = [row.unit.code for row in rows]
    if asked["cursor"] and asked["cursor"] not in codes:
        fault = _("This cursor does not belong to this list. Follow next and previous, or begin without a cursor.")
        raise Malformed(fault, fields={"cursor": [fault]})
    begin = codes.index(asked["cursor"]) if asked["cursor"] else 0
    address = remove_query_param(request.build_absolute_uri(), "count")

    def link(index: int) -> str:
        return str(replace_query_param(address, "cursor", codes[index]))

    return rows[begin : begin + size], {
        "next": link(begin + size) if begin + size < len(rows) else None,
        "previous": link(max(0, begin - size)) if begin else None,
    }
