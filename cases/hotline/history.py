"""Everything that was written about a ticket: its own events and those of its requests."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from cases.approvals.models import Approval
from cases.journal.models import Event


def timeline_of(ticket: Any) -> Any:
    """Return the events, unordered. Who may see the ticket may see them; the caller has judged that."""
    found = Q(subject_type="cases.ticket", subject_id=str(ticket.pk))
    asked = [str(key) for key in Approval.objects.filter(ticket=ticket.pk).values_list("pk", flat=True)]
    if asked:
        found |= Q(subject_type=Approval._meta.label_lower, subject_id__in=asked)
    return Event.objects.filter(found)
