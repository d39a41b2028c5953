"""For whom does a case wait? The question behind every worklist, as filters that an index answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import F, Q

from cases.casework.states import OPEN, State
from cases.casework.table import TURN
from cases.workflow.people import Acting
from citygrid.accounts.roles import Role
from gridmap.areas.models import AreaLink

# A suspended case is nobody's turn until its date, although the department may take it up again before.
_RESTING = State.SUSPENDED
_BY_DEPARTMENT, _BY_PERSON, _BY_TASK, _BY_ORDER = Role.DEPT_CLERK, Role.HANDLER, Role.GRID_WORKER, Role.MANAGER


def waits_for(acting: Acting) -> list[Q]:
    """Return filters of cases; whose next move belongs to one of the person's posts fits one of them.

    The centre's posts wait by area. A department's clerk has what is to be signed, confirmed or given to a handler,
    parts owed as a co-department, and orders to answer, also of the departments below that have no clerk; a handler
    has what is assigned; a grid worker the open tasks; a manager the own orders that were not answered in time.

    They are several because of one that says "or" a database makes a walk through all cases; each by itself is a
    range of an index.
    """
    found = list(_by_place(acting))
    if departments := acting.answers_for(_BY_DEPARTMENT):
        found += _of_departments(departments)
    if acting.holds_role(_BY_PERSON):
        found.append(Q(state=State.HANDLING, handler=acting.user.pk))
    if acting.holds_role(_BY_TASK):
        tasks: Any = apps.get_model("cases", "FieldTask")
        mine = tasks.objects.waiting().filter(assignee=acting.user.pk, case__isnull=False)
        found.append(Q(state__in=[State.VERIFYING, State.CHECKING], pk__in=mine.values("case")))
    if acting.holds_role(_BY_ORDER):
        unanswered = orders().filter(ordered_by=acting.user.pk, due_at__lt=acting.at)
        found.append(Q(state__in=OPEN, pk__in=unanswered.values("case")))
    return found


def orders() -> Any:
    """Return the supervision orders that are not answered yet."""
    return apps.get_model("cases", "Supervision").objects.filter(replied_at=None)


def _by_place(acting: Acting) -> Iterator[Q]:
    places: dict[str, set[int]] = {}
    for role, area, _department, served in acting.posts:
        if role not in (_BY_DEPARTMENT, _BY_PERSON, _BY_TASK):
            root = area if area is not None else served
            places.setdefault(role, set()).update([root] if root is not None else [])
    for role, roots in places.items():
        if states := [state for state, roles in TURN.items() if role in roles]:
            below = AreaLink.objects.filter(ancestor__in=roots).values("descendant")
            yield Q(state__in=states, area__in=below)


def _of_departments(departments: frozenset[int]) -> list[Q]:
    states = [state for state, roles in TURN.items() if _BY_DEPARTMENT in roles]
    settled = [state for state in states if state not in (State.HANDLING, _RESTING)]
    ours = Q(lead_department__in=departments)
    helping = apps.get_model("cases", "CoDepartment").objects.filter(
        department__in=departments, done_at=None, round_number=F("case__round_number"), case__state=State.HANDLING
    )
    return [
        ours & Q(state__in=settled),
        ours & Q(state=State.HANDLING, handler=None, whistle_number=""),
        ours & Q(state__in=states, pk__in=orders().values("case")),
        Q(pk__in=helping.values("case")),
    ]
