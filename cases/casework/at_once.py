"""One-click dispatch (一键指派): accept, file and dispatch in one transaction, each move an event of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.casework.models import Case
from cases.casework.states import State
from cases.casework.table import CASE
from cases.workflow.engine import Move, advance, takes, why_not
from cases.workflow.fsm import stale
from cases.workflow.people import Acting
from cases.workflow.table import Transition
from citygrid.common.errors import Conflict, NotAllowed, NotFound, Refusal

MOVES = ("accept", "file", "dispatch")
# How many of the moves are made already in a state.
BEHIND = {State.REPORTED: 0, State.ACCEPTED: 1}
# What the form of all of them is made from; no row of the table, since it is three of them.
AT_ONCE = Transition(
    "dispatch_at_once", gettext_lazy("Accept, file and dispatch at once"), tuple(BEHIND), (State.DISPATCHED,),
    actors=CASE["dispatch"].actors, inputs=tuple(item for name in MOVES for item in CASE[name].inputs),
)  # fmt: skip


def is_for(case: Case, acting: Acting) -> bool:
    """Whether the person holds every post that the moves need here."""
    return all(acting.is_one_of(CASE[name].actors, case) for name in MOVES)


def why_not_at_once(case: Case, acting: Acting) -> Refusal | None:
    """Return why the person cannot do it now, or ``None``: role, then state, then the first move's guards."""
    if not is_for(case, acting):
        roles = _(", ").join(str(role.label) for name in MOVES for role in CASE[name].roles)
        return NotAllowed(
            _("“%(move)s” needs the posts of all of these: %(roles)s.") % {"move": AT_ONCE.label, "roles": roles}
        )
    if case.state not in BEHIND:
        allowed = _(", ").join(str(CASE.states[state]) for state in BEHIND)
        turn = _(", ").join(str(role.label) for role in CASE.turn.get(case.state, ()))
        message = _("“%(move)s” is possible in: %(allowed)s. It is now “%(state)s”.") % {
            "move": AT_ONCE.label, "allowed": allowed, "state": CASE.states[case.state],
        }  # fmt: skip
        if turn:
            message += " " + _("The next move is with: %(turn)s.") % {"turn": turn}
        return Conflict(message, code="wrong_state", current=case)
    first = CASE[MOVES[BEHIND[State(case.state)]]]
    return why_not(Move(CASE, first, case, acting))


@transaction.atomic
def dispatch_at_once(
    *, key: Mapping[str, Any], given: Mapping[str, Any], by: Any, at: datetime, version: int | None = None,
    opinion: str = "",
) -> Case:  # fmt: skip
    """Make the moves that are still to be made on the case that ``key`` names; all of them or none.

    ``given`` are the inputs of filing and dispatching by name. Raises what ``advance`` raises.
    """
    acting = Acting.of(by, at)
    case: Case | None = Case.objects.find_for(by, at, **key)
    if case is None:
        raise NotFound(_("There is nothing here, or it is not yours to see."))
    if reason := why_not_at_once(case, acting):
        raise reason
    if version is not None and version != case.version:
        raise stale(case)
    for name, inputs in _shared(case, MOVES[BEHIND[State(case.state)] :], given).items():
        case = advance(case, name, by=by, at=at, opinion=opinion if name == "dispatch" else "", **inputs)
    return case


def _shared(case: Case, moves: tuple[str, ...], given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the inputs of each move. What several take, such as evidence, goes to the last of them: it is used once.

    What none of them takes goes to the last move too, which refuses it.
    """
    takers = {item.name: name for name in moves for item in takes(CASE[name], case)}
    shares: dict[str, dict[str, Any]] = {name: {} for name in moves}
    for field, value in given.items():
        shares[takers.get(field, moves[-1])][field] = value
    return shares
