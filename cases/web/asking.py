"""Requests that a person could make about a case, with the limits of the rule; those not possible with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.approvals.kinds import KINDS
from cases.approvals.models import Approval
from cases.approvals.states import RequestKind, RequestState
from cases.casework.models import Case
from cases.casework.wiring import MAX_EXTENSIONS, MAX_SUSPENSION_DAYS
from cases.web.forms import InputForm
from cases.workflow.engine import may_create
from cases.workflow.people import Acting
from cases.workflow.table import Input, InputType
from citygrid.accounts.roles import Role
from citygrid.common.errors import NotAllowed

REASON = Input("reason", gettext_lazy("reason"))
BASIS = Input("legal_basis", gettext_lazy("legal basis"), required=False)
UNTIL = Input("until", gettext_lazy("until"), InputType.DATETIME)
EVIDENCE = Input("evidence", gettext_lazy("evidence"), InputType.EVIDENCE, required=False, many=True)


@dataclass(slots=True)
class Asking:
    """One kind of request."""

    kind: RequestKind
    rule: str
    deciders: list[Any]
    reason: str  # why it cannot be asked now
    form: InputForm | None
    open: bool = False


def asking_form(kind: RequestKind, case: Case, acting: Acting, **sent: Any) -> InputForm:
    """Return the form of a kind of request."""
    inputs = [REASON, *([UNTIL] if KINDS["case", kind].needs_until else []), BASIS, EVIDENCE]
    return InputForm(inputs, case, acting, name=f"ask_{kind}", **sent)


def askings(case: Case, acting: Acting) -> list[Asking]:
    """Return the kinds that the person's roles may ask for."""
    return [found for kind in RequestKind if (found := _asking(kind, case, acting)) is not None]


def _asking(kind: RequestKind, case: Case, acting: Acting) -> Asking | None:
    spec = KINDS.get(("case", kind))
    if spec is None:
        return None
    asker = next((role for role in spec.askers if acting.holds_role(role)), None)
    if asker is None:
        return None
    probe = Approval(kind=kind, case=case, area_id=case.area_id, department_id=case.lead_department_id,
                     requested_by=acting.user, requested_at=acting.at)  # fmt: skip
    try:
        may_create(probe, "request", by=acting.user, at=acting.at)
    except NotAllowed:
        return None
    waiting = case.open_request()
    reason = _("A request on this case is not decided yet.") if waiting else str(spec.why_not(case, acting.at) or "")
    deciders = [Role(role).label for role in spec.path if role != asker]
    form = None if reason else asking_form(kind, case, acting)
    return Asking(kind, _rule(kind, case), deciders, reason, form)


def _rule(kind: RequestKind, case: Case) -> str:
    done = sum(1 for one in case.approvals.all() if one.kind == kind and one.state == RequestState.APPROVED)
    return {
        RequestKind.RETURN: lambda: _(
            "Before work is submitted, and with no handler assigned. While it is decided, the clock stands still."
        ),
        RequestKind.EXTENSION: lambda: _(
            "Before the limit has passed; each time by one more of the limit. Used: %(done)s of %(most)s."
        ) % {"done": done, "most": MAX_EXTENSIONS},
        RequestKind.SUSPENSION: lambda: _(
            "Before the limit has passed, once a case, for at most %(days)s days. Until then the clock stands still."
        ) % {"days": MAX_SUSPENSION_DAYS},
        RequestKind.CANCELLATION: lambda: _("Ends the case without handling it. What was done stays on record."),
        RequestKind.APPEAL: lambda: _(
            "After closing, once a case, when it was handled late. If it is accepted, the timeout is not scored."
        ),
    }[kind]()  # fmt: skip
