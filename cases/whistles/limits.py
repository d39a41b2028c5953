"""With which limit each clock starts: by the kind of whistle, or by the time that was appointed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from cases.casework.limits import work_day_mode
from cases.deadlines.clocks import Start
from cases.deadlines.limits import Limit, LimitUnit
from cases.whistles.kinds import ClockKind

REVIEW = "whistle_review"


def review(whistle: Any) -> Start:
    """Return the platform's limit: for the joint review, or afterwards for an emergency."""
    return Start(Limit(whistle.kind.review_value, LimitUnit(whistle.kind.review_unit), work_day_mode()))


def report(clock: str, report_in: Any) -> Start:
    """Return a department's limit. Raises ``LookupError`` for a clock that the kind does not have.

    An appointment takes the place of the limit for coming; it is kept to the minute.
    """
    whistle = report_in.whistle
    if whistle.appear_at is not None and clock == whistle.kind.absent_by:
        since = to_the_minute(report_in.called_at)
        minutes = Decimal(int((whistle.appear_at - since).total_seconds()) // 60)
        return Start(Limit(minutes, LimitUnit.MINUTE), report_in.department_id, started_at=since)
    limit = whistle.kind.limit_of(clock, work_day_mode())
    if limit is None:
        raise LookupError(f"{whistle.kind.code} has no limit for {clock}.")
    return Start(limit, report_in.department_id)


def clocks_of(whistle: Any) -> list[str]:
    """Return the clocks that run for each department called by a whistle."""
    kinds = {row.clock for row in whistle.kind.limits.all()}
    if whistle.appear_at is not None:
        kinds.add(whistle.kind.absent_by)
    return sorted(kinds)


def to_the_minute(at: datetime) -> datetime:
    """Return the time without its seconds."""
    return at.replace(second=0, microsecond=0)


WHISTLE_LIMITS: dict[str, Callable[[Any], Start]] = {REVIEW: review}
REPORT_LIMITS: dict[str, Callable[[Any], Start]] = {kind.value: partial(report, kind.value) for kind in ClockKind}
