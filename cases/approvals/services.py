"""Asking for something about a case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from cases.approvals.models import Approval
from cases.approvals.states import RequestKind
from cases.workflow.engine import create
from citygrid.common.errors import Conflict, Invalid


def ask(
    *, case: Any, kind: RequestKind, reason: str, by: Any, at: datetime, legal_basis: str = "",
    until: datetime | None = None, evidence: Sequence[Any] = (),
) -> Approval:  # fmt: skip
    """Make a request of that kind and return it.

    Raises ``Invalid`` without a reason, ``NotAllowed`` for somebody who may not ask, ``Conflict`` when it cannot be
    asked now or another request on the case is not decided yet.
    """
    if not reason.strip():
        raise Invalid(_("Say in a sentence why you ask for this."), fields={"reason": [_("This is needed.")]})
    if waiting := case.open_request():
        raise _one_waits(case, str(waiting.get_kind_display()))
    asked = Approval(
        kind=kind, case=case, area_id=case.area_id, department_id=case.lead_department_id, requested_by=by,
        requested_at=at, reason=reason.strip(), legal_basis=legal_basis.strip(), until=until,
    )  # fmt: skip
    try:
        return create(asked, "request", by=by, at=at, evidence=list(evidence))
    except IntegrityError as error:
        if "request_one_open_a_case" not in str(error) and "approval.case_id" not in str(error):
            raise
        raise _one_waits(case, str(RequestKind(kind).label)) from error


def _one_waits(case: Any, kind: str) -> Conflict:
    return Conflict(
        _("A request (“%(kind)s”) on this case is not decided yet. Wait for it, or withdraw it first.")
        % {"kind": kind},
        code="not_now", current=case,
    )  # fmt: skip
