"""Pages of cases: keys first, by columns or by urgency; the rows of a page are then loaded by their keys."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.db.models import DateTimeField

from cases.deadlines.urgency import Due
from citygrid.common.api.pagination import CursorPages


class CasePages(CursorPages):
    """Pages that know ``due_at``: when the first running clock of a case runs out; those without a clock come last.

    A page is a list of objects with ``pk`` and the value that the order goes by, nothing else.
    """

    computed = {"due_at": ("next_due", DateTimeField())}

    def fetch(self, queryset: Any, name: str, after: tuple[Any, Any] | None, down: bool, limit: int) -> list[Any]:
        """Return keys and values behind ``after``."""
        if name == "next_due":
            begin = Due(after[1], after[0]) if after else None
            dues = queryset.most_urgent_first().page(limit, after=begin, down=down)
            return [SimpleNamespace(pk=due.key, next_due=due.at) for due in dues]
        rows = self.ordered(queryset, name, after, down)[:limit].values_list("pk", name)
        return [SimpleNamespace(**{"pk": key, name: value}) for key, value in rows]
