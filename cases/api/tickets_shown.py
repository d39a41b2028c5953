"""How a ticket looks to programs: a row of a list, and the whole with its rounds and callbacks. Callers are masked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse

from cases.api import named
from cases.api.children import evidence, request_shown
from cases.api.clocks import clock_shown
from cases.api.moves import actions_of, whose_turn
from cases.api.named import when
from cases.api.reader import Reader
from cases.approvals.models import Approval
from cases.casework.states import Outcome
from cases.deadlines.lamps import lamp_of
from cases.deadlines.models import Clock
from cases.evidence.models import Evidence
from cases.hotline import identity, links
from cases.hotline.callbacks import Callback, CallbackAttempt
from cases.hotline.limits import SUBJECT_TYPE
from cases.hotline.models import Contact, Ticket, TicketRound
from cases.hotline.services import prefill
from cases.hotline.states import (
    CallbackResult,
    Channel,
    Fault,
    Identity,
    Level,
    LinkKind,
    Medium,
    OtherChannel,
    Satisfaction,
    Solved,
    TicketState,
)
from cases.hotline.units import propose
from citygrid.accounts.roles import Role

ROW_JOINS = ("demand_type", "category", "area", "unit", "case", "caller", "phone", "main_ticket")
_DETAIL_JOINS = (*ROW_JOINS, "first_unit", "handler", "logged_by", "category__unit", "main_ticket__unit")


def rows(tickets: Sequence[Ticket], reader: Reader) -> list[dict[str, Any]]:
    """Return a page of tickets. One query for all their clocks."""
    urgent: dict[int, Any] = {}
    running = Clock.objects.running().filter(subject_type=SUBJECT_TYPE, subject_id__in=[one.pk for one in tickets])
    for clock in running.order_by("-due_at", "-pk"):
        urgent[clock.subject_id] = clock
    return [_row(ticket, reader) | _urgency(urgent.get(ticket.pk), reader) for ticket in tickets]


def _row(ticket: Ticket, reader: Reader) -> dict[str, Any]:
    title, content = identity.text_shown(ticket, reader.acting)
    return {
        "number": ticket.number,
        **_choice("state", TicketState, ticket.state),
        **_choice("channel", Channel, ticket.channel),
        **_choice("level", Level, ticket.level),
        **_choice("identity", Identity, ticket.identity),
        "demand_type": _entry(ticket.demand_type),
        "category": _entry(ticket.category),
        "title": title,
        "content": content,
        "caller": identity.caller_shown(ticket, reader.acting),
        "lon": ticket.geom.x if ticket.geom else None,
        "lat": ticket.geom.y if ticket.geom else None,
        "address": ticket.address,
        "area": named.area(ticket.area),
        "received_at": when(ticket.received_at),
        "replied_at": when(ticket.replied_at),
        "ended_at": when(ticket.ended_at),
        "unit": named.department(ticket.unit),
        "round": ticket.round_number,
        "case": ticket.case.number if ticket.case else None,
        "main_ticket": ticket.main_ticket.number if ticket.main_ticket else None,
        "outcome": ticket.outcome,
        "redo_count": ticket.redo_count,
        "urge_count": ticket.urge_count,
        "excluded": ticket.excluded,
        "version": ticket.version,
    }


def _choice(name: str, choices: Any, value: str) -> dict[str, str]:
    return {name: value, f"{name}_label": named.label(choices, value)}


def _entry(thing: Any) -> dict[str, str] | None:
    return {"code": thing.code, "name": thing.label} if thing is not None else None


def _urgency(clock: Any, reader: Reader) -> dict[str, Any]:
    if clock is None:
        return {"due_at": None, "lamp": None, "clock": None}
    return {"due_at": when(clock.due_at), "lamp": lamp_of(clock, reader.at), "clock": clock.kind}


def load(reader: Reader, **key: Any) -> Ticket | None:
    """Return the ticket with that ``number`` or ``pk``, children included, if the reader may see it."""
    found: Ticket | None = (
        Ticket.objects.visible_to(reader.user, reader.at)
        .select_related(*_DETAIL_JOINS)
        .prefetch_related(
            Prefetch("rounds", TicketRound.objects.select_related(
                "unit", "signed_by", "replied_by", "signed_off_by").order_by("number")),
            Prefetch("contacts", Contact.objects.select_related("by").order_by("pk")),
            Prefetch("approvals", Approval.objects.select_related("requested_by").order_by("pk")),
            Prefetch("callbacks", Callback.objects.select_related("agent").order_by("pk").prefetch_related(
                Prefetch("attempts", CallbackAttempt.objects.select_related("by").order_by("pk")))),
        )
        .filter(**key).first()
    )  # fmt: skip
    return found


def detail(ticket: Ticket, reader: Reader) -> dict[str, Any]:
    """Return one ticket, loaded by :func:`load`, with what the reader can do."""
    clocks = list(Clock.objects.of(ticket).select_related("department").order_by("pk"))
    running = [clock for clock in clocks if clock.stopped_at is None and clock.paused_since is None]
    proposed = propose(ticket, reader.acting) if ticket.state == TicketState.LOGGED else None
    return {
        **_row(ticket, reader),
        **_urgency(min(running, key=lambda clock: (clock.due_at, clock.pk), default=None), reader),
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
        **_choice("link_kind", LinkKind, ticket.link_kind),
        **_choice("other_channel", OtherChannel, ticket.other_channel),
        "outcome_label": named.label(Outcome, ticket.outcome),
        "answer": ticket.answer,
        "reply_prefill": prefill(ticket),
        "rounds": [_round(one) for one in ticket.rounds.all()],
        "contacts": [_contact(one) for one in ticket.contacts.all()],
        "callbacks": [callback(one) for one in ticket.callbacks.all()],
        "callback_link": _link(ticket, reader),
        "approvals": [request_shown(one) for one in ticket.approvals.all()],
        "evidence": [evidence(piece) for piece in Evidence.objects.of_holder(ticket).select_related("uploaded_by")],
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
        "round": one.round_number, "at": when(one.at), **_choice("how", Medium, one.how), "reached": one.reached,
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
        **_choice("result", CallbackResult, one.result),
        "contacted": one.contacted,
        **_choice("solved", Solved, one.solved),
        "satisfaction": one.satisfaction,
        "satisfaction_label": str(Satisfaction(one.satisfaction).label) if one.satisfaction else "",
        "reason": one.reason,
        **_choice("fault", Fault, one.fault),
        "redone": one.redone,
        "attempts": [
            {"at": when(a.at), **_choice("how", Medium, a.how), "reached": a.reached, "note": a.note,
             "by": named.person(a.by)}
            for a in one.attempts.all()
        ],
    }  # fmt: skip
