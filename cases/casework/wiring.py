"""Connect the room with those below it: references of inputs, consequences of field tasks, kinds of requests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.approvals.kinds import KINDS, Kind
from cases.approvals.models import Approval
from cases.approvals.states import RequestKind, RequestState
from cases.approvals.table import APPROVAL
from cases.casework import staff
from cases.casework.models import Case
from cases.casework.states import OPEN, State
from cases.casework.table import CASE
from cases.catalogue.conditions import FilingCondition
from cases.deadlines import clocks
from cases.deadlines.models import Clock
from cases.evidence.attach import attach, resolve
from cases.fieldwork.effects import CONSEQUENCES
from cases.fieldwork.models import FieldTask
from cases.fieldwork.states import TaskKind
from cases.fieldwork.table import TASK
from cases.workflow.engine import AFTER_MOVE, COMMON_INPUTS, Move, advance_by_system, register
from cases.workflow.inputs import RESOLVERS
from cases.workflow.people import Acting
from cases.workflow.table import Input, InputType
from citygrid.accounts.roles import Role
from citygrid.common.prepared import Prepared

MAX_EXTENSIONS = 2  # handbook §2.5
MAX_SUSPENSION_DAYS = 365
_CONDITION = Prepared(lambda at, code: FilingCondition.objects.in_force(at).filter(code=code).order_by("pk")[:1])


def connect() -> None:
    """Called once, when Django is ready."""
    register(Case, CASE)
    register(FieldTask, TASK)
    register(Approval, APPROVAL)
    AFTER_MOVE[:] = [attach]
    evidence = Input("evidence", gettext_lazy("evidence"), InputType.EVIDENCE, required=False, many=True,
                     applies=lambda subject: subject.holder_of_evidence() is not None)  # fmt: skip
    COMMON_INPUTS[:] = [evidence]
    RESOLVERS.update(
        {
            "evidence": resolve,
            "departments": lambda key, by, at: staff.department(Acting.of(by, at), key),
            "cases": lambda key, by, at: Case.objects.visible_to(by, at).filter(number=key).first(),
            "filing-conditions": lambda key, by, at: next(iter(_CONDITION(at=at, code=key)), None),
            "grid-workers": lambda key, by, at: staff.grid_workers(Acting.of(by, at)).filter(username=key).first(),
            "handlers": lambda key, by, at: staff.handler(Acting.of(by, at), key),
        }
    )
    CONSEQUENCES[TaskKind.VERIFY] = lambda move: _pass_on(move, "verify_result")
    CONSEQUENCES[TaskKind.CHECK] = lambda move: _pass_on(move, "check_result")
    department, dispatcher = (Role.DEPT_CLERK,), (Role.DISPATCHER,)
    inside = (Role.DEPT_CLERK, Role.HANDLER)
    KINDS.update(
        {
            ("case", RequestKind.RETURN): Kind(
                department, dispatcher, _why_no_return, _stand_still, _take_back, _go_on
            ),
            ("case", RequestKind.EXTENSION): Kind(
                inside, department + dispatcher, _why_no_extension, on_approved=_extend
            ),
            ("case", RequestKind.SUSPENSION): Kind(
                inside, department + dispatcher, _why_no_suspension, on_approved=_suspend, needs_until=True
            ),
            ("case", RequestKind.CANCELLATION): Kind(
                dispatcher, (Role.SHIFT_LEADER,), _why_no_cancellation, on_approved=_cancel
            ),
            ("case", RequestKind.APPEAL): Kind(
                department, (*dispatcher, Role.ACCEPTOR), _why_no_appeal, on_approved=_exempt
            ),
        }
    )


def _pass_on(move: Move, name: str) -> None:
    """Let a finished task take effect on its case; its photos prove the move."""
    case = Case.objects.get(pk=move.subject.case_id)
    given = {"verdict": move.inputs["verdict"], "note": move.inputs["note"]}
    advance_by_system(case, name, at=move.at, by=move.by, **{k: v for k, v in given.items() if v})


def _handling(case: Case) -> Clock | None:
    found: Clock | None = Clock.objects.of(case).filter(kind="handle").order_by("-pk").first()
    return found


def _overdue(case: Case, at: datetime) -> bool:
    clock = _handling(case)
    return clock is not None and clock.overdue(at)


def _approved(case: Case, kind: RequestKind) -> int:
    count: int = case.approvals.filter(kind=kind, state=RequestState.APPROVED).count()
    return count


def _waits_for_whistle(case: Case) -> Any:
    return _("The case waits for the whistle %(number)s; its limit stands still until then.") % {
        "number": case.whistle_number
    }


def _why_no_return(case: Case, at: datetime) -> Any:
    if case.state not in (State.DISPATCHED, State.HANDLING):
        return _("A case can be returned only before work is submitted.")
    if case.whistle_number:
        return _waits_for_whistle(case)
    return _("A handler is assigned. Revoke the handler first.") if case.handler_id else None


def _why_no_extension(case: Case, at: datetime) -> Any:
    if case.state != State.HANDLING:
        return _("An extension is asked for while the case is being handled.")
    if case.whistle_number:
        return _waits_for_whistle(case)
    if _overdue(case, at):
        return _("The time limit has passed; it can no longer be extended.")
    if _approved(case, RequestKind.EXTENSION) >= MAX_EXTENSIONS:
        return _("The limit was extended twice already, which is the most.")
    return None


def _why_no_suspension(case: Case, at: datetime) -> Any:
    if case.state != State.HANDLING:
        return _("A suspension is asked for while the case is being handled.")
    if case.whistle_number:
        return _waits_for_whistle(case)
    if _overdue(case, at):
        return _("The time limit has passed; the case can no longer be suspended.")
    return (
        _("The case was suspended once already, which is the most.")
        if _approved(case, RequestKind.SUSPENSION)
        else None
    )


def _why_no_cancellation(case: Case, at: datetime) -> Any:
    return None if case.state in OPEN else _("The case is at an end already.")


def _why_no_appeal(case: Case, at: datetime) -> Any:
    if case.state != State.CLOSED:
        return _("An appeal is made after closing.")
    if case.approvals.filter(kind=RequestKind.APPEAL).exists():
        return _("An appeal can be made once a case, and it was.")
    clock = _handling(case)
    return (
        None if clock and clock.overdue(at) else _("The case was handled in time; there is nothing to appeal against.")
    )


def _stand_still(approval: Approval, at: datetime, by: Any) -> None:
    for clock in clocks.running("handle", subject=approval.subject):
        clocks.pause(clock, at=at)


def _go_on(approval: Approval, at: datetime, by: Any) -> None:
    for clock in clocks.running("handle", subject=approval.subject):
        clocks.resume(clock, at=at)


def _take_back(approval: Approval, at: datetime, by: Any) -> None:
    advance_by_system(approval.subject, "take_back", at=at, by=by, opinion=approval.reason)


def _extend(approval: Approval, at: datetime, by: Any) -> None:
    clock = _handling(approval.subject)
    if clock is not None:
        clocks.extend(clock, at=at)


def _suspend(approval: Approval, at: datetime, by: Any) -> None:
    advance_by_system(approval.subject, "suspend", at=at, by=by, opinion=approval.reason, until=approval.until)


def _cancel(approval: Approval, at: datetime, by: Any) -> None:
    advance_by_system(approval.subject, "cancel", at=at, by=by, opinion=approval.reason)


def _exempt(approval: Approval, at: datetime, by: Any) -> None:
    Clock.objects.of(approval.subject).filter(kind="handle").update(exempt=True)
