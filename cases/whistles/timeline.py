"""Everything that was written about a whistle: its own events and those of its report-ins."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from cases.journal.models import Event
from cases.whistles.models import Whistle
from cases.whistles.report_ins import ReportIn


def timeline_of(whistle: Whistle) -> Any:
    """Return the events, unordered. Who may see the whistle may see them; the caller has judged that."""
    keys = [str(key) for key in whistle.report_ins.values_list("pk", flat=True)]
    found = Q(subject_type=Whistle._meta.label_lower, subject_id=str(whistle.pk))
    return Event.objects.filter(found | Q(subject_type=ReportIn._meta.label_lower, subject_id__in=keys))
