"""A ticket of an older system: what its one row of the table checks, sets and leaves behind.

Such a ticket is not walked through today's moves, as it never made them. It begins at its end, or, where it is still
open, as logged: to be dispatched here afresh. What says the same words as an earlier one hangs on that one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.hotline.states import TERMINAL, LinkKind, TicketState
from cases.workflow.engine import BATCH, Move, advance_by_system
from cases.workflow.table import Input, InputType
from citygrid.common.errors import Invalid

STATES = (
    TicketState.LOGGED, TicketState.ANSWERED, TicketState.OUT_OF_SCOPE, TicketState.CLOSED, TicketState.WITHDRAWN,
)  # fmt: skip
_TEXTS = ("number", "status", "category", "unit", "channel")
INPUTS = (
    Input("state", gettext_lazy("state"), InputType.CHOICE, choices=tuple((one.value, one.label) for one in STATES)),
    Input("system", gettext_lazy("older system")),
    Input("old_number", gettext_lazy("number there")),
    Input("old_status", gettext_lazy("status there"), required=False),
    Input("old_category", gettext_lazy("category there"), required=False),
    Input("old_unit", gettext_lazy("unit there"), required=False),
    Input("old_channel", gettext_lazy("source there"), required=False),
    Input("ended_at", gettext_lazy("ended there at"), InputType.DATETIME, required=False),
    Input("fingerprint", gettext_lazy("fingerprint of the row")),
    Input("main", gettext_lazy("earlier ticket"), required=False),
)


def times_fit(move: Move) -> None:
    """Refuse times that contradict each other or the state. Whoever reads a file has said so by row before."""
    received, ended = move.subject.received_at, move.inputs["ended_at"]
    faults: dict[str, list[str]] = {}
    if received > move.at:
        faults["received_at"] = [_("This lies in the future.")]
    if (move.inputs["state"] in TERMINAL) != (ended is not None):
        faults["ended_at"] = [_("A ticket that ended says when, and one that is open has no such time.")]
    elif ended is not None and not received <= ended <= move.at:
        faults["ended_at"] = [_("This is earlier than the receipt, or lies in the future.")]
    if faults:
        raise Invalid(_("The times of the older ticket contradict each other."), fields=faults)


def take_over(move: Move) -> None:
    """Give the ticket its end, the one round of a ticket that a unit closed, and the ticket on which it hangs."""
    ticket, given = move.subject, move.inputs
    ticket.ended_at = given["ended_at"]
    if given["state"] == TicketState.CLOSED:
        ticket.round_number, ticket.first_unit, ticket.replied_at = 1, ticket.unit, given["ended_at"]
    if given["main"]:
        main = type(ticket).objects.get(number=given["main"])
        repeat = ticket.caller_id is not None and ticket.caller_id == main.caller_id
        ticket.main_ticket, ticket.link_kind = main, LinkKind.REPEAT if repeat else LinkKind.GROUP
        move.then.append(partial(_tell, main, ticket, move))


def _tell(main: Any, ticket: Any, move: Move) -> None:
    fresh = type(main).objects.get(pk=main.pk)
    advance_by_system(fresh, "linked", at=move.at, by=move.by, linked=ticket.number)


def keep(moves: Sequence[Move]) -> None:
    """Write where the tickets come from, and the rounds of those that a unit closed."""
    get = partial(apps.get_model, "cases")
    origins: Any = get("TicketOrigin").objects
    rounds: Any = get("TicketRound").objects
    origins.bulk_create([_origin(move) for move in moves], batch_size=BATCH)
    closed = [move.subject for move in moves if move.inputs["state"] == TicketState.CLOSED]
    rounds.bulk_create([_round(ticket) for ticket in closed], batch_size=BATCH)


def _origin(move: Move) -> Any:
    given: dict[str, Any] = move.inputs
    texts = {name: given[f"old_{name}"] or "" for name in _TEXTS}
    return apps.get_model("cases", "TicketOrigin")(
        ticket=move.subject, system=given["system"], fingerprint=given["fingerprint"], taken_over_at=move.at, **texts
    )


def _round(ticket: Any) -> Any:
    return apps.get_model("cases", "TicketRound")(
        ticket=ticket, number=1, unit=ticket.unit, level=ticket.level, began_at=ticket.received_at,
        public_text=ticket.answer, replied_at=ticket.ended_at, ended_at=ticket.ended_at, ended_by_move="import_history",
    )  # fmt: skip
