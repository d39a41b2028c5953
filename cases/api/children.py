"""What hangs on a case, as its detail shows it: rounds, helpers, evidence, requests, tasks, orders, merged cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cases.api import named
from cases.api.named import when
from cases.approvals.models import Approval
from cases.approvals.states import RequestKind, RequestState
from cases.casework.models import Case, CoDepartment, Round, Supervision
from cases.evidence.models import Evidence, Remark
from cases.fieldwork.models import FieldTask
from cases.fieldwork.states import TaskKind, TaskState, Verdict

# Relation → the rows behind it, with what is shown of them. They are seen by whoever sees the case.
CHILDREN: dict[str, Callable[[], Any]] = {
    "rounds": lambda: Round.objects.select_related("department", "handler", "submitted_by").order_by("number"),
    "co_departments": lambda: CoDepartment.objects.select_related("department").order_by("pk"),
    "evidence": lambda: Evidence.objects.select_related("uploaded_by").order_by("uploaded_at", "pk"),
    "approvals": lambda: Approval.objects.select_related("requested_by").order_by("pk"),
    "field_tasks": lambda: FieldTask.objects.select_related("assignee").order_by("pk"),
    "supervisions": lambda: Supervision.objects.select_related("ordered_by", "replied_by").order_by("pk"),
    "merged_cases": lambda: Case.objects.only("number", "merged_into").order_by("pk"),
}


def children_of(case: Case) -> dict[str, Any]:
    """Return the children by the names that the API gives them."""
    return {
        "rounds": [_round(one) for one in case.rounds.all()],
        "co_departments": [_part(one) for one in case.co_departments.all()],
        "evidence": [evidence(one) for one in case.evidence.all()],
        "approvals": [request_shown(one) for one in case.approvals.all()],
        "field_tasks": [task(one) for one in case.field_tasks.all()],
        "supervisions": [_order(one) for one in case.supervisions.all()],
        "merged_cases": [one.number for one in case.merged_cases.all()],
    }


def evidence(piece: Evidence) -> dict[str, Any]:
    """Return a piece of evidence with the addresses of its copies."""
    address = f"/api/v1/evidence/{piece.pk}/file/"
    return {
        "id": str(piece.pk),
        "media_type": piece.media_type,
        "file_url": f"{address}?size=full",
        "thumb_url": f"{address}?size=thumb" if piece.thumb else None,
        "move": piece.move,
        "purpose": piece.purpose,
        "round": piece.round_number,
        "uploaded_by": named.person(piece.uploaded_by),
        "uploaded_at": when(piece.uploaded_at),
        "taken_at": when(piece.taken_at),
        "distance_m": piece.distance_m,
        "remarks": [{"code": key, "label": str(Remark(key).label)} for key in piece.remarks if key in Remark.values],
    }


def _round(one: Round) -> dict[str, Any]:
    return {
        "number": one.number,
        "department": named.department(one.department),
        "handler": named.person(one.handler),
        "began_at": when(one.began_at),
        "signed_at": when(one.signed_at),
        "submitted_at": when(one.submitted_at),
        "submitted_by": named.person(one.submitted_by),
        "confirmed_at": when(one.confirmed_at),
        "outcome": one.outcome,
        "result": one.result,
        "ended_at": when(one.ended_at),
        "ended_by_move": one.ended_by_move,
        "opinion": one.opinion,
    }


def _part(one: CoDepartment) -> dict[str, Any]:
    return {
        "department": named.department(one.department),
        "round": one.round_number,
        "asked": one.asked,
        "result": one.result,
        "done_at": when(one.done_at),
    }


def request_shown(one: Approval) -> dict[str, Any]:
    """Return a request."""
    return {
        "id": one.pk,
        "kind": one.kind,
        "kind_label": named.label(RequestKind, one.kind),
        "state": one.state,
        "state_label": named.label(RequestState, one.state),
        "reason": one.reason,
        "requested_by": named.person(one.requested_by),
        "requested_at": when(one.requested_at),
        "until": when(one.until),
        "decided_at": when(one.decided_at),
        "version": one.version,
    }


def task(one: FieldTask) -> dict[str, Any]:
    """Return a field task."""
    return {
        "id": one.pk,
        "kind": one.kind,
        "kind_label": named.label(TaskKind, one.kind),
        "state": one.state,
        "state_label": named.label(TaskState, one.state),
        "assignee": named.person(one.assignee),
        "assigned_at": when(one.assigned_at),
        "due_at": when(one.due_at),
        "done_at": when(one.done_at),
        "verdict": one.verdict,
        "verdict_label": named.label(Verdict, one.verdict),
        "answer": one.answer,
        "version": one.version,
    }


def _order(one: Supervision) -> dict[str, Any]:
    return {
        "order": one.order,
        "ordered_by": named.person(one.ordered_by),
        "ordered_at": when(one.ordered_at),
        "due_at": when(one.due_at),
        "reply": one.reply,
        "replied_by": named.person(one.replied_by),
        "replied_at": when(one.replied_at),
    }
