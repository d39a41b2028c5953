"""One move on several cases: each by itself, each with its own result."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.casework.models import Case
from cases.casework.table import CASE
from cases.web.moves import safe_way
from cases.web.page import not_found
from cases.web.reader import acting_of, for_casework
from cases.workflow.engine import advance
from citygrid.common.errors import Invalid, Refusal

MOST = 100


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one case."""

    number: str
    reason: str  # why it was refused; empty when it was done


@for_casework
@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """Make a move on every chosen case, in the version that was looked at, and list the results."""
    acting = acting_of(request)
    name, opinion = request.POST.get("move", ""), request.POST.get("opinion", "")
    row = next((row for row in CASE.rows if row.name == name and not row.system and row.sources), None)
    picks = [pick.partition(":") for pick in dict.fromkeys(request.POST.getlist("pick"))]
    if not picks:
        raise Invalid(_("No case was chosen. Go back and tick the cases first."))
    if row is None:
        raise Invalid(_("No move was chosen. Go back and choose what to do with the cases."))
    if len(picks) > MOST:
        raise Invalid(_("At most %(most)s cases can be moved at once. Choose fewer.") % {"most": MOST})
    keys = dict(Case.objects.filter(number__in=[pick[0] for pick in picks]).values_list("number", "pk"))
    results = []
    for number, _colon, version in picks:
        try:
            if number not in keys:
                raise not_found()
            advance(
                Case(pk=keys[number]), name, by=acting.user, at=acting.at, opinion=opinion,
                version=int(version) if version.isdecimal() else None,
            )  # fmt: skip
            results.append(Result(number, ""))
        except Refusal as refusal:
            results.append(Result(number, str(refusal)))
    context = {
        "row": row, "results": results, "done": sum(not one.reason for one in results), "way": safe_way(request),
    }  # fmt: skip
    return render(request, "cases/worklist/results.html", context)
