"""Reasons why a move on a ticket is not possible now: each looks at it alone and answers a sentence or ``None``."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from cases.approvals.states import RequestKind
from cases.casework.states import TERMINAL as CASE_ENDED
from cases.hotline.ended import standing_for
from cases.hotline.states import Identity
from cases.hotline.units import stands_at
from cases.workflow.engine import Move


def answerable(move: Move) -> Any:
    """Answer at once only what is a question."""
    if move.subject.demand_type.answerable:
        return None
    return _("Only a consultation is answered at once. Dispatch this ticket to the unit that is competent.")


def no_open_return(move: Move) -> Any:
    """Wait while the hotline rules whether the ticket stays."""
    asked = move.subject.open_request()
    if asked is None or asked.kind != RequestKind.RETURN:
        return None
    return _("The unit asked to return this ticket, and the hotline has not ruled yet. Wait, or withdraw the request.")


def somebody_to_contact(move: Move) -> Any:
    """There is a number, and the hotline does not withhold it."""
    ticket = move.subject
    if ticket.phone_id is None:
        return _("There is nobody to contact: the ticket is anonymous or names no number.")
    if ticket.identity == Identity.WITHHELD and not ticket.contact_allowed:
        return _("This report went out without the caller's identity. Ask the hotline to allow contact.")
    return None


def is_the_named_handler(move: Move) -> Any:
    """Let nobody but the named handler speak with a caller who asked for confidence."""
    ticket = move.subject
    if ticket.identity == Identity.OPEN or ticket.is_assigned_to(move.by):
        return None
    return _("The caller is protected: only the named handler may make contact. Name a handler first.")


def withheld(move: Move) -> Any:
    """Contact is allowed only where it was withheld."""
    ticket = move.subject
    if ticket.identity != Identity.WITHHELD:
        return _("The caller's identity is not withheld; the unit names its handler itself.")
    if ticket.phone_id is None:
        return _("The ticket names no number by which to make contact.")
    return None


def unit_names_handler(move: Move) -> Any:
    """Where identity is withheld, the hotline names the handler."""
    if move.subject.identity == Identity.WITHHELD:
        return _("The hotline names the handler of a report that went out without the caller's identity.")
    return None


def reply_waits(move: Move) -> Any:
    """There is a reply to sign off."""
    row = move.subject.current_round()
    if row is None or not row.waits_for_sign_off:
        return _("No reply waits to be signed off.")
    return None


def not_the_writer(move: Move) -> Any:
    """Nobody signs off the own reply."""
    row = move.subject.current_round()
    if row is not None and row.replied_by_id == getattr(move.by, "pk", None):
        return _("You wrote this reply; the leader of the unit, or a colleague, must sign it off.")
    return None


def impartial(move: Move) -> Any:
    """Refuse a callback by the person who logged the ticket, or by anybody of a unit that handled it."""
    ticket, by = move.subject, getattr(move.by, "pk", None)
    if by is None:
        return None
    if ticket.logged_by_id == by:
        return _("You logged this ticket; a colleague must call back.")
    if by in ticket.handled_by():
        return _("You handled this ticket; somebody else must call back.")
    units = [one.unit for one in ticket.rounds.all()]
    posts = move.acting.posts
    if any(stands_at(unit, role, area, department) for unit in units for role, area, department, _s in posts):
        return _("You belong to a unit that handled this ticket; the hotline must call back.")
    return None


def free_call(move: Move) -> Any:
    """Give a call to one agent at a time."""
    callback, by = move.subject.current_callback(), getattr(move.by, "pk", None)
    if callback is None or not callback.held_at(move.at):
        return None
    if callback.agent_id == by:
        return _("You have this call already.")
    return _("%(agent)s has this call. Take the next one.") % {"agent": callback.agent}


def not_anothers_call(move: Move) -> Any:
    """Let nobody answer for a caller with whom somebody else speaks."""
    callback, by = move.subject.current_callback(), getattr(move.by, "pk", None)
    if callback is None or not callback.held_at(move.at) or callback.agent_id == by:
        return None
    return _("%(agent)s has this call. Take the next one.") % {"agent": callback.agent}


def own_call(move: Move) -> Any:
    """Put back only what one has."""
    callback = move.subject.current_callback()
    if callback is not None and callback.held_at(move.at) and callback.agent_id == getattr(move.by, "pk", None):
        return None
    return _("You do not have this call.")


def redo_left(move: Move) -> Any:
    """Have it done again only so often."""
    most = settings.TICKET_REDO_MAX
    if move.subject.redo_count < most:
        return None
    return _("The ticket was done again %(most)s times, which is the most. Close the callback.") % {"most": most}


def may_be_reopened(move: Move) -> Any:
    """Take up again only what ended not long ago, and not too often."""
    return why_not_reopened(move.subject, move.at)


def why_not_reopened(ticket: Any, at: datetime) -> str | None:
    """Return why the caller cannot have a finished ticket taken up again, or ``None``."""
    days, most = settings.REOPEN_DAYS, settings.TICKET_REDO_MAX
    if ticket.ended_at is None or at > ticket.ended_at + timedelta(days=days):
        return _("This matter was finished more than %(days)s days ago. Call 12345 and tell us anew.") % {"days": days}
    if ticket.redo_count >= most:
        sentence = _("This matter was done again %(most)s times already. Call 12345; we look at it together.")
        return sentence % {"most": most}
    return None


def not_linked(move: Move) -> Any:
    """A ticket hangs on one other at most."""
    main = move.subject.main_ticket
    return _("The ticket hangs on %(main)s already.") % {"main": main.number} if main else None


def without_case(move: Move) -> Any:
    """A ticket points to one case; where that one has ended and the ticket goes on, another may follow it."""
    case = move.subject.case
    if case is None or standing_for(case).state in CASE_ENDED:
        return None
    return _("The ticket belongs to the case %(case)s already.") % {"case": case.number}
