"""The intake screen: from the ring to the saved ticket by the keyboard alone; the address that telephony opens."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.hotline.limits import CLOCKS
from cases.hotline.models import Ticket
from cases.hotline.table import TICKET
from cases.web.clocks import clocks_of, going_and_stopped
from cases.web.hotline.intake_form import IntakeForm
from cases.web.hotline.intake_hints import hints
from cases.web.hotline.known import History, history
from cases.web.maps import ground, own_places
from cases.web.page import not_found
from cases.web.reader import acting_of, for_hotline
from cases.workflow.people import Acting
from citygrid.common.errors import NotAllowed, Refusal

View = Callable[..., HttpResponse]


def may_log(acting: Acting) -> bool:
    """Whether one of the posts takes calls."""
    return any(acting.holds_role(role) for role in TICKET["log"].roles)


def _for_operators(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_log(acting_of(request)):
            roles = _(", ").join(str(role.label) for role in TICKET["log"].roles)
            raise NotAllowed(_("Calls are taken by: %(roles)s.") % {"roles": roles})
        return view(request, *args, **kwargs)

    return for_hotline(never_cache(guarded))


@_for_operators
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the screen, ``?phone=`` with the number and the caller's history; or save the call."""
    acting = acting_of(request)
    if request.method == "GET":
        phone = rung(request.GET.get("phone", ""))
        return _page(request, IntakeForm(acting, initial={"caller_phone": phone}), acting, phone=phone)
    form = IntakeForm(acting, data=request.POST)
    try:
        ticket = form.save(_key(request.POST.get("call", "")), _key(request.POST.get("client_request_id", "")))
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(request, form, acting, phone=request.POST.get("caller_phone", ""), status=refusal.status)
    return redirect("intake_saved", ticket.number)


@_for_operators
@require_GET
def saved(request: HttpRequest, number: str) -> HttpResponse:
    """Say what became of the call: number, unit, deadlines; the next call is one key away."""
    acting = acting_of(request)
    joins = ("unit", "area", "category", "demand_type", "main_ticket", "caller", "phone")
    ticket = Ticket.objects.visible_to(acting.user, acting.at).select_related(*joins).filter(number=number).first()
    if ticket is None:
        raise not_found()
    clocks, _stopped = going_and_stopped(clocks_of(ticket, acting, CLOCKS, "ticket_clock"))
    return render(request, "cases/intake/saved.html", {"ticket": ticket, "clocks": clocks})


@_for_operators
@require_POST
def caller(request: HttpRequest) -> HttpResponse:
    """Answer who has a number and what they called about, as a part of the screen. The look-up is on record."""
    known = history(request.POST.get("phone", ""), acting_of(request))
    return render(request, "cases/intake/caller.html", {"known": known})


@_for_operators
@require_POST
def hint(request: HttpRequest) -> HttpResponse:
    """Answer what is proposed for the call as far as it is typed, and what looks like the same matter."""
    acting = acting_of(request)
    return render(request, "cases/intake/hints.html", {"hints": hints(IntakeForm(acting, data=request.POST), acting)})


def rung(number: str) -> str:
    """Return the number that telephony handed over; the plus of a country code arrives as a blank."""
    return "+" + number.strip() if number.startswith(" 86") else number.strip()[:30]


def _key(text: str) -> str:
    """Return a reference that machines made, as far as it can be kept."""
    return "".join(sign for sign in text if sign.isprintable())[:64]


def _page(request: HttpRequest, form: IntakeForm, acting: Acting, *, phone: str, status: int = 200) -> HttpResponse:
    known: History | None = history(phone, acting) if phone.strip() else None
    context = {
        "form": form, "known": known, "phone": phone,
        "place": form.data.get("place", "")[:100], "refused": status >= 400, "user_key": acting.user.pk,
        "call": _key(request.POST.get("call", request.GET.get("call", ""))),
        "client_request_id": _key(request.POST.get("client_request_id", "")) or str(uuid.uuid4()),
        "hints": hints(form, acting) if status >= 400 else None,
        "map": own_places(acting) | ground() | {
            "places": reverse("api_places"), "caller": reverse("intake_caller"), "hints": reverse("intake_hints"),
            "text": {
                "none": _("Nothing was found. Try fewer words, or click on the map."),
                "found": _("%(count)s found"), "failed": _("The server did not answer. What you typed is kept."),
                "changed": _("The proposal has just changed. Look at unit and level, then save again."),
                "proposed": _("proposed"),
            },
        },
    }  # fmt: skip
    return render(request, "cases/intake/new.html", context, status=status)
