"""Marks as absent who did not come in time: a periodic job.

It reads by index the clocks that ran out, never all that run. Each report-in is moved in a transaction of its own; a
refusal means that somebody was faster, such as the department arriving at the last moment.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from cases.deadlines.models import Clock
from cases.whistles.kinds import WhistleKind
from cases.whistles.report_ins import ReportIn
from cases.workflow.engine import advance_by_system
from citygrid.common.errors import Refusal

MOST = 500  # of each kind in one run; the next minute goes on


def run(at: datetime) -> int:
    """Mark absences at ``at`` and return how many there were."""
    return sum(_mark(kind, at) for kind in WhistleKind.objects.order_by("pk"))


def _locked(key: int) -> ReportIn:
    """Return the report-in as it is once nobody else moves it: its rating is written before its version is compared."""
    rows = ReportIn.objects.select_for_update(of=("self",)).select_related("whistle__kind", "call", "department")
    found: ReportIn = rows.get(pk=key)
    return found


def _mark(kind: WhistleKind, at: datetime) -> int:
    border = at - timedelta(minutes=kind.grace_minutes)
    expected = ReportIn.objects.expected().filter(whistle__kind=kind).values("pk")
    late = Clock.objects.running().filter(
        subject_type=ReportIn._meta.label_lower, kind=kind.absent_by, due_at__lt=border, subject_id__in=expected
    )
    marked = 0
    for key in late.order_by("due_at").values_list("subject_id", flat=True)[:MOST]:
        try:
            with transaction.atomic():
                advance_by_system(_locked(key), "absent", at=at)
        except Refusal:
            continue
        marked += 1
    return marked
