"""How the whole of a ticket looks to programs: its row, its rounds, its callbacks. Callers are masked."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from cases.api import named
from cases.api.children import evidence, request_shown
from cases.api.clocks import clock_shown
from cases.api.moves import actions_of, whose_turn
from cases.api.named import when
from cases.api.reader import Reader
from cases.api.ticket_rows import choice, row_of, urgency_of
from cases.casework.states import Outcome
from cases.hotline import identity, links
from cases.hotline.callbacks import Callback
from cases.hotline.models import Contact, Ticket, TicketRound
from cases.hotline.services import prefill
from cases.hotline.states import (
    CallbackResult,
    Fault,
    LinkKind,
    Medium,
    OtherChannel,
    Satisfaction,
    Solved,
    TicketState,
)
from cases.hotline.units import propose
from citygrid.accounts.roles import Role


def detail(ticket: Any, reader: Reader) -> dict[str, Any]:
    """Return one ticket, loaded by :func:`cases.api.ticket_loading.load`, with what the reader can do."""
    clocks = ticket.clocks
    running = [clock for clock in clocks if clock.stopped_at is None and clock.paused_since is None]
    proposed = propose(ticket, reader.acting) if ticket.state == TicketState.LOGGED else None
    return {
        **row_of(ticket, reader),
        **urgency_of(min(running, key=lambda clock: (clock.due_at, clock.pk), default=None), reader),
        "whose_turn": whose_turn(ticket),
        "actions": actions_of(ticket, reader.acting, {"ticket": ticket.number}),
        "clocks": [clock_shown(clock, reader.at) for clock in clocks],
        "logged_by": named.person(ticket.logged_by),
        "event_at": when(ticket.event_at),
        "contact_wish": ticket.contact_wish,
        "wants_callback": ticket.wants_callback,
        "may_reveal": identity.why_not_reveal(ticket, reader.acting) is None,
        "why_not_reveal": identity.why_not_reveal(ticket, reader.acting),
        "caller_id": ticket.caller_id if identity.of_hotline(reader.acting) else None,
        "first_unit": named.department(ticket.first_unit),
        "proposed_unit": {**(named.department(proposed.unit) or {}), "reason": proposed.reason} if proposed else None,
        "handler": named.person(ticket.handler),
        "contact_allowed": ticket.contact_allowed,
        "final_ruling": ticket.final_ruling,
        **choice("link_kind", LinkKind, ticket.link_kind),
        **choice("other_channel", OtherChannel, ticket.other_channel),
        "outcome_label": named.label(Outcome, ticket.outcome),
        "answer": ticket.answer,
        "reply_prefill": prefill(ticket),
        "rounds": [_round(one) for one in ticket.rounds.all()],
        "contacts": [_contact(one) for one in ticket.contacts.all()],
        "callbacks": [callback(one) for one in ticket.callbacks.all()],
        "callback_link": _link(ticket, reader),
        "approvals": [request_shown(one) for one in ticket.approvals.all()],
        "evidence": [evidence(piece) for piece in ticket.pieces],
    }


def _link(ticket: Ticket, reader: Reader) -> str | None:
    """Return the address by which the caller answers, for the agents once they have made one with ``send_link``."""
    one = ticket.current_callback()
    if one is None or one.ended_at is not None or one.link_sent_at is None:
        return None
    if not reader.acting.holds_role(Role.CALLBACK_AGENT):
        return None
    return reverse("callback_answer", args=[links.make(callback=one, at=one.link_sent_at)])


def _round(one: TicketRound) -> dict[str, Any]:
    times = ("began_at", "signed_at", "contacted_at", "accepted_at", "written_at", "signed_off_at", "replied_at")
    return {
        "number": one.number,
        "unit": named.department(one.unit),
        "level": one.level,
        **{name: when(getattr(one, name)) for name in (*times, "ended_at")},
        "still_wrong": one.still_wrong,
        "contact_due": one.contact_due,
        "signed_by": named.person(one.signed_by),
        "replied_by": named.person(one.replied_by),
        "signed_off_by": named.person(one.signed_off_by),
        "spoke_to": one.spoke_to,
        "measures": one.measures,
        "deadline": one.deadline.isoformat() if one.deadline else None,
        "internal_text": one.internal_text,
        "public_text": one.public_text,
        "outcome": one.outcome,
        "return_refused": one.return_refused,
        "ended_by_move": one.ended_by_move,
        "opinion": one.opinion,
    }


def _contact(one: Contact) -> dict[str, Any]:
    return {
        "round": one.round_number, "at": when(one.at), **choice("how", Medium, one.how), "reached": one.reached,
        "note": one.note, "by": named.person(one.by),
    }  # fmt: skip


def callback(one: Callback) -> dict[str, Any]:
    """Return a callback with its attempts."""
    return {
        "id": one.pk,
        "round": one.round_number,
        "asked_for_at": when(one.asked_for_at),
        "agent": named.person(one.agent),
        "taken_at": when(one.taken_at),
        "link_sent_at": when(one.link_sent_at),
        "ended_at": when(one.ended_at),
        **choice("result", CallbackResult, one.result),
        "contacted": one.contacted,
        **choice("solved", Solved, one.solved),
        "satisfaction": one.satisfaction,
        "satisfaction_label": str(Satisfaction(one.satisfaction).label) if one.satisfaction else "",
        "reason": one.reason,
        **choice("fault", Fault, one.fault),
        "redone": one.redone,
        "attempts": [
            {"at": when(a.at), **choice("how", Medium, a.how), "reached": a.reached, "note": a.note,
             "by": named.person(a.by)}
            for a in one.attempts.all()
        ],
    }  # fmt: skip
