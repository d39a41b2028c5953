"""Pages of keys, by columns or by urgency; the rows of a page are then loaded by their keys."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.db.models import DateTimeField

from cases.deadlines.urgency import Due
from citygrid.common.api.pagination import CursorPages


class KeyPages(CursorPages):
    """Pages whose rows are objects with ``pk`` and the value that the order goes by, nothing else."""

    def fetch(self, queryset: Any, name: str, after: tuple[Any, Any] | None, down: bool, limit: int) -> list[Any]:
        """Return keys and values behind ``after``."""
        rows = self.ordered(queryset, name, after, down)[:limit].values_list("pk", name)
        return [SimpleNamespace(**{"pk": key, name: value}) for key, value in rows]


class CasePages(KeyPages):
    """Pages that know ``due_at``: when the first running clock of a case runs out; those without a clock come last."""

    computed = {"due_at": ("next_due", DateTimeField())}

    def fetch(self, queryset: Any, name: str, after: tuple[Any, Any] | None, down: bool, limit: int) -> list[Any]:
        """Return keys and values behind ``after``."""
        if name == "next_due":
            begin = Due(after[1], after[0]) if after else None
            dues = queryset.most_urgent_first().page(limit, after=begin, down=down)
            return [SimpleNamespace(pk=due.key, next_due=due.at) for due in dues]
        return super().fetch(queryset, name, after, down, limit)
