"""What the forms of a ticket's moves start from: proposals with their reason, and what is known already."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from cases.hotline.models import Ticket
from cases.hotline.services import prefill as known_reply
from cases.hotline.states import Medium, TicketState
from cases.hotline.units import propose
from cases.web.moves import Offer
from cases.workflow.people import Acting


def prefill(made: list[Offer], ticket: Ticket, acting: Acting, target: str = "") -> None:
    """Fill the forms in. ``target`` is a ticket or case that somebody chose on the page."""
    fillers: dict[str, Any] = {
        "dispatch": _dispatch, "contact": lambda *_all: {"how": Medium.PHONE}, "reply": _reply,
        "raise_case": lambda *_all: _case(ticket) | ({"case": target} if target else {}),
        "link": lambda *_all: {"target": target},
    }  # fmt: skip
    for offer in made:
        filler = fillers.get(offer.row.name)
        if offer.form is None or filler is None:
            continue
        for name, value in filler(offer, ticket, acting).items():
            offer.form.fields[name].initial = value


def _dispatch(offer: Offer, ticket: Ticket, acting: Acting) -> dict[str, Any]:
    if ticket.state != TicketState.LOGGED or offer.form is None:
        return {}
    found: dict[str, Any] = {"level": ticket.level}
    if proposed := propose(ticket, acting):
        found["unit"] = proposed.unit.code
        offer.form.fields["unit"].help_text = _("Proposed: %(unit)s. %(reason)s") % {
            "unit": proposed.unit.label, "reason": proposed.reason,
        }  # fmt: skip
    return found


def _reply(offer: Offer, ticket: Ticket, acting: Acting) -> dict[str, Any]:
    """Start from what was written before, else from what came back; it was accepted when it was signed for."""
    row = ticket.current_round()
    if row is not None and row.public_text:
        names = ("spoke_to", "measures", "outcome", "public_text", "internal_text")
        known = {name: getattr(row, name) for name in names}
        return known | {"accepted_at": _moment(row.accepted_at), "deadline": _day(row.deadline)}
    accepted = (row.signed_at or row.began_at) if row is not None else acting.at
    return {"accepted_at": _moment(accepted), "deadline": _day(localdate(acting.at)), **known_reply(ticket)}


def _case(ticket: Ticket) -> dict[str, Any]:
    category = ticket.category.case_category if ticket.category else None
    place = f"{ticket.geom.x:.6f},{ticket.geom.y:.6f}" if ticket.geom else ""
    return {"category": category.code if category else "", "position": place, "address": ticket.address}


def _moment(at: datetime | None) -> str:
    return localtime(at).strftime("%Y-%m-%dT%H:%M") if at else ""


def _day(day: Any) -> str:
    return day.isoformat() if day else ""
