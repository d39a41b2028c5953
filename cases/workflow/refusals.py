"""The words of refusals: who may, in which state, whose turn it is, why not now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from citygrid.common.errors import Conflict, Invalid, NotAllowed

if TYPE_CHECKING:
    from cases.workflow.engine import Move


def need_opinion(move: Move) -> None:
    """Raise ``Invalid`` where the row wants an opinion and there is none."""
    if move.row.opinion and not move.opinion:
        raise Invalid(
            _("“%(move)s” needs an opinion: say in a sentence why.") % {"move": move.row.label},
            fields={"opinion": [_("This is needed.")]},
        )


def not_allowed(move: Move) -> NotAllowed:
    """Say who can make the move."""
    if move.row.system:
        return NotAllowed(_("“%(move)s” happens by itself; nobody makes it by hand.") % {"move": move.row.label})
    roles = _(", ").join(str(role.label) for role in move.row.roles)
    return NotAllowed(
        _("“%(move)s” is not yours to do here. It can be done by: %(roles)s.")
        % {"move": move.row.label, "roles": roles}
    )


def wrong_state(move: Move) -> Conflict | None:
    """Say in which states the move is possible and whose turn it is, or ``None`` where it is possible."""
    state = move.subject.state
    if state in move.row.sources:
        return None
    life = move.life
    allowed = _(", ").join(str(life.states[source]) for source in move.row.sources)
    turn = _(", ").join(str(role.label) for role in life.turn.get(state, ()))
    message = _("“%(move)s” is possible in: %(allowed)s. It is now “%(state)s”.") % {
        "move": move.row.label, "allowed": allowed, "state": life.states[state],
    }  # fmt: skip
    if turn:
        message += " " + _("The next move is with: %(turn)s.") % {"turn": turn}
    return Conflict(message, code="wrong_state", current=move.subject)


def guarded(move: Move) -> Conflict | None:
    """Return the first reason of a guard why it is not possible now, or ``None``."""
    for guard in move.row.guards:
        if reason := guard(move):
            return Conflict(str(reason), code="not_now", current=move.subject)
    return None
