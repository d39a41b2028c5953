"""The queues that a person may look into, with how many wait in each and how many of them are overdue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from cases.casework.models import Case
from cases.casework.states import OPEN
from cases.casework.states import State as S
from cases.casework.urgency import running
from cases.casework.waiting import orders
from cases.web.reader import may_report
from cases.workflow.people import Acting
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import Role

STAGES: tuple[tuple[str, Any, tuple[S, ...]], ...] = (
    ("accept", _("To accept"), (S.REPORTED,)),
    ("verify", _("Being verified"), (S.VERIFYING,)),
    ("file", _("To file"), (S.ACCEPTED,)),
    ("dispatch", _("To dispatch"), (S.FILED,)),
    ("sign", _("To sign"), (S.DISPATCHED,)),
    ("hand", _("In hand"), (S.HANDLING, S.SUBMITTED)),
    ("suspended", _("Suspended"), (S.SUSPENDED,)),
    ("feedback", _("Fed back"), (S.FED_BACK,)),
    ("check", _("To check"), (S.PENDING_CHECK, S.CHECKING)),
    ("close", _("To close"), (S.PENDING_CLOSE, S.CALLBACK)),
)


@dataclass(slots=True)
class Tab:
    """One queue. ``count`` is ``None`` where counting says nothing."""

    key: str
    label: Any
    keep: Callable[[Any], Any]
    count: int | None = None
    red: int = 0
    urgent: bool = field(default=True)  # ordered by urgency; otherwise the newest first


def tabs_for(acting: Acting) -> list[Tab]:
    """Return the person's queues, counted. Three queries at most."""
    visible = Case.objects.visible_to(acting.user, acting.at)
    found = [Tab("mine", _("Waiting for me"), lambda cases: cases.waiting_for(acting))]
    found[0].count = found[0].keep(visible).count()
    if acting.holds(Perm.CASE_VIEW_DEPARTMENT):
        found += _of_department(acting)
    if acting.holds(Perm.CASE_VIEW):
        found += _of_centre(visible, acting)
    if any(acting.holds_role(role) for role in (Role.MANAGER, Role.PLATFORM_CLERK)):
        found.append(Tab("ordered", _("Under supervision"), kept(Q(pk__in=orders().values("case"), state__in=OPEN))))
    if may_report(acting):
        found.append(
            Tab("reported", _("Reported by me"), lambda cases: cases.filter(reporter=acting.user), urgent=False)
        )
    return [*found, Tab("all", _("All"), lambda cases: cases, urgent=False)]


def chosen(tabs: list[Tab], key: str) -> Tab:
    """Return the queue that was asked for; without that, one's own work."""
    return next((tab for tab in tabs if tab.key == key), tabs[0])


def _of_centre(visible: Any, acting: Acting) -> list[Tab]:
    overdue = _with_clock(due_at__lt=acting.at)
    counted = {
        row["state"]: row
        for row in visible.filter(state__in=OPEN).order_by().values("state").annotate(
            number=Count("pk"), red=Count("pk", filter=overdue)
        )
    }  # fmt: skip
    none = {"number": 0, "red": 0}
    return [
        Tab(key, label, _in_states(states), count=sum(counted.get(state, none)["number"] for state in states),
            red=sum(counted.get(state, none)["red"] for state in states))
        for key, label, states in STAGES
    ]  # fmt: skip


def _of_department(acting: Acting) -> list[Tab]:
    ours = Q(lead_department__in=acting.departments(Perm.CASE_VIEW_DEPARTMENT))
    ongoing = Q(state__in=[S.DISPATCHED, S.HANDLING, S.SUBMITTED])
    counts = Case.objects.filter(ours & ongoing).aggregate(  # without the closed ones, which are most of them
        # One by one a few cases are soon looked up; the queue itself is best joined.
        **{key: Count("pk", filter=keep) for key, (_label, keep) in _kinds(acting.at, _has_clock).items()}
    )
    return [
        Tab(key, label, kept(ours & keep), count=counts[key], red=counts[key] if key == "our_overdue" else 0)
        for key, (label, keep) in _kinds(acting.at, _with_clock).items()
    ]


def _kinds(at: datetime, clock: Callable[..., Q]) -> dict[str, tuple[Any, Q]]:
    """Return a department's queues by key: label, and filter of the cases in hand; ``clock`` is one of those below."""
    working = Q(state__in=[S.HANDLING, S.SUBMITTED])
    ongoing = Q(state__in=[S.DISPATCHED, S.HANDLING, S.SUBMITTED])
    return {
        "our_sign": (_("To sign"), Q(state=S.DISPATCHED)),
        "our_hand": (_("In hand"), working),
        "our_today": (_("Due today"), ongoing & clock(due_at__gte=at, due_at__lt=midnight(at))),
        "our_overdue": (_("Overdue"), ongoing & clock(due_at__lt=at)),
        "our_rework": (_("Returned to us"), working & Q(rework_count__gt=0)),
    }


def _in_states(states: tuple[S, ...]) -> Callable[[Any], Any]:
    return kept(Q(state__in=states))


def kept(wanted: Q) -> Callable[[Any], Any]:
    """Return what keeps the rows that fit."""
    return lambda cases: cases.filter(wanted)


def _with_clock(**when: Any) -> Q:
    return Q(pk__in=running().filter(**when).order_by().values("subject_id"))


def _has_clock(**when: Any) -> Q:
    return Q(Exists(running().filter(subject_id=OuterRef("pk"), **when)))


def midnight(at: datetime) -> datetime:
    """Return the end of the city's day."""
    local = localtime(at)
    return datetime.combine(local.date() + timedelta(days=1), time.min, local.tzinfo)
