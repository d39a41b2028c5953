"""What a move of the callback changes. The caller alone says what was reached (handbook §0.9)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from cases.casework.states import State
from cases.hotline import ended
from cases.hotline.effects import begin_round, restart_all
from cases.hotline.states import CallbackResult, Fault, Medium, Satisfaction, Solved, TicketState
from cases.workflow.engine import Move, advance
from cases.workflow.table import ClockRule, ClockVerb
from citygrid.common.errors import Conflict, Invalid

CONTENT_FROM = Satisfaction.FAIRLY  # 基本满意 counts as satisfied (handbook §4.5)


def open_callback(move: Move) -> None:
    """Note who makes the call, so that nobody else is given it meanwhile."""
    _now(move).update(agent=move.by, taken_at=move.at)


def put_back(move: Move) -> None:
    """Let somebody else have the call."""
    _now(move).update(agent=None, taken_at=None)


def send_link(move: Move) -> None:
    """Note that the caller is asked by a link; for a day the desk leaves them time to answer."""
    _now(move).update(agent=None, taken_at=None, link_sent_at=move.at)


def attempt(move: Move) -> None:
    """Keep a vain attempt; after enough of them on as many days nobody calls any more.

    Without an opinion the ticket is closed. What the caller wrote by the link stands as the answer: it is done again.
    """
    row = _now(move).get()
    row.attempts.create(at=move.at, how=move.inputs["how"], reached=False, note=move.inputs["note"] or "", by=move.by)
    put_back(move)
    if move.subject.state == TicketState.CALLBACK_OPEN:
        return
    move.clocks.append(ClockRule(ClockVerb.STOP, "callback"))
    written = row.satisfaction is not None
    if move.subject.state == TicketState.DISPATCHED:
        _end(move, result=CallbackResult.ONLINE, redone=True)
        _again(move, move.subject.unit, still_wrong=row.reason)
        return
    _end(move, result=CallbackResult.ONLINE if written else CallbackResult.UNREACHABLE)
    ended.ends(move)


def after_attempt(move: Move) -> str:
    """Return where an attempt leads that makes the rule full: so many attempts, on as many different days.

    Somebody who wrote by the link that it is not solved gets another round, as long as one is left; else it is closed.
    """
    most, row = settings.CALLBACK_ATTEMPTS, _now(move).get()
    days = [localdate(at) for at in row.attempts.filter(reached=False).values_list("at", flat=True)]
    days.append(localdate(move.at))
    if len(set(days)) < most:
        return TicketState.CALLBACK_OPEN
    asks_for_more = row.satisfaction is not None and not content(
        {"solved": row.solved, "satisfaction": row.satisfaction}
    )
    again = asks_for_more and move.subject.redo_count < settings.TICKET_REDO_MAX
    return TicketState.DISPATCHED if again else TicketState.CLOSED


def check_close(move: Move) -> None:
    """Ask why somebody is not content; where the unit could have done better it does so first. Raises ``Invalid``."""
    given = move.inputs
    if content(given):
        return
    if not given["fault"]:
        fault = _("The caller is not content: say whether the unit could have done better.")
        raise Invalid(fault, fields={"fault": [fault]})
    if given["fault"] == Fault.UNIT and move.subject.redo_count < settings.TICKET_REDO_MAX:
        raise Conflict(
            _("The unit could have done better: have it done again instead of closing."),
            code="not_now", current=move.subject,
        )  # fmt: skip


def content(given: dict[str, Any]) -> bool:
    """Whether the answers ask for nothing more."""
    return given["solved"] == Solved.YES and int(given["satisfaction"]) >= CONTENT_FROM


def close(move: Move) -> None:
    """Keep the three answers and end the ticket."""
    _reached(move)
    _end(move, result=CallbackResult.ANSWERED, **_answers(move))
    ended.ends(move)


def check_redo(move: Move) -> None:
    """Take only what asks for more. Raises ``Invalid`` for a caller who is content."""
    if content(move.inputs):
        fault = _("The caller says that it is solved and is not dissatisfied. Close the callback.")
        raise Invalid(fault, fields={"solved": [fault]})


def redo(move: Move) -> None:
    """Start another round at the same or another unit; the round before stays whole. A case may be reworked too."""
    ticket = move.subject
    _reached(move)
    _end(move, result=CallbackResult.ANSWERED, fault=Fault.UNIT, redone=True, **_answers(move))
    if move.inputs["rework_case"]:
        _rework_case(move)
    _again(move, move.inputs["unit"] or ticket.unit)


def _again(move: Move, unit: Any, *, still_wrong: str = "") -> None:
    """Begin the next round with its full limits; ``still_wrong`` is what the caller wrote."""
    ticket = move.subject
    ticket.redo_count += 1
    ticket.replied_at = None
    ticket.outcome = ticket.answer = ticket.fed_outcome = ticket.fed_result = ticket.fed_from = ""
    begin_round(move, unit)
    if still_wrong:
        ticket.rounds.filter(number=ticket.round_number).update(still_wrong=still_wrong)
    restart_all(move)


def reopen(move: Move) -> None:
    """Have the same unit do again what the caller says is not solved; what was said before stays as it is."""
    ticket = move.subject
    _now(move).update(redone=True)
    ticket.ended_at = None
    _again(move, ticket.unit, still_wrong=move.inputs["reason"])


def _rework_case(move: Move) -> None:
    case = ended.standing_for(move.subject.case) if move.subject.case_id else None
    if case is None or case.state != State.CALLBACK:
        fault = _("There is no case of this ticket that waits for callbacks; only the unit does it again.")
        raise Invalid(fault, fields={"rework_case": [fault]})
    advance(case, "rework", by=move.by, at=move.at, opinion=move.opinion)


def online_target(move: Move) -> str:
    """Return closed for somebody content; anybody else is still called, to have it done again."""
    return TicketState.CLOSED if content(move.inputs) else TicketState.CALLBACK_OPEN


def answer_online(move: Move) -> None:
    """Keep what the caller answered by the link."""
    _now(move).get().attempts.create(at=move.at, how=Medium.WEB, reached=True)
    if move.subject.state == TicketState.CLOSED:
        _end(move, result=CallbackResult.ONLINE, **_answers(move))
        ended.ends(move)
        move.clocks.append(ClockRule(ClockVerb.STOP, "callback"))
    else:
        _now(move).update(**_answers(move))


def close_uncalled(move: Move) -> None:
    """End a ticket whose caller cannot or does not want to be called."""
    ended.ends(move)


def _answers(move: Move) -> dict[str, Any]:
    given = move.inputs
    return {
        "contacted": given["contacted"], "solved": given["solved"], "satisfaction": int(given["satisfaction"]),
        "reason": move.opinion or given.get("reason") or "",
    }  # fmt: skip


def _reached(move: Move) -> None:
    _now(move).get().attempts.create(at=move.at, how=Medium.PHONE, reached=True, by=move.by)


def _end(move: Move, **columns: Any) -> None:
    if move.inputs.get("fault"):
        columns.setdefault("fault", move.inputs["fault"])
    _now(move).update(ended_at=move.at, agent=move.by, **columns)


def _now(move: Move) -> Any:
    return move.subject.callbacks.filter(round_number=move.subject.round_number)
