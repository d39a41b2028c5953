"""The callback desk: the queue, and one call at a time with its script, its attempts and its three answers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases.hotline import desk, identity, links
from cases.hotline.models import Ticket
from cases.hotline.states import TO_CALL
from cases.web.hotline.page import find
from cases.web.hotline.reveal import LABELS, masks
from cases.web.hotline.rounds import shown_rounds
from cases.web.hotline.rows import loaded, rows_of
from cases.web.moves import Refused, done, form_for, make, offers
from cases.web.page import not_found
from cases.web.reader import acting_of, for_hotline
from cases.workflow.engine import advance
from cases.workflow.people import Acting
from citygrid.accounts.authority import lacking
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import Role
from citygrid.common.errors import NotAllowed, Refusal

PAGE = 30
ANSWERS = ("close_callback", "redo")  # made by one form: the answers are the same
MOVES = (*ANSWERS, "attempt_callback", "put_back")


@for_hotline
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Show the calls to be made, the most urgent first, and the one that the agent has."""
    acting = acting_of(request)
    if not identity.of_hotline(acting):
        raise lacking(Perm.CALLER_VIEW)
    agent = acting.holds_role(Role.CALLBACK_AGENT)
    seen = Ticket.objects.visible_to(acting.user, acting.at).filter(state__in=TO_CALL)
    found: Any = desk.queue(acting) if agent else seen
    page: Page[Any] = Paginator(found.most_urgent_first(), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "rows": rows_of(loaded(page), acting), "agent": agent,
        "own": desk.own_call(acting) if agent else None,
        "resting": desk.to_call(acting).count() - page.paginator.count if agent else 0,
    }  # fmt: skip
    return render(request, "cases/hotline/callbacks.html", context)


@for_hotline
@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Give the agent the most urgent call that nobody has."""
    acting = acting_of(request)
    if not acting.holds_role(Role.CALLBACK_AGENT):
        raise NotAllowed(_("Callbacks are made by: %(role)s.") % {"role": Role.CALLBACK_AGENT.label})
    ticket = desk.take_next(by=acting.user, at=acting.at)
    if ticket is None:
        messages.success(request, _("No call is to be made now."))
        return redirect("callbacks")
    return redirect("callback", ticket.number)


@for_hotline
@never_cache
@require_GET
def call(request: HttpRequest, number: str) -> HttpResponse:
    """Show one call with its script."""
    return _page(request, number)


@for_hotline
@require_POST
def move(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Make a move of the callback. A refusal answers the page with what was typed; else the next call is a key away."""
    if name not in MOVES:
        raise not_found()
    acting = acting_of(request)
    made = make(request, find(acting, number), name)
    if isinstance(made, Refused):
        return _page(request, number, refused=made, status=made.status)
    return done(request, made, name, reverse("callbacks"))


@for_hotline
@never_cache
@require_POST
def send_link(request: HttpRequest, number: str) -> HttpResponse:
    """Make the link by which the caller answers instead of a call, and show it this once."""
    acting = acting_of(request)
    ticket = find(acting, number)
    version = request.POST.get("version", "")
    try:
        ticket = advance(
            ticket, "send_link", by=acting.user, at=acting.at, version=int(version) if version.isdecimal() else None
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("callback", number)
    token = links.make(callback=ticket.current_callback(), at=acting.at)
    address = request.build_absolute_uri(reverse("callback_answer", args=[token]))
    return render(request, "cases/hotline/link.html", {"ticket": ticket, "address": address, "days": links.days()})


def _page(request: HttpRequest, number: str, *, refused: Refused | None = None, status: int = 200) -> HttpResponse:
    acting = acting_of(request)
    ticket = find(acting, number)
    callback = ticket.current_callback()
    if callback is None or not identity.of_hotline(acting):
        raise not_found()
    made = {offer.row.name: offer for offer in offers(ticket, acting)}
    if refused:
        _keep(made, refused, ticket, acting, request)
    elif callback.satisfaction:
        _by_link(made, callback)
    title, content = identity.text_shown(ticket, acting)
    context = {
        "ticket": ticket, "callback": callback, "title": title, "content": content, "refused": refused,
        "round": shown_rounds(ticket)[0], "attempts": desk.attempts_of(callback, acting.at),
        "masks": [(name, LABELS[name], mask) for name, mask in masks(ticket, acting).items() if name != "address"],
        "why_not_reveal": identity.why_not_reveal(ticket, acting),
        "purpose": _("Callback of %(ticket)s") % {"ticket": ticket.number},
        "mine": callback.held_at(acting.at) and callback.agent_id == request.user.pk,
        "close": made.get("close_callback"), "redo": made.get("redo"), "attempt": made.get("attempt_callback"),
        "take": made.get("open_callback"), "back": made.get("put_back"), "link": made.get("send_link"),
    }  # fmt: skip
    return render(request, "cases/hotline/call.html", context, status=status)


def _keep(made: Any, refused: Refused, ticket: Ticket, acting: Acting, request: HttpRequest) -> None:
    """Keep what was typed in both forms of the answers: they are one on the page."""
    name = refused.offer.row.name
    for other in ANSWERS:
        if name in ANSWERS and other in made and made[other].form:
            made[other].form = form_for(made[other].row, ticket, acting, request)
            made[other].form.refuse(refused.refusal)
    made[name] = refused.offer


def _by_link(made: Any, callback: Any) -> None:
    """Start from what the caller answered by the link."""
    for name in ANSWERS:
        form = made[name].form if name in made else None
        if form is not None:
            form.fields["contacted"].initial = "true" if callback.contacted else "false"
            form.fields["solved"].initial = callback.solved
            form.fields["satisfaction"].initial = str(callback.satisfaction)
