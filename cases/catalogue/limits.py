"""Stage limits: what the city has set, else the stock clock of handbook §2.3."""

from __future__ import annotations

from decimal import Decimal

from cases.catalogue.conditions import StageLimit
from cases.deadlines.limits import Limit, LimitUnit, WorkDayMode

QUARTER, HALF = Decimal("0.25"), Decimal("0.5")
# Handbook §2.3: 15 minutes for accepting, filing, dispatching and closing, 30 for verification and check, all on the
# plain clock. Signing is not named there; two working hours are this product's choice.
DEFAULTS: dict[str, tuple[Decimal, LimitUnit]] = {
    "accept": (QUARTER, LimitUnit.URGENT_HOUR),
    "verify": (HALF, LimitUnit.URGENT_HOUR),
    "file": (QUARTER, LimitUnit.URGENT_HOUR),
    "dispatch": (QUARTER, LimitUnit.URGENT_HOUR),
    "sign": (Decimal(2), LimitUnit.WORK_HOUR),
    "check": (HALF, LimitUnit.URGENT_HOUR),
    "close": (QUARTER, LimitUnit.URGENT_HOUR),
}


def stage_limit(kind: str, mode: WorkDayMode) -> Limit:
    """Return the limit of a stage."""
    row = StageLimit.objects.filter(kind=kind).values_list("value", "unit").first()
    value, unit = row or DEFAULTS[kind]
    return Limit(value, LimitUnit(unit), mode)
