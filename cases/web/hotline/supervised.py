"""The list of units whose replies their leader signs off (handbook §4.6): managers put units on it and take off."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from cases.hotline.maintain import end_supervision, supervise
from cases.hotline.reference import SupervisedUnit
from cases.hotline.units import units
from cases.web.forms import InputForm
from cases.web.page import not_found
from cases.web.reader import acting_of, for_hotline
from cases.workflow.inputs import clean
from cases.workflow.people import Acting
from cases.workflow.table import Input, InputType
from citygrid.accounts.authority import lacking
from citygrid.accounts.permissions import Perm
from citygrid.common.errors import Refusal

INPUTS = (
    Input("unit", gettext_lazy("unit"), InputType.REF, ref="units"),
    Input("reason", gettext_lazy("reason"), help=gettext_lazy("Why, in a sentence; it stays on record.")),
)


@for_hotline
@require_http_methods(["GET", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """Show the list, or put a unit on it. A refusal answers the page with what was typed."""
    acting = _allowed(request)
    sent = {"data": request.POST} if request.method == "POST" else {}
    form = InputForm(INPUTS, None, acting, name="supervise", **sent)
    status = 200
    if sent:
        try:
            given = clean(INPUTS, form.given(), by=acting.user, at=acting.at)
            supervise(unit=given["unit"], reason=given["reason"], at=acting.at, by=acting.user)
            messages.success(request, _("%(unit)s is on the list.") % {"unit": given["unit"].label})
            return redirect("supervised_units")
        except Refusal as refusal:
            form.refuse(refusal)
            status = refusal.status
    rows = SupervisedUnit.objects.filter(unit__in=units(acting).values("pk")).select_related("unit")
    context = {
        "form": form, "running": rows.filter(until=None).order_by("-since"),
        "ended": rows.exclude(until=None).order_by("-until")[:50],
    }  # fmt: skip
    return render(request, "cases/hotline/supervised.html", context, status=status)


@for_hotline
@require_POST
def end(request: HttpRequest, code: str) -> HttpResponse:
    """Take a unit off the list."""
    acting = _allowed(request)
    unit = units(acting).filter(code=code).first()
    if unit is None:
        raise not_found()
    try:
        end_supervision(unit=unit, at=acting.at, by=acting.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(unit)s is off the list.") % {"unit": unit.label})
    return redirect("supervised_units")


def _allowed(request: HttpRequest) -> Acting:
    acting = acting_of(request)
    if not acting.holds(Perm.UNIT_SUPERVISE):
        raise lacking(Perm.UNIT_SUPERVISE)
    return acting
