"""What units may ask for about a ticket: to return it, or to leave it out of the scores."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from cases.approvals.kinds import Kind
from cases.approvals.states import RequestKind, RequestState
from cases.hotline.identity import clean_text
from cases.hotline.reference import ExclusionReason
from cases.hotline.states import TicketState
from cases.workflow.engine import advance_by_system
from citygrid.accounts.roles import Role
from citygrid.common.errors import Invalid

_UNIT = (Role.STREET_STAFF, Role.STREET_LEADER, Role.DEPT_CLERK, Role.PLATFORM_CLERK)


def _why_no_return(ticket: Any, at: datetime) -> Any:
    if ticket.state not in (TicketState.DISPATCHED, TicketState.HANDLING):
        return _("A ticket is returned only before it is replied to.")
    if ticket.final_ruling:
        return _("The hotline ruled finally that a unit must keep this ticket.")
    row = ticket.current_round()
    hours = settings.TICKET_RETURN_HOURS
    if row is None or at > row.began_at + timedelta(hours=hours):
        return _("A ticket can be returned within %(hours)s hours of its dispatch.") % {"hours": hours}
    asked = ticket.approvals.filter(kind=RequestKind.RETURN, department=ticket.unit_id)
    if asked.exclude(state=RequestState.WITHDRAWN).exists():
        return _("Your unit asked to return this ticket before; once is the most.")
    return None


def _why_no_exclusion(ticket: Any, at: datetime) -> Any:
    if ticket.unit_id is None:
        return _("The ticket was never dispatched; it counts in no unit's score.")
    if ticket.excluded:
        return _("The ticket is excluded from scoring already.")
    if ticket.approvals.filter(kind=RequestKind.EXCLUSION, state=RequestState.REFUSED).exists():
        return _("The exclusion of this ticket was refused; that ruling stands.")
    return None


def _take_back(approval: Any, at: datetime, by: Any) -> None:
    advance_by_system(approval.ticket, "take_back", at=at, by=by, opinion=approval.reason)


def _keep(approval: Any, at: datetime, by: Any) -> None:
    """Note that the hotline refused: the unit keeps the ticket."""
    if approval.state == RequestState.REFUSED:
        approval.ticket.rounds.filter(number=approval.ticket.round_number).update(return_refused=True)


def _exclude(approval: Any, at: datetime, by: Any) -> None:
    advance_by_system(approval.ticket, "exclude", at=at, by=by, opinion=approval.reason)


def grounds(at: datetime) -> list[ExclusionReason]:
    """Return the grounds on which a ticket may be excluded then; none where the city names none."""
    return list(ExclusionReason.objects.in_force(at).order_by("code"))


def _ground(text: str, at: datetime) -> str:
    """Return the name of the ground whose code was given; free words only where the city names no grounds."""
    allowed = {one.code: one for one in grounds(at)}
    if not allowed or text in allowed:
        return str(allowed[text].name) if allowed else text
    listed = _(", ").join(f"{code} ({one.label})" for code, one in allowed.items())
    fault = _("Choose one of the grounds by its code: %(grounds)s.") % {"grounds": listed}
    raise Invalid(fault, fields={"legal_basis": [fault]})


RETURN = Kind(_UNIT, (Role.HOTLINE_LEADER,), _why_no_return, on_approved=_take_back, on_not_approved=_keep,
              clean=clean_text)  # fmt: skip
# 剔除: reviewed twice, and with evidence (handbook §4.4).
EXCLUSION = Kind(_UNIT, (Role.HOTLINE_LEADER, Role.MANAGER), _why_no_exclusion, on_approved=_exclude,
                 needs_evidence=True, clean=clean_text, basis=_ground)  # fmt: skip
