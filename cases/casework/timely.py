"""What moves on by its date: suspended cases wake up, field tasks and requests that nobody answered lapse.

Each subject is moved in a transaction of its own through the engine. A refusal means that somebody was faster, or that
the next run finds it again; the others are moved all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction

from cases.approvals.models import Approval
from cases.casework.models import Case
from cases.casework.states import State
from cases.fieldwork.models import FieldTask
from cases.workflow.engine import advance_by_system
from citygrid.common.errors import Refusal

MOST = 1000  # of each kind in one run; the next minute goes on
# What a case does when its field task lapses: back to whoever can send another grid worker, so that nobody is stuck.
LAPSE = {State.VERIFYING: "verify_lapsed", State.CHECKING: "check_lapsed"}


def run(at: datetime) -> int:
    """Move on everything whose date has come; return how many subjects moved."""
    return wake_suspended(at) + expire_tasks(at) + expire_requests(at)


def wake_suspended(at: datetime) -> int:
    """Let suspended cases go on from their date."""
    due = Case.objects.filter(state=State.SUSPENDED, suspended_until__lte=at).order_by("suspended_until")
    return _each(due, partial(_wake, at=at))


def expire_tasks(at: datetime) -> int:
    """Call off field tasks long overdue; their cases go back to the acceptor."""
    border = at - timedelta(hours=settings.FIELD_TASK_EXPIRE_HOURS)
    due = FieldTask.objects.waiting().filter(due_at__lte=border).order_by("due_at")
    return _each(due, partial(_expire_task, at=at))


def expire_requests(at: datetime) -> int:
    """End requests that nobody decided; what stood still because of one goes on."""
    border = at - timedelta(days=settings.REQUEST_EXPIRE_DAYS)
    due = Approval.objects.waiting().filter(requested_at__lte=border).order_by("requested_at")
    return _each(due, partial(_expire_request, at=at))


def _each(due: Any, move: Callable[[Any], None]) -> int:
    moved = 0
    for subject in due[:MOST]:
        try:
            with transaction.atomic():
                move(subject)
        except Refusal:
            continue
        moved += 1
    return moved


def _wake(case: Case, *, at: datetime) -> None:
    advance_by_system(case, "wake", at=at)


def _expire_task(task: FieldTask, *, at: datetime) -> None:
    case = task.case
    if case is not None and (name := LAPSE.get(State(case.state))):
        advance_by_system(case, name, at=at)
    advance_by_system(task, "expire", at=at)


def _expire_request(asked: Approval, *, at: datetime) -> None:
    advance_by_system(asked, "expire", at=at)
