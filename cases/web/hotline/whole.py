"""Everything that the page of a ticket shows, in a fixed number of queries."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.urls import reverse

from cases.approvals.models import Approval
from cases.evidence.models import Evidence
from cases.hotline import identity
from cases.hotline.callbacks import Callback, CallbackAttempt
from cases.hotline.history import timeline_of
from cases.hotline.limits import CLOCKS
from cases.hotline.models import Contact, Ticket, TicketRound
from cases.hotline.table import TICKET
from cases.web.asking import askings, with_refused
from cases.web.clocks import clocks_of, going_and_stopped, light_of
from cases.web.events import told
from cases.web.hotline.around import around
from cases.web.hotline.banners import banners_of
from cases.web.hotline.forward import forward
from cases.web.hotline.prefilled import prefill
from cases.web.hotline.reveal import LABELS, masks
from cases.web.hotline.rounds import shown_rounds
from cases.web.hotline.whistling import whistle_form
from cases.web.moves import Offer, Refused, offers, parted
from cases.web.rows import know_places, place_of
from cases.workflow.people import Acting

JOINS = (
    "demand_type", "category__case_category", "category__unit", "area", "unit__area_served", "first_unit", "caller",
    "phone", "case", "handler", "logged_by", "main_ticket__unit",
)  # fmt: skip
LONGEST_TIMELINE = 300


def whole(tickets: Any) -> Any:
    """Load what the page shows, each kind of child in one query."""
    people = ("unit", "signed_by", "replied_by", "signed_off_by")
    attempts = Prefetch("attempts", CallbackAttempt.objects.select_related("by").order_by("pk"))
    return tickets.select_related(*JOINS).prefetch_related(
        "caller__phones",
        Prefetch("rounds", TicketRound.objects.select_related(*people).order_by("number")),
        Prefetch("contacts", Contact.objects.select_related("by").order_by("pk")),
        Prefetch("callbacks", Callback.objects.select_related("agent").order_by("pk").prefetch_related(attempts)),
        Prefetch(
            "approvals", Approval.objects.select_related("requested_by", "decided_by", "department").order_by("-pk")
        ),
    )


def context_of(
    ticket: Ticket,
    acting: Acting,
    *,
    chosen: str = "",
    target: str = "",
    refused: Refused | None = None,
    asked: Any = None,
) -> dict[str, Any]:
    """Return what the templates of the page need. ``target`` is what is proposed to be joined or linked to."""
    know_places([ticket], acting)
    made = offers(ticket, acting)
    beside = around(ticket, acting)
    prefill(made, ticket, acting, target)
    first = forward(ticket, {offer.row.name for offer in made if not offer.reason})
    for offer in made:
        offer.first = offer.row.name == first
        offer.open = offer.row.name == chosen or (not chosen and refused is None and offer.first)
    made.sort(key=lambda offer: not offer.first)
    possible, closed_off = parted(made)
    clocks = clocks_of(ticket, acting, CLOCKS, "ticket_clock")
    going, stopped = going_and_stopped(clocks)
    asking = with_refused(askings(ticket, acting), asked)
    title, content = identity.text_shown(ticket, acting)
    requests = list(ticket.approvals.all())
    for one in requests:
        one.ticket = ticket
    return {
        "ticket": ticket, "title": title, "content": content, "turn": TICKET.turn_of(ticket),
        "place": place_of(ticket, acting), "banners": banners_of(ticket, beside),
        "masks": [(name, LABELS[name], mask) for name, mask in masks(ticket, acting).items()],
        "why_not_reveal": identity.why_not_reveal(ticket, acting), "of_hotline": identity.of_hotline(acting),
        "offers": _with_refused(possible, refused),
        "closed_off": closed_off + [(one.kind.label, one.reason) for one in asking if one.reason],
        "refused": refused, "changes": told(refused.changes, "ticket") if refused else [],
        "askings": [one for one in asking if not one.reason],
        "requests": [(one, offers(one, acting)) for one in requests],
        "clocks": going, "stopped_clocks": stopped, "light": light_of(clocks),
        "rounds": shown_rounds(ticket), "pieces": Evidence.objects.of_holder(ticket).select_related("uploaded_by"),
        "timeline": told(timeline_of(ticket).order_by("-at", "-pk")[:LONGEST_TIMELINE], "ticket"),
        "whistle_form": whistle_form(ticket, acting), "beside": beside, "here": reverse("ticket", args=[ticket.number]),
    }  # fmt: skip


def _with_refused(made: list[Offer], refused: Refused | None) -> list[Offer]:
    if refused is None:
        return made
    return [refused.offer, *(offer for offer in made if offer.row.name != refused.offer.row.name)]
