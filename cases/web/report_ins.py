"""The page of a report-in, phone first: where to go, what is asked, check in, submit; and the street's acceptance."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from cases.evidence.models import Evidence
from cases.web.moves import Refused, done, laid_out, make
from cases.web.page import not_found
from cases.web.reader import acting_of, for_casework
from cases.web.report_rows import JOINS, row_of
from cases.whistles.ratings import LABELS, POINTS
from cases.whistles.report_ins import ReportIn
from cases.whistles.report_table import REPORT_IN
from cases.workflow.people import Acting

# The move that carries a report-in on: the first possible one lies open.
FORWARD = ("arrive", "submit", "accept", "uphold", "rule_on_rating", "answer_supervision")


@for_casework
@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a report-in with what the person can do."""
    return _page(request, pk)


@for_casework
@require_POST
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Make a move. A refusal answers the page with what was typed."""
    made = make(request, _find(acting_of(request), pk), name)
    if isinstance(made, Refused):
        return _page(request, pk, refused=made, status=made.status)
    return done(request, made, name, reverse("report_in", args=[pk]))


def _find(acting: Acting, pk: int) -> ReportIn:
    seen = ReportIn.objects.visible_to(acting.user, acting.at).select_related(*JOINS, "arrived_by", "submitted_by")
    found: ReportIn | None = seen.filter(pk=pk).first()
    if found is None:
        raise not_found()
    return found


def _page(request: HttpRequest, pk: int, *, refused: Refused | None = None, status: int = 200) -> HttpResponse:
    acting = acting_of(request)
    one = _find(acting, pk)
    possible, closed_off = laid_out(one, acting, refused, FORWARD)
    rating: Any = one.rating if one.is_rated else None
    context = {
        "one": one, "row": row_of(one, acting), "turn": REPORT_IN.turn_of(one), "offers": possible,
        "closed_off": closed_off, "refused": refused, "rating": rating,
        "sheet": [(LABELS[name], getattr(rating, name), most) for name, most in POINTS.items()] if rating else [],
        "pieces": Evidence.objects.of_holder(one).select_related("uploaded_by"),
    }  # fmt: skip
    return render(request, "cases/whistles/report_in.html", context, status=status)
