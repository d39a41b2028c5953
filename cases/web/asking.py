"""Requests that a person could make about a case or a ticket, with the limits of the rule, or why not now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.approvals.kinds import KINDS
from cases.approvals.models import Approval
from cases.approvals.services import ask
from cases.approvals.states import RequestKind, RequestState
from cases.casework.models import Case
from cases.casework.wiring import MAX_EXTENSIONS, MAX_SUSPENSION_DAYS
from cases.hotline.requests import grounds
from cases.web.forms import InputForm
from cases.web.reader import acting_of
from cases.workflow.engine import may_create
from cases.workflow.people import Acting
from cases.workflow.table import Input, InputType
from citygrid.accounts.roles import Role
from citygrid.common.errors import NotAllowed, NotFound, Refusal

REASON = Input("reason", gettext_lazy("reason"))
BASIS = Input("legal_basis", gettext_lazy("legal basis"), required=False)
UNTIL = Input("until", gettext_lazy("until"), InputType.DATETIME)
EVIDENCE = Input("evidence", gettext_lazy("evidence"), InputType.EVIDENCE, required=False, many=True)


@dataclass(slots=True)
class Asking:
    """One kind of request."""

    kind: RequestKind
    url: str
    rule: str
    deciders: list[Any]
    reason: str  # why it cannot be asked now
    form: InputForm | None
    open: bool = False


def asking_form(kind: RequestKind, subject: Any, acting: Acting, **sent: Any) -> InputForm:
    """Return the form of a kind of request."""
    spec = KINDS[_about(subject), kind]
    proof = replace(EVIDENCE, required=spec.needs_evidence)
    basis = _ground(acting) if kind == RequestKind.EXCLUSION else BASIS
    inputs = [REASON, *([UNTIL] if spec.needs_until else []), basis, proof]
    return InputForm(inputs, subject, acting, name=f"ask_{kind}", **sent)


def _ground(acting: Acting) -> Input:
    """Return the grounds on which a ticket may be excluded, as far as the city names any; else free words."""
    named = [(one.code, one.label) for one in grounds(acting.at)]
    if not named:
        return BASIS
    return replace(BASIS, label=gettext_lazy("ground"), type=InputType.CHOICE, required=True, choices=tuple(named))


def askings(subject: Any, acting: Acting) -> list[Asking]:
    """Return the kinds that the person's roles may ask for."""
    return [found for kind in RequestKind if (found := _asking(kind, subject, acting)) is not None]


def asked_by(request: HttpRequest, subject: Any, kind: str) -> tuple[RequestKind, InputForm, Refusal] | None:
    """Make the request that was sent; return the form with the refusal where it is refused. Raises ``NotFound``."""
    acting = acting_of(request)
    if kind not in RequestKind.values or (_about(subject), RequestKind(kind)) not in KINDS:
        raise NotFound(_("There is nothing here, or it is not yours to see."))
    wanted = RequestKind(kind)
    form = asking_form(wanted, subject, acting, data=request.POST, files=request.FILES)
    about: dict[str, Any] = {_about(subject): subject}
    try:
        given = form.given()
        ask(
            kind=wanted, reason=given.get("reason", ""), legal_basis=given.get("legal_basis", ""),
            until=form.moment("until"), evidence=given.get("evidence", []), by=acting.user, at=acting.at, **about,
        )  # fmt: skip
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return wanted, form, refusal
    messages.success(request, _("%(subject)s: “%(kind)s” was asked for.") % {"subject": subject, "kind": wanted.label})
    return None


def with_refused(found: list[Asking], asked: tuple[RequestKind, InputForm, Refusal] | None) -> list[Asking]:
    """Open the kind that was refused, with what was typed."""
    for one in found:
        if asked and one.kind == asked[0]:
            one.form, one.open, one.reason = asked[1], True, ""
    return found


def _about(subject: Any) -> str:
    return "case" if isinstance(subject, Case) else "ticket"


def _asking(kind: RequestKind, subject: Any, acting: Acting) -> Asking | None:
    about = _about(subject)
    spec = KINDS.get((about, kind))
    if spec is None:
        return None
    asker = next((role for role in spec.askers if acting.holds_role(role)), None)
    if asker is None:
        return None
    probe = Approval(
        kind=kind, area_id=subject.area_id, department_id=(subject.department_ids() or (None,))[0],
        requested_by=acting.user, requested_at=acting.at, **{about: subject},
    )  # fmt: skip
    try:
        may_create(probe, "request", by=acting.user, at=acting.at)
    except NotAllowed:
        return None
    waiting = _("A request is not decided yet.") if subject.open_request() else ""
    reason = waiting or str(spec.why_not(subject, acting.at) or "")
    deciders = [Role(role).label for role in spec.path if role != asker]
    form = None if reason else asking_form(kind, subject, acting)
    url = reverse(f"{about}_ask", args=[subject.number, kind])
    rule = _rule(kind, subject) if about == "case" else _rule_of_ticket(kind)
    return Asking(kind, url, rule, deciders, reason, form)


def _rule_of_ticket(kind: RequestKind) -> str:
    if kind == RequestKind.RETURN:
        return _(
            "Once for each unit, within %(hours)s hours of the dispatch, and never after a final ruling. The clocks"
            " run on meanwhile."
        ) % {"hours": settings.TICKET_RETURN_HOURS}
    return _("Decided on two levels, and only with evidence. The ticket stays in the operational figures.")


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
