"""The rounds of a ticket as a page tells them: who had it, whom it reached, what it answered, what the caller said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cases.hotline.callbacks import Callback
from cases.hotline.models import Contact, Ticket, TicketRound
from cases.hotline.states import Medium


@dataclass(frozen=True, slots=True)
class ShownContact:
    """An attempt of the unit, with the way in words."""

    one: Contact
    how: Any


@dataclass(frozen=True, slots=True)
class ShownRound:
    """One round with its contacts and its callback."""

    one: TicketRound
    contacts: list[ShownContact]
    callback: Callback | None


def shown_rounds(ticket: Ticket) -> list[ShownRound]:
    """Return the rounds, the newest first. No query for a ticket that was loaded with its children."""
    callbacks = {one.round_number: one for one in ticket.callbacks.all()}
    ways = dict(Medium.choices)
    contacts: dict[int, list[ShownContact]] = {}
    for contact in ticket.contacts.all():
        contacts.setdefault(contact.round_number, []).append(ShownContact(contact, ways.get(contact.how, contact.how)))
    newest_first = sorted(ticket.rounds.all(), key=lambda row: -row.number)
    return [ShownRound(one, contacts.get(one.number, []), callbacks.get(one.number)) for one in newest_first]
