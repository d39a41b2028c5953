"""Limits as moves need them: those of stages, as the city set them, and those of filing conditions.

Both are kept under the stamp of the limits, so that a move asks the database for neither.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.catalogue.conditions import FilingCondition, StageLimit
from cases.deadlines.calendars import stamp, touch_limits
from cases.deadlines.limits import Limit, LimitUnit, WorkDayMode
from cases.deadlines.models import NIL
from cases.deadlines.recompute import relimit
from citygrid.accounts.permissions import Perm
from citygrid.common import facts
from citygrid.common.errors import Invalid
from gridmap.posts.rights import require

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
    """Return the limit of a stage: the city's, else the stock clock."""
    value, unit = _stages(stamp().limits).get(kind) or DEFAULTS[kind]
    return Limit(value, LimitUnit(unit), mode)


def condition_limit(condition_id: int, area_class: str, mode: WorkDayMode) -> Limit:
    """Return the limit of a filing condition in an area class, as :meth:`FilingCondition.limit_for` does."""
    return _condition(stamp().limits, condition_id).limit_for(area_class, mode)


def _stages(token: uuid.UUID) -> dict[str, tuple[Decimal, str]]:
    return _read_stages() if token == NIL else _kept_stages(token)


@lru_cache(maxsize=4)
def _kept_stages(token: uuid.UUID) -> dict[str, tuple[Decimal, str]]:
    return _read_stages()


def _read_stages() -> dict[str, tuple[Decimal, str]]:
    return {kind: (value, unit) for kind, value, unit in StageLimit.objects.values_list("kind", "value", "unit")}


def _condition(token: uuid.UUID, condition_id: int) -> FilingCondition:
    return _read_condition(condition_id) if token == NIL else _kept_condition(token, condition_id)


@lru_cache(maxsize=5000)
def _kept_condition(token: uuid.UUID, condition_id: int) -> FilingCondition:
    return _read_condition(condition_id)


def _read_condition(condition_id: int) -> FilingCondition:
    found: FilingCondition = FilingCondition.objects.prefetch_related("limits").get(pk=condition_id)
    return found


@transaction.atomic
def set_stage_limit(*, kind: str, value: Decimal, unit: str, at: datetime, by: Any = None) -> StageLimit:
    """Set the limit of a stage; clocks of it that still run get it too, each with a record.

    Raises ``NotAllowed``, and ``Invalid`` for a stage or unit that does not exist or a limit of nothing.
    """
    if by is not None:
        require(by, Perm.CATALOGUE_MANAGE, at=at)
    if kind not in DEFAULTS:
        fault = _("Choose one of the stages: %(stages)s.") % {"stages": ", ".join(DEFAULTS)}
        raise Invalid(fault, fields={"kind": [fault]})
    if unit not in LimitUnit.values or not 0 < value < 10_000:
        fault = _("Give a limit greater than zero and less than 10,000, and one of the four units.")
        raise Invalid(fault, fields={"value": [fault]})
    row = StageLimit.objects.filter(kind=kind).first() or StageLimit(kind=kind)
    before = f"{row.value.normalize():f} {row.unit}" if row.pk else None
    row.value, row.unit = value, unit
    row.save()
    touch_limits()
    facts.record("stage_limit.set", row, at=at, by=by, before=before, after=f"{value.normalize():f} {unit}")
    relimit(kind=kind, limit=Limit(value, LimitUnit(unit)), at=at, by=by)
    return row
