"""A ticket as a line of a list: how urgent, whose turn, the next move as a button; in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cases.approvals.models import Approval
from cases.hotline import identity
from cases.hotline.callbacks import Callback
from cases.hotline.limits import SUBJECT_TYPE
from cases.hotline.models import Contact, Ticket, TicketRound
from cases.hotline.table import TICKET
from cases.web.hotline.forward import forward
from cases.web.rows import Button, Light, button_for, know_places, lights_of, place_of, with_children
from cases.workflow.engine import choices
from cases.workflow.people import Acting
from citygrid.common.prepared import Prepared
from gridmap.areas.models import Area

JOINS = ("demand_type", "area", "unit__area_served", "case", "handler", "main_ticket")

_TICKETS = Prepared(lambda keys: Ticket.objects.filter(pk__in=keys).select_related(*JOINS).defer("handler__password"))
_CHILDREN = {
    "rounds": Prepared(lambda keys: TicketRound.objects.filter(ticket__in=keys).select_related("unit")),
    "contacts": Prepared(lambda keys: Contact.objects.filter(ticket__in=keys)),
    "approvals": Prepared(lambda keys: Approval.objects.filter(ticket__in=keys)),
    "callbacks": Prepared(lambda keys: Callback.objects.filter(ticket__in=keys)),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line."""

    ticket: Ticket
    title: str
    light: Light | None
    place: list[Area]
    turn: list[Any]
    button: Button | None
    signing: bool  # a reply waits for its leader


def loaded(keys: Iterable[int]) -> list[Ticket]:
    """Return the tickets with these keys, in their order, with what a line and the guards of moves look at."""
    return with_children(Ticket, keys, _TICKETS, _CHILDREN)


def rows_of(tickets: Sequence[Ticket], acting: Acting) -> list[Row]:
    """Return the lines of a page of tickets that :func:`loaded` returned. Two queries for all of them."""
    lights = lights_of([one.pk for one in tickets], acting.at, SUBJECT_TYPE)
    know_places(tickets, acting)
    return [_row(one, lights.get(one.pk), acting) for one in tickets]


def _row(ticket: Ticket, light: Light | None, acting: Acting) -> Row:
    possible = {row.name: row for row, refusal in choices(ticket, acting) if refusal is None}
    name = forward(ticket, set(possible))
    button = button_for(possible[name], ticket) if name else None
    current = ticket.current_round()
    signing = current is not None and current.waits_for_sign_off and not ticket.ended_at
    turn = [role.label for role in TICKET.turn_of(ticket)]
    title = identity.text_shown(ticket, acting)[0]
    return Row(ticket, title, light, place_of(ticket, acting)[-2:], turn, button, signing)
