"""The page of one ticket: the same for the hotline and for every unit; what one may learn and do differs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases.hotline.models import Ticket
from cases.web.asking import asked_by
from cases.web.forms import InputForm
from cases.web.hotline.whistling import WHISTLE, tied
from cases.web.hotline.whole import context_of, whole
from cases.web.moves import Refused, done, make, safe_way
from cases.web.page import explained, not_found
from cases.web.reader import acting_of, for_hotline
from cases.workflow.people import Acting
from citygrid.common.errors import NotFound, Refusal


@for_hotline
@never_cache
@require_GET
def show(request: HttpRequest, number: str) -> HttpResponse:
    """Show a ticket; ``?move=`` opens the form of a move."""
    return _page(request, number)


@for_hotline
@require_POST
def move(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Make a move. A refusal answers the page with what was typed, and what changed since."""
    acting = acting_of(request)
    made = make(request, find(acting, number), name)
    if isinstance(made, Refused):
        return _page(request, number, refused=made, status=made.status)
    still_seen = Ticket.objects.visible_to(acting.user, acting.at).filter(pk=made.pk).exists()
    return done(request, made, name, reverse("ticket", args=[number]) if still_seen else reverse("home"))


@for_hotline
@require_POST
def ask_for(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """Ask to return the ticket, or to leave it out of the scores."""
    asked = asked_by(request, find(acting_of(request), number), kind)
    return redirect("ticket", number) if asked is None else _page(request, number, asked=asked, status=asked[2].status)


@for_hotline
@require_GET
def explain(request: HttpRequest, number: str, clock_id: int) -> HttpResponse:
    """Answer the arithmetic of a deadline, line by line, as a part of the page."""
    return explained(request, find(acting_of(request), number), clock_id, reverse("ticket", args=[number]))


def find(acting: Acting, number: str) -> Ticket:
    """Return the ticket with all that hangs on it. Raises ``NotFound``."""
    found: Ticket | None = whole(Ticket.objects.visible_to(acting.user, acting.at)).filter(number=number).first()
    if found is None:
        raise not_found()
    return found


@for_hotline
@require_POST
def whistle(request: HttpRequest, number: str) -> HttpResponse:
    """Draft a whistle for a ticket, or let the ticket join one; a refusal answers the page with what was typed."""
    acting = acting_of(request)
    ticket = find(acting, number)
    try:
        return tied(request, WHISTLE, ticket=ticket)
    except NotFound:
        raise
    except Refusal as refusal:
        form = InputForm([WHISTLE], ticket, acting, name="whistle", data=request.POST)
        form.refuse(refusal)
        return _page(request, number, tying=form, status=refusal.status)


def _page(
    request: HttpRequest, number: str, *, refused: Refused | None = None, asked: Any = None,
    tying: InputForm | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    acting = acting_of(request)
    context = context_of(
        find(acting, number), acting, chosen=request.GET.get("move", ""), target=request.GET.get("target", "")[:32],
        refused=refused, asked=asked,
    ) | {"next": safe_way(request)}  # fmt: skip
    if tying is not None:
        context["whistle_form"] = tying
    return render(request, "cases/hotline/ticket.html", context, status=status)
