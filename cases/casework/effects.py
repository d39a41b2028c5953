"""What a move on a case changes besides its state: columns, rounds, children. Runs inside the engine's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from cases.casework.states import Outcome, State
from cases.fieldwork.services import assign, cancel_open
from cases.fieldwork.states import TaskKind
from cases.workflow.engine import Move, advance_by_system
from cases.workflow.table import ClockRule, ClockVerb
from citygrid.accounts.roles import Role
from citygrid.common.errors import Invalid
from citygrid.common.saving import change
from gridmap.departments.tree import above
from gridmap.posts.models import Post


def ends(move: Move) -> None:
    """Note when and by whom the case ended; end its last round, and what is still open about it."""
    case = move.subject
    case.closed_at, case.closed_by = move.at, move.by
    case.handler, case.whistle_number = None, ""
    end_round(move)
    if move.before in (State.VERIFYING, State.CHECKING):
        recall_verify(move)
        recall_check(move)
    if move.row.name != "cancel":  # which itself is the effect of the one request that can be open
        for asked in case.approvals.waiting():
            advance_by_system(asked, "expire", at=move.at, by=move.by)


def end_round(move: Move) -> None:
    """Close the running round with the move that ended it, and why."""
    _note(move, {"ended_at": None}, ended_at=move.at, ended_by_move=move.row.name, opinion=move.opinion)


def _note(move: Move, where: Mapping[str, Any] | None = None, **values: Any) -> None:
    """Write something into the running round, provided that it holds what ``where`` says."""
    case = move.subject
    change(case.rounds.model, {"case": case.pk, "number": case.round_number, **(where or {})}, **values)


def begin_round(move: Move, department: Any) -> None:
    """Open the next round of handling at ``department``."""
    case = move.subject
    case.round_number += 1
    case.lead_department = department
    case.rounds.create(number=case.round_number, department=department, began_at=move.at, handler=case.handler)


def fix_on_spot(move: Move) -> None:
    """Mark the case as fixed by the grid worker."""
    move.subject.self_handled = True
    move.subject.outcome = Outcome.SOLVED
    move.subject.result = move.inputs["result"]


def note_verdict(move: Move) -> None:
    """Keep what the grid worker found."""
    move.subject.verified = {"true": True, "false": False}.get(move.inputs["verdict"])


def decline(move: Move) -> None:
    """Keep why, and who is competent instead."""
    move.subject.decline_reason = move.inputs["reason"]
    move.subject.competent_unit = move.inputs["competent_unit"]
    ends(move)


def file(move: Move) -> None:
    """Choose the filing condition, which sets limit and closing condition."""
    condition = move.inputs["condition"]
    if condition.category_id != move.subject.category_id:
        raise Invalid(
            _("This filing condition belongs to another category. Choose one of the case's category."),
            fields={"condition": [_("Choose one of the case's category.")]},
        )
    move.subject.condition = condition


def dispatch(move: Move) -> None:
    """Give the case to a department. Back to the one that returned it, its clock goes on; another starts afresh."""
    case, department = move.subject, move.inputs["department"]
    same = case.returned and case.lead_department_id == department.pk
    if case.round_number and case.lead_department_id != department.pk and not case.reopened_count:
        case.first_dispatch_wrong = True
    end_round(move)
    case.returned = False
    begin_round(move, department)
    for helper in move.inputs["co_departments"]:
        if helper.pk == department.pk:
            raise Invalid(
                _("The lead department cannot be a co-department too."),
                fields={"co_departments": [_("Leave the lead department out.")]},
            )
        case.co_departments.create(department=helper, round_number=case.round_number)
    move.clocks.append(ClockRule(ClockVerb.RESUME if same else ClockVerb.RESTART, "handle"))


def redispatch(move: Move) -> None:
    """Give the case to another department; the first dispatch was wrong."""
    if move.inputs["department"].pk == move.subject.lead_department_id:
        raise Invalid(
            _("The case is with this department already. Choose another one."),
            fields={"department": [_("Choose another department.")]},
        )
    move.subject.first_dispatch_wrong = True
    move.subject.handler = None
    move.subject.returned = False
    dispatch(move)


def sign(move: Move) -> None:
    """Note when the department signed."""
    _note(move, signed_at=move.at)


def assign_handler(move: Move) -> None:
    """Put a handler of the department, or of one it belongs to, to work."""
    case, handler = move.subject, move.inputs["handler"]
    at_hand = Post.objects.in_force(move.at).filter(department__in=above(case.lead_department_id))
    if not at_hand.filter(user=handler).exists():
        raise Invalid(
            _("%(person)s has no post at %(department)s.") % {"person": handler, "department": case.lead_department},
            fields={"handler": [_("Choose a person of the department.")]},
        )
    case.handler = handler
    _note(move, handler=handler)


def revoke_handler(move: Move) -> None:
    """Take the handler off the case."""
    move.subject.handler = None
    _note(move, handler=None)


def take_back(move: Move) -> None:
    """Bring a returned case back to the dispatcher; the round keeps why it was returned."""
    end_round(move)
    move.subject.returned = True
    move.subject.returned_count += 1


def send_back(move: Move) -> None:
    """Give the case back to be accepted; its condition is chosen anew."""
    move.subject.returned = False
    move.subject.condition = None
    end_round(move)


def finish_part(move: Move) -> None:
    """Note a co-department's part as done: of one's own departments, else of those one answers for or acts for."""
    case, acting, role = move.subject, move.acting, Role.DEPT_CLERK
    owing = {part.department_id: part for part in case.owing_parts()}
    reach = (acting.standing(role), acting.answers_for(role), acting.acts_for(role))
    nearest = next(mine for mine in reach if not mine.isdisjoint(owing))
    done = [part for key, part in owing.items() if key in nearest]
    rows = case.co_departments.filter(pk__in=[part.pk for part in done])
    rows.update(result=move.inputs["result"], done_at=move.at, done_by=move.by)
    move.noted["departments"] = [part.department.code for part in done]


def submit(move: Move) -> None:
    """Keep the result and outcome on the case and in its round."""
    case = move.subject
    case.outcome, case.result = move.inputs["outcome"], move.inputs["result"]
    _note(move, submitted_at=move.at, submitted_by=move.by, outcome=case.outcome, result=case.result)


def confirm(move: Move) -> None:
    """Note when the department stood by the work; here its clock stops."""
    _note(move, confirmed_at=move.at)


def rework(move: Move) -> None:
    """Start another round at the same department; the one before is kept whole."""
    case = move.subject
    case.rework_count += 1
    end_round(move)
    begin_round(move, case.lead_department)
    _note(move, signed_at=move.at)


def reopen(move: Move) -> None:
    """Begin again behind acceptance, everything earlier kept."""
    case = move.subject
    case.reopened_count += 1
    case.closed_at = case.closed_by = None
    case.outcome = case.result = case.decline_reason = ""
    case.forced = case.self_handled = case.returned = False


def suspend(move: Move) -> None:
    """Put the case on account until a date."""
    move.subject.suspended_until = move.inputs["until"]


def resume(move: Move) -> None:
    """Take it off again."""
    move.subject.suspended_until = None


def force_close(move: Move) -> None:
    """Close by order, and mark it."""
    move.subject.forced = True
    ends(move)


def urge(move: Move) -> None:
    """Count the reminder."""
    move.subject.urge_count += 1


def supervise(move: Move) -> None:
    """Open an order that must be answered."""
    hours = 24 if move.inputs["hours"] is None else int(move.inputs["hours"])
    if not 1 <= hours <= 720:
        raise Invalid(_("An answer may be asked for within 1 to 720 hours."), fields={"hours": [_("Use 1 to 720.")]})
    move.subject.supervisions.create(
        order=move.inputs["order"], ordered_by=move.by, ordered_at=move.at, due_at=move.at + timedelta(hours=hours)
    )


def answer_supervision(move: Move) -> None:
    """Answer the open order."""
    move.subject.supervisions.filter(replied_at=None).update(
        reply=move.inputs["reply"], replied_at=move.at, replied_by=move.by
    )


def send_verify(move: Move) -> None:
    """Give a grid worker the task to look whether it is so; never the reporter."""
    _send(move, TaskKind.VERIFY, {move.subject.reporter_id} if move.subject.reporter_id else set())


def send_check(move: Move) -> None:
    """Give a grid worker the task to look whether it is done; nobody who handled the case."""
    _send(move, TaskKind.CHECK, move.subject.handled_by())


def _send(move: Move, kind: TaskKind, but_not: set[int]) -> None:
    worker = move.inputs["worker"]
    if worker is not None and worker.pk in but_not:
        raise Invalid(
            _("%(person)s reported or handled this case; somebody else must look.") % {"person": worker},
            fields={"worker": [_("Choose another grid worker.")]},
        )
    task = assign(
        kind=kind,
        case=move.subject,
        at=move.at,
        by=move.by,
        worker=worker,
        note=move.inputs["note"] or "",
        but_not=but_not,
    )
    move.noted["worker"] = str(task.assignee)


def recall_verify(move: Move) -> None:
    """Call the verification off."""
    cancel_open(case=move.subject, kind=TaskKind.VERIFY, at=move.at, by=move.by)


def recall_check(move: Move) -> None:
    """Call the check off."""
    cancel_open(case=move.subject, kind=TaskKind.CHECK, at=move.at, by=move.by)


def close(move: Move) -> None:
    """End the case, unless somebody still waits for a call."""
    if move.subject.state == State.CLOSED:
        ends(move)
    else:
        end_round(move)
