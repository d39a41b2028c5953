"""Computing running clocks afresh after what they follow from was changed, each with a record on its subject's chain.

An open clock remembers the token of the calendar it was computed with; what carries another one is out of date. So the
work can stop anywhere and be taken up again by the periodic job, and nothing is computed twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import transaction

from cases.deadlines import clocks
from cases.deadlines.calendars import one_reading
from cases.deadlines.limits import Limit, LimitUnit
from cases.deadlines.models import NIL, Clock
from citygrid.common import facts
from citygrid.common.errors import Busy
from citygrid.common.facts import Subject

CHUNK = 200  # so many clocks a transaction: their cases wait no longer than that takes
MOST = 5_000  # a run of the periodic job; the next one goes on
PLAIN = (LimitUnit.MINUTE, LimitUnit.URGENT_HOUR, LimitUnit.NATURAL_DAY)
_COLUMNS = ("limit_value", "limit_unit", "warned_at", "overdue_noted_at", *clocks.COMPUTED)


def recompute_open(*, at: datetime, by: Any = None, most: int = MOST) -> int:
    """Compute afresh the open clocks that are out of date with the calendar; return how many got another deadline.

    Clocks of plain hours and days do not know a calendar; they are marked as up to date in one statement.
    """
    with one_reading() as stamp:
        if stamp.calendar == NIL:
            return 0
        changed = 0
        for stale in Clock.objects.computed_otherwise(stamp.calendar):
            plain = stale.filter(limit_unit__in=PLAIN)
            plain.update(calendar_token=stamp.calendar)
            changed += _in_chunks(stale, lambda clock: None, "calendar", at, by, most=most)
        return changed


def relimit(
    *, kind: str, limit: Limit, at: datetime, by: Any = None, subject_type: str = "cases.case", among: Any = None
) -> int:
    """Give the open clocks of a kind another limit; pauses and extensions stay. Return how many there were.

    ``among`` keeps those of some subjects of the type: a queryset or list of their keys.
    """
    others = Clock.objects.filter(subject_type=subject_type, kind=kind, stopped_at=None)
    others = others.exclude(limit_value=limit.value, limit_unit=limit.unit)
    if among is not None:
        others = others.filter(subject_id__in=among)

    def change(clock: Clock) -> None:
        clock.limit_value, clock.limit_unit = limit.value, limit.unit

    return _in_chunks(others, change, "limit", at, by)


def _in_chunks(
    queryset: Any, change: Callable[[Clock], None], why: str, at: datetime, by: Any, most: int | None = None
) -> int:
    # The keys at once: by index, and without an order that would tempt the planner to walk the whole table.
    keys = sorted(queryset.order_by().values_list("pk", flat=True)[:most])
    changed = 0
    for start in range(0, len(keys), CHUNK):
        with suppress(Busy), transaction.atomic():
            # In a run that comes again, what somebody is changing just now is left for the next: it stays out of date.
            own = queryset.filter(pk__in=keys[start : start + CHUNK]).order_by("pk")
            changed += _afresh(list(own.select_for_update(skip_locked=most is not None)), change, why, at, by)
    return changed


def _afresh(found: list[Clock], change: Callable[[Clock], None], why: str, at: datetime, by: Any) -> int:
    told: list[tuple[Clock, dict[str, Any], dict[str, Any]]] = []
    with one_reading() as stamp:
        for clock in found:
            before = _words(clock)
            change(clock)
            clocks.compute(clock)
            clocks.forget_signals(clock, at)
            if (after := _words(clock)) != before:
                told.append((clock, before, after))
        Clock.objects.filter(pk__in=[clock.pk for clock in found]).update(calendar_token=stamp.calendar)
    subjects = subjects_of(clock for clock, _before, _after in told)
    # In the order of their type and key, so that two runs never wait for each other crosswise.
    for clock, before, after in sorted(told, key=lambda row: (row[0].subject_type, row[0].subject_id, row[0].pk)):
        clock.save(update_fields=_COLUMNS)
        facts.record(
            "clock.recomputed", subjects[clock.subject_type, clock.subject_id], at=at, by=by,
            clock=clock.kind, clock_id=clock.pk, why=why, before=before, after=after,
        )  # fmt: skip
    return len(told)


def _words(clock: Clock) -> dict[str, Any]:
    return {
        "due_at": clock.due_at,
        "warn_at": clock.warn_at,
        "limit": f"{clock.limit_value.normalize():f}",
        "unit": str(clock.limit_unit),
    }


def subjects_of(rows: Iterable[Clock]) -> dict[tuple[str, int], Subject]:
    """Return what the clocks are about, as the journal names it; one query for each type."""
    wanted: dict[str, set[int]] = {}
    for clock in rows:
        wanted.setdefault(clock.subject_type, set()).add(clock.subject_id)
    return {
        (kind, key): Subject.of(thing)
        for kind, keys in wanted.items()
        for key, thing in apps.get_model(kind)._base_manager.in_bulk(keys).items()
    }
