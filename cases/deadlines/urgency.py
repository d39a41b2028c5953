"""How urgent something is: lamps and dues of its running clocks, asked of the database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from cases.deadlines.lamps import Lamp
from cases.deadlines.models import Clock

NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # stands for "no clock is running", so that an ordering has no null


def running(subject_type: str) -> Any:
    """Return the running clocks of all subjects of that type."""
    return Clock.objects.running().filter(subject_type=subject_type)


class Urgency(models.QuerySet[Any]):
    """Reads of subjects by how urgent they are."""

    def _running(self) -> Any:
        return running(self.model._meta.label_lower)

    def lit(self, lamp: str, at: datetime) -> Self:
        """Keep those whose worst running clock shows ``lamp``."""
        over = Q(pk__in=_subjects(self._running().filter(due_at__lt=at)))
        warned = Q(pk__in=_subjects(self._running().filter(warn_at__lt=at)))
        if lamp == Lamp.RED:
            return self.filter(over)
        if lamp == Lamp.YELLOW:
            return self.filter(warned & ~over)
        return self.filter(Q(pk__in=_subjects(self._running())) & ~warned & ~over)

    def most_urgent_first(self) -> MostUrgentFirst:
        """Return the keys of these subjects in the order in which their first running clocks run out."""
        return MostUrgentFirst(self)


class Due(NamedTuple):
    """A subject and when its first running clock runs out; :data:`NEVER` where none runs."""

    key: int
    at: datetime


class MostUrgentFirst:
    """Keys of subjects by their first running clock, those without one last; equal ones by their key.

    The order is read from the clocks' own index, from wherever a page begins: nothing is computed for those of other
    pages, and only keys are sorted, never whole rows.
    """

    def __init__(self, subjects: Any) -> None:
        self._subjects = subjects.order_by()
        ticking = running(subjects.model._meta.label_lower).filter(due_at__isnull=False)
        sooner = ticking.filter(subject_id=OuterRef("subject_id")).filter(
            Q(due_at__lt=OuterRef("due_at")) | Q(due_at=OuterRef("due_at"), pk__lt=OuterRef("pk"))
        )
        self._ticking = ticking.filter(~Exists(sooner), subject_id__in=self._subjects.values("pk"))
        self._still = self._subjects.filter(~Exists(ticking.filter(subject_id=OuterRef("pk"))))

    def count(self) -> int:
        """Return how many there are."""
        return int(self._subjects.count())

    def __getitem__(self, wanted: slice) -> list[int]:
        """Return the keys from one position to another."""
        start, stop = wanted.start or 0, wanted.stop
        found = [due.key for due in self._dues(self._ticking.order_by("due_at", "subject_id")[start:stop])]
        if len(found) < stop - start:
            before = start + len(found) if found else self._ticking.count()
            still = self._still.order_by("pk")[max(start - before, 0) : stop - before]
            found += still.values_list("pk", flat=True)
        return found

    def page(self, limit: int, *, after: Due | None = None, down: bool = False) -> list[Due]:
        """Return the next ones behind ``after``; with ``down`` in the other direction, the least urgent first."""
        found: list[Due] = []
        for part in (self._page_still, self._page_ticking) if down else (self._page_ticking, self._page_still):
            if len(found) < limit:
                found += part(limit - len(found), after, down)
        return found

    def _page_ticking(self, limit: int, after: Due | None, down: bool) -> list[Due]:
        rows, sign, beyond = self._ticking, "-" if down else "", "lt" if down else "gt"
        if after and after.at < NEVER:
            # The first condition says nothing new, but is a range of the index.
            rows = rows.filter(
                Q(**{f"due_at__{beyond}": after.at}) | Q(**{"due_at": after.at, f"subject_id__{beyond}": after.key}),
                **{f"due_at__{beyond}e": after.at},
            )
        elif after and not down:
            return []
        return self._dues(rows.order_by(f"{sign}due_at", f"{sign}subject_id")[:limit])

    def _page_still(self, limit: int, after: Due | None, down: bool) -> list[Due]:
        rows = self._still
        if after and after.at >= NEVER:
            rows = rows.filter(**{"pk__lt" if down else "pk__gt": after.key})
        elif after and down:
            return []
        keys = rows.order_by("-pk" if down else "pk")[:limit].values_list("pk", flat=True)
        return [Due(key, NEVER) for key in keys]

    def _dues(self, clocks: Any) -> list[Due]:
        return [Due(*row) for row in clocks.values_list("subject_id", "due_at")]


def _subjects(clocks: Any) -> Any:
    return clocks.order_by().values("subject_id")
