"""Giving out field tasks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from cases.fieldwork.models import FieldTask
from cases.fieldwork.states import TaskKind, TaskState
from cases.workflow.engine import advance_by_system, create
from citygrid.accounts.roles import Role
from citygrid.common.errors import Conflict, Invalid
from gridmap.areas.models import AreaLink
from gridmap.posts.models import Post

MINUTES = {TaskKind.VERIFY: 30, TaskKind.CHECK: 30, TaskKind.PATROL: 8 * 60}


def assign(
    *,
    kind: TaskKind,
    case: Any,
    at: datetime,
    by: Any = None,
    worker: Any = None,
    note: str = "",
    but_not: set[int] | None = None,
) -> FieldTask:
    """Give a task about ``case`` to ``worker``, or to the nearest grid worker on duty.

    ``but_not`` are the keys of people who may not get it. Raises ``Conflict`` when nobody can.
    """
    worker = worker or nearest_worker(area_id=case.area_id, at=at, but_not=but_not or set())
    if worker is None:
        raise Conflict(
            _("No grid worker on duty is responsible for %(area)s. Give somebody a post there, or name a grid worker.")
            % {"area": case.area}
        )
    task = FieldTask(
        kind=kind, case=case, area_id=case.area_id, geom=case.geom, assignee=worker, note=note, assigned_at=at,
        due_at=at + timedelta(minutes=MINUTES[kind]),
    )  # fmt: skip
    return create(task, "assign", by=by, at=at)


def send_on_patrol(
    *, area: Any, worker: Any, by: Any, at: datetime, note: str = "", due_at: datetime | None = None
) -> FieldTask:
    """Send ``worker`` through ``area``. Raises ``NotAllowed`` for who may not, ``Invalid`` for a time already past."""
    due_at = due_at or at + timedelta(minutes=MINUTES[TaskKind.PATROL])
    if due_at <= at:
        raise Invalid(_("Give a time to come."), fields={"due_at": [_("Give a time to come.")]})
    task = FieldTask(kind=TaskKind.PATROL, area=area, assignee=worker, note=note, assigned_at=at, due_at=due_at)
    return create(task, "assign_patrol", by=by, at=at)


def nearest_worker(*, area_id: int, at: datetime, but_not: set[int]) -> Any:
    """Return the grid worker whose post is nearest above the place in the tree; of several, who has least to do."""
    above = dict(AreaLink.objects.filter(descendant=area_id).values_list("ancestor_id", "depth"))
    waiting = Count(
        "user__field_tasks", filter=Q(user__field_tasks__state__in=[TaskState.ASSIGNED, TaskState.ACCEPTED])
    )
    posts: Any = (
        Post.objects.in_force(at).filter(role=Role.GRID_WORKER, area__in=above, user__is_active=True)
        .exclude(user__in=but_not).select_related("user").annotate(waiting=waiting)
    )  # fmt: skip
    best = min(posts, key=lambda post: (above[post.area_id], post.waiting, post.user_id), default=None)
    return best.user if best else None


def cancel_open(*, case: Any, kind: TaskKind, at: datetime, by: Any) -> None:
    """Call off the open task of that kind, if there is one."""
    for task in FieldTask.objects.waiting().filter(case=case, kind=kind):
        advance_by_system(task, "cancel", at=at, by=by)
