"""What a move on a ticket changes besides its state, up to the unit's reply. Runs inside the engine's transaction."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from cases.casework.states import Outcome
from cases.hotline import ended
from cases.hotline.reference import is_supervised
from cases.hotline.states import TicketState
from cases.hotline.units import STREET_ROLES, propose, staff_of
from cases.workflow.engine import Move, advance_by_system
from cases.workflow.table import ClockRule, ClockVerb
from citygrid.accounts.roles import Role
from citygrid.common.errors import Invalid
from citygrid.common.saving import change
from gridmap.departments.models import DepartmentKind

FAST = timedelta(minutes=5)  # by how much the clock of somebody's device may be ahead


def answer(move: Move) -> None:
    """Keep the operator's answer."""
    move.subject.answer = move.inputs["answer"]
    move.subject.outcome = Outcome.SOLVED
    ended.ends(move)


def out_of_scope(move: Move) -> None:
    """Keep which channel is competent instead."""
    ticket = move.subject
    ticket.other_channel, ticket.answer = move.inputs["other_channel"], move.inputs["advice"]
    ticket.outcome = Outcome.NOT_OURS
    ended.ends(move)


def withdraw(move: Move) -> None:
    """End the ticket by the caller's wish."""
    move.subject.outcome = Outcome.WITHDRAWN
    ended.ends(move)


def check_dispatch(move: Move) -> None:
    """Leave the final ruling to the hotline's leader. Raises ``Invalid``."""
    if move.inputs["final"] and not move.acting.holds_role(Role.HOTLINE_LEADER):
        fault = _("Only the hotline's leader rules finally that a unit must keep a ticket.")
        raise Invalid(fault, fields={"final": [fault]})


def dispatch(move: Move) -> None:
    """Give the ticket to a unit. Back at the one that returned it, its clocks go on; at another they start afresh."""
    ticket, unit = move.subject, move.inputs["unit"]
    same = ticket.returned and ticket.unit_id == unit.pk
    if proposed := propose(ticket, move.acting):
        move.noted["proposed"] = proposed.unit.code
    ticket.level = move.inputs["level"] or ticket.level
    move.noted["level"] = ticket.level
    ticket.final_ruling = ticket.final_ruling or bool(move.inputs["final"])
    begin_round(move, unit)
    if not same:
        _afresh(move)


def begin_round(move: Move, unit: Any) -> None:
    """Open the next round, at ``unit``; who called is unknown to its people again."""
    ticket = move.subject
    end_round(move)
    if ticket.unit_id != unit.pk:
        ticket.handler, ticket.contact_allowed = None, False
    ticket.unit, ticket.returned = unit, False
    ticket.first_unit = ticket.first_unit or unit
    ticket.round_number += 1
    ticket.rounds.create(
        number=ticket.round_number, unit=unit, level=ticket.level, began_at=move.at, contact_due=ticket.contactable
    )


def restart_all(move: Move) -> None:
    """Start the unit's three clocks with their full limits."""
    move.clocks.append(ClockRule(ClockVerb.RESTART, "sign"))
    _afresh(move)


def _afresh(move: Move) -> None:
    verb = ClockVerb.RESTART if move.subject.contactable else ClockVerb.STOP
    move.clocks += [ClockRule(verb, "contact"), ClockRule(ClockVerb.RESTART, "reply")]


def end_round(move: Move) -> None:
    """Close the running round with the move that ended it, and why."""
    change(
        move.subject.rounds.model, {"ticket": move.subject.pk, "number": move.subject.round_number, "ended_at": None},
        ended_at=move.at, ended_by_move=move.row.name, opinion=move.opinion,
    )  # fmt: skip


def take_back(move: Move) -> None:
    """Bring a returned ticket back to the hotline; the clocks run on until another unit has it."""
    move.subject.returned = True
    end_round(move)


def sign(move: Move) -> None:
    """Note when the unit signed."""
    _row(move).update(signed_at=move.at, signed_by=move.by)


def name_handler(move: Move) -> None:
    """Name the one person who may learn who called. Raises ``Invalid`` for somebody outside the unit."""
    ticket, handler = move.subject, move.inputs["handler"]
    if not staff_of(ticket.unit, move.at).filter(pk=handler.pk).exists():
        raise Invalid(
            _("This person has no post at %(unit)s.") % {"unit": ticket.unit},
            fields={"handler": [_("Choose a person of the unit.")]},
        )
    ticket.handler = handler


def allow_contact(move: Move) -> None:
    """Let one named handler of the unit contact who reported; from now on the unit owes the contact."""
    name_handler(move)
    if not move.subject.contact_allowed:
        move.subject.contact_allowed = True
        _row(move).update(contact_due=True)
        move.clocks.append(ClockRule(ClockVerb.RESTART, "contact"))


def contact(move: Move) -> None:
    """Keep an attempt; once the caller was reached the clock stops. Raises ``Invalid`` for a time that cannot be."""
    ticket, given = move.subject, move.inputs
    row = ticket.current_round()
    when = given["contacted_at"] or move.at
    if not row.began_at <= when <= move.at + FAST:
        fault = _("The contact lies between the dispatch and now.")
        raise Invalid(fault, fields={"contacted_at": [fault]})
    ticket.contacts.create(
        round_number=ticket.round_number, at=when, how=given["how"], reached=given["reached"],
        note=given["note"] or "", by=move.by,
    )  # fmt: skip
    if given["reached"]:
        _row(move).filter(contacted_at=None).update(contacted_at=when)
        move.clocks.append(ClockRule(ClockVerb.STOP, "contact"))


def after_reply(move: Move) -> str:
    """Return where a reply leads: onwards, or to the leader of a supervised unit who signs it off."""
    return TicketState.HANDLING if _needs_leader(move) else TicketState.REPLIED


def _needs_leader(move: Move) -> bool:
    ticket = move.subject
    leads = ticket.unit.kind == DepartmentKind.STREET_OFFICE and move.acting.holds_role(STREET_ROLES[1])
    return not leads and is_supervised(ticket.unit_id, move.at)


def check_reply(move: Move) -> None:
    """Check the four elements against each other and the clock. Raises ``Invalid`` by field."""
    given, faults = move.inputs, {}
    if given["accepted_at"] > move.at + FAST:
        faults["accepted_at"] = [_("This time is still to come.")]
    if given["deadline"] < localdate(given["accepted_at"]):
        faults["deadline"] = [_("The deadline lies before the acceptance.")]
    if faults:
        raise Invalid(_("Some inputs cannot be used; each is explained."), fields=faults)


def reply(move: Move) -> None:
    """Keep the four-element reply with its internal and its public text; a leader may still have to sign it off."""
    given = move.inputs
    elements = {name: given[name] for name in ("accepted_at", "spoke_to", "measures", "deadline", "outcome")}
    texts = {name: given[name] or "" for name in ("internal_text", "public_text")}
    _row(move).update(**elements, **texts, written_at=move.at, replied_by=move.by)
    if move.subject.state == TicketState.REPLIED:
        _replied(move, given["outcome"], given["public_text"])


def sign_off(move: Move) -> None:
    """Let the reply go out in the leader's name."""
    row = move.subject.current_round()
    _row(move).update(signed_off_at=move.at, signed_off_by=move.by)
    _replied(move, row.outcome, row.public_text)


def refuse_sign_off(move: Move) -> None:
    """Have the reply written again; what was written stays in the journal and in the form."""
    _row(move).update(written_at=None)


def _replied(move: Move, outcome: str, public_text: str) -> None:
    ticket = move.subject
    ticket.outcome, ticket.answer, ticket.replied_at = outcome, public_text, move.at
    _row(move).update(replied_at=move.at)
    move.clocks += [ClockRule(ClockVerb.STOP, kind) for kind in ("sign", "contact", "reply")]
    if ticket.calls_back:
        ticket.callbacks.create(round_number=ticket.round_number, asked_for_at=move.at)
        move.clocks.append(ClockRule(ClockVerb.START, "callback"))
    else:
        move.then.append(partial(advance_by_system, ticket, "close_uncalled", at=move.at, by=move.by))


def urge(move: Move) -> None:
    """Count that the caller, or the hotline, pressed for it."""
    move.subject.urge_count += 1


def exclude(move: Move) -> None:
    """Leave the ticket out of the scores; it stays in the operational figures."""
    move.subject.excluded = True


def feed_outcome(move: Move) -> None:
    """Keep what a case or whistle came to: it fills in the unit's reply."""
    ticket, given = move.subject, move.inputs
    ticket.fed_outcome, ticket.fed_result, ticket.fed_from = given["outcome"], given["result"], given["origin"]


def _row(move: Move) -> Any:
    return move.subject.rounds.filter(number=move.subject.round_number)
