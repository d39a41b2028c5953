"""Pages by urgency: the same cursors, also over what is computed from the clocks."""

from __future__ import annotations

from typing import Any

from django.db.models import DateTimeField

from citygrid.common.api.pagination import CursorPages


class UrgentPages(CursorPages):
    """Pages that know ``due_at``: when the first running clock of a case runs out; those without a clock come last."""

    computed = {"due_at": ("next_due", DateTimeField())}

    def order(self, queryset: Any, name: str) -> Any:
        """Annotate the due before it is ordered by."""
        return queryset.with_next_due() if name == "due_at" else queryset
