"""With which limit each clock of a case starts: stages as the city set them, handling by the filing condition."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings

from cases.catalogue.limits import condition_limit, stage_limit
from cases.deadlines.clocks import Start
from cases.deadlines.limits import WorkDayMode
from gridmap.areas.models import Grid

KINDS = ("accept", "verify", "file", "dispatch", "sign", "handle", "check", "close")


def work_day_mode() -> WorkDayMode:
    """Return the city's reading of the working day."""
    return WorkDayMode(settings.WORK_DAY_MODE)


def stage(kind: str, case: Any) -> Start:
    """Return a stage's limit; for signing it is held by the department."""
    return Start(stage_limit(kind, work_day_mode()), case.lead_department_id if kind == "sign" else None)


def handle(case: Any) -> Start:
    """Return the limit of the filing condition for the area class of the case's grid."""
    area_class = Grid.objects.filter(area=case.area_id).values_list("area_class", flat=True).first()
    return Start(condition_limit(case.condition_id, area_class or "", work_day_mode()), case.lead_department_id)


LIMITS: dict[str, Callable[[Any], Start]] = {kind: partial(stage, kind) for kind in KINDS if kind != "handle"}
LIMITS["handle"] = handle
