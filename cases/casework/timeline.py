"""Everything that was written about a case: its own events, and those of its field tasks and requests."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from cases.approvals.models import Approval
from cases.casework.models import Case
from cases.fieldwork.models import FieldTask
from cases.journal.models import Event


def timeline_of(case: Case) -> Any:
    """Return the events, unordered. Who may see the case may see them; the caller has judged that."""
    found = Q(subject_type=Case._meta.label_lower, subject_id=str(case.pk))
    children: tuple[Any, ...] = (Approval, FieldTask)
    for model in children:
        keys = [str(key) for key in model.objects.filter(case=case.pk).values_list("pk", flat=True)]
        if keys:
            found |= Q(subject_type=model._meta.label_lower, subject_id__in=keys)
    return Event.objects.filter(found)
