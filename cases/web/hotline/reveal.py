"""Reveal one thing about a caller, once a purpose was given: on record, and shown this one time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache

from cases.hotline import identity
from cases.hotline.models import Ticket
from cases.web.reader import acting_of, for_hotline
from cases.workflow.people import Acting
from citygrid.common.errors import Invalid

LABELS: dict[str, Any] = {
    "name": pgettext_lazy("of a person", "name"), "phone": _("phone"), "address": _("address of the caller"),
}  # fmt: skip


class PurposeForm(forms.Form):
    """Ask why. The answer is kept in the journal."""

    purpose = forms.CharField(
        label=_("What do you need it for?"),
        help_text=_("It is kept in the journal with your name, for example: to arrange the visit."),
        min_length=identity.SHORTEST_PURPOSE,
        max_length=identity.LONGEST_PURPOSE,
    )


@for_hotline
@never_cache
def reveal(request: HttpRequest, number: str, field: str) -> HttpResponse:
    """Ask for the purpose; once it is given, show the value this one time."""
    acting = acting_of(request)
    asked: dict[str, Any] = {"number": number, "field": field, "by": acting.user, "at": acting.at, "model": Ticket}
    ticket = identity.find(**asked)
    form = PurposeForm(request.POST or None)
    value, status = "", 200
    if form.is_valid():
        try:
            value = identity.reveal(purpose=form.cleaned_data["purpose"], **asked)
        except Invalid as fault:
            form.add_error("purpose", str(fault))
            status = fault.status
    context = {
        "ticket": ticket, "field": field, "label": LABELS[field], "form": form, "value": value,
        "masked": masks(ticket, acting).get(field, ""),
    }  # fmt: skip
    in_place = bool(request.headers.get("HX-Request") and value)
    template = "cases/hotline/revealed.html" if in_place else "cases/hotline/reveal.html"
    return render(request, template, context, status=status)


def masks(ticket: Ticket, acting: Acting) -> dict[str, str]:
    """Return what is shown of the caller before anything is revealed; nothing of an anonymous ticket."""
    shown = identity.caller_shown(ticket, acting)
    if shown is None:
        return {}
    known = ticket.caller is not None and bool(ticket.caller.address)
    return {"name": shown["name"], "phone": shown["phone"]} | ({"address": identity.HIDDEN} if known else {})
