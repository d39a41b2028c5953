"""A ticket as a row of a list, by its key; callers are masked. Loaded by statements that are made and planned once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cases.api import named
from cases.api.named import when
from cases.api.reader import Reader
from cases.deadlines.lamps import lamp_of
from cases.deadlines.models import Clock
from cases.hotline import identity
from cases.hotline.limits import SUBJECT_TYPE
from cases.hotline.models import Ticket
from cases.hotline.states import Channel, Identity, Level, TicketState
from citygrid.common.prepared import Prepared, filled

JOINS = ("demand_type", "category", "area", "unit", "case", "caller", "phone", "main_ticket")
# What a row shows, and what decides how much of it.
_NAMED = ("code", "name", "name_en")
_COLUMNS = (
    "number", "state", "channel", "level", "identity", "title", "content", "shown_title", "shown_content", "geom",
    "address", "received_at", "replied_at", "ended_at", "round_number", "outcome", "redo_count", "urge_count",
    "excluded", "version", "handler", "contact_allowed",
    *(f"{thing}__{name}" for thing in ("demand_type", "category", "area", "unit") for name in _NAMED),
    "area__level", "unit__kind", "unit__area_served", "case__number", "caller__name", "caller__gender",
    "phone__number", "main_ticket__number",
)  # fmt: skip
_ROWS = Prepared(lambda tickets: Ticket.objects.filter(pk__in=tickets).select_related(*JOINS).only(*_COLUMNS))
_RUNNING = Prepared(
    lambda tickets: (
        Clock.objects.running()
        .filter(subject_type=SUBJECT_TYPE, subject_id__in=tickets)
        .order_by("-due_at", "-pk")
        .only("subject_id", "kind", "due_at", "warn_at", "stopped_at", "paused_since")
    )
)


def rows(page: Sequence[Any], reader: Reader) -> list[dict[str, Any]]:
    """Return a page of tickets, named by their ``pk``, in its order; one that went away since is left out."""
    found = rows_by_key([one.pk for one in page], reader)
    return [found[one.pk] for one in page if one.pk in found]


def rows_by_key(keys: Sequence[int], reader: Reader) -> dict[int, dict[str, Any]]:
    """Return the rows of tickets that the reader may see, by their keys. Two queries."""
    if not keys:
        return {}
    asked = filled(keys)
    urgent = {clock.subject_id: clock for clock in _RUNNING(tickets=asked)}  # the first to run out comes last
    return {
        ticket.pk: row_of(ticket, reader) | urgency_of(urgent.get(ticket.pk), reader)
        for ticket in _ROWS(tickets=asked)
    }  # fmt: skip


def row_of(ticket: Ticket, reader: Reader) -> dict[str, Any]:
    """Return the row of a ticket that is loaded with :data:`JOINS`."""
    title, content = identity.text_shown(ticket, reader.acting)
    return {
        "number": ticket.number,
        **choice("state", TicketState, ticket.state),
        **choice("channel", Channel, ticket.channel),
        **choice("level", Level, ticket.level),
        **choice("identity", Identity, ticket.identity),
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


def choice(name: str, choices: Any, value: str) -> dict[str, str]:
    """Return a value with its label."""
    return {name: value, f"{name}_label": named.label(choices, value)}


def urgency_of(clock: Any, reader: Reader) -> dict[str, Any]:
    """Return what a row shows of the most urgent running clock, if any runs."""
    if clock is None:
        return {"due_at": None, "lamp": None, "clock": None}
    return {"due_at": when(clock.due_at), "lamp": lamp_of(clock, reader.at), "clock": clock.kind}


def _entry(thing: Any) -> dict[str, str] | None:
    return {"code": thing.code, "name": thing.label} if thing is not None else None
