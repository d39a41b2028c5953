"""Asking for something about a case or a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from cases.approvals.kinds import KINDS
from cases.approvals.models import Approval
from cases.approvals.states import RequestKind
from cases.workflow.engine import create
from citygrid.common.errors import Conflict, Invalid

# How the engines name the constraint that one request is open at a time.
_ONE_OPEN = ("request_one_open_a_case", "request_one_open_a_ticket", "approval.case_id", "approval.ticket_id")


def ask(
    *, kind: RequestKind, reason: str, by: Any, at: datetime, case: Any = None, ticket: Any = None,
    legal_basis: str = "", until: datetime | None = None, evidence: Sequence[Any] = (),
) -> Approval:  # fmt: skip
    """Make a request of that kind about a case or a ticket, and return it.

    Raises ``Invalid`` without a reason or with a legal basis that the kind does not allow, ``NotAllowed`` for somebody
    who may not ask, ``Conflict`` when it cannot be asked now or another request on the same thing is not decided yet.
    """
    if not reason.strip():
        raise Invalid(_("Say in a sentence why you ask for this."), fields={"reason": [_("This is needed.")]})
    subject = case if ticket is None else ticket
    spec = KINDS.get(("case" if ticket is None else "ticket", kind))
    basis = spec.basis(legal_basis.strip(), at) if spec else legal_basis.strip()
    if waiting := subject.open_request():
        raise _one_waits(subject, str(waiting.get_kind_display()))
    department = case.lead_department_id if ticket is None else ticket.unit_id
    asked = Approval(
        kind=kind, case=case, ticket=ticket, area_id=subject.area_id, department_id=department, requested_by=by,
        requested_at=at, reason=reason.strip(), legal_basis=basis, until=until,
    )  # fmt: skip
    try:
        return create(asked, "request", by=by, at=at, evidence=list(evidence))
    except IntegrityError as error:
        if not any(name in str(error) for name in _ONE_OPEN):
            raise
        raise _one_waits(subject, str(RequestKind(kind).label)) from error


def _one_waits(subject: Any, kind: str) -> Conflict:
    return Conflict(
        _("A request (“%(kind)s”) is not decided yet. Wait for it, or withdraw it first.") % {"kind": kind},
        code="not_now", current=subject,
    )  # fmt: skip
