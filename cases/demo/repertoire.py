"""Reads what the storylines can be about from the tables of the demonstration and from the city itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cases.casework.limits import work_day_mode
from cases.catalogue.conditions import FilingCondition
from cases.catalogue.limits import DEFAULTS, stage_limit
from cases.deadlines.calendars import calendar_for
from cases.deadlines.limits import Limit, LimitUnit
from cases.demo.cast import Cast
from cases.demo.plan import Matter, Repertoire, Spot
from cases.demo.topics import Demand, Summons
from cases.hotline.limits import KINDS, limit_of
from cases.hotline.reference import TicketCategory
from cases.hotline.states import Level
from cases.whistles.kinds import WhistleKind
from cases.whistles.limits import REVIEW
from citygrid.accounts.roles import Role
from gridmap.areas.models import AreaClass, Grid
from gridmap.demo.fixtures import DEMO, rows


def load(cast: Cast, at: datetime) -> Repertoire:
    """Return what there is: only matters whose department has somebody to sign, only grids that somebody walks."""
    mode = work_day_mode()
    return Repertoire(
        matters=matters(cast, at), spots=spots(cast), demands=demands(), summons=summons(), streets=cast.streets(),
        holders=cast.holders(),
        handled=frozenset(cast.departments(Role.HANDLER)),
        stages={kind: stage_limit(kind, mode) for kind in DEFAULTS}, calendar=calendar_for(),
    )  # fmt: skip


def matters(cast: Cast, at: datetime) -> list[Matter]:
    """Return the lines of the table of matters. Raises ``KeyError`` for a condition or department that is not there."""
    mode, signing = work_day_mode(), set(cast.departments(Role.DEPT_CLERK))
    conditions = FilingCondition.objects.in_force(at).select_related("category").prefetch_related("limits")
    known = {row.code: row for row in conditions}
    found = []
    for row in rows(DEMO / "matters.csv"):
        condition = known[row["condition"]]
        if row["department"] not in signing:
            raise KeyError(f"{row['department']} of matters.csv has no clerk.")
        limits = {code: condition.limit_for(code, mode) for code in ("", *AreaClass.values)}
        found.append(
            Matter(
                condition.code, row["department"], row["helper"], row["look"], row["description"], row["result"],
                condition.category.self_handling, limits,
            )
        )  # fmt: skip
    return found


def demands() -> list[Demand]:
    """Return the lines of the table of demands. Raises ``KeyError`` for a category that is not there."""
    levels = dict(TicketCategory.objects.values_list("code", "level"))
    limits = {level: {kind: limit_of(kind, level) for kind in KINDS} for level in Level.values}
    found = []
    for row in rows(DEMO / "demands.csv"):
        level = levels[row["category"]] if row["category"] else Level.D7
        found.append(Demand(**row, level=level, limits=limits[level]))
    return found


def summons() -> list[Summons]:
    """Return the lines of the table of summons. Raises ``DoesNotExist`` for a kind of whistle that is not there."""
    mode, found = work_day_mode(), []
    for row in rows(DEMO / "summons.csv"):
        kind = WhistleKind.objects.prefetch_related("limits").get(code=row["kind"])
        limits = {one.clock: Limit(one.value, LimitUnit(one.unit), mode) for one in kind.limits.all()}
        limits[REVIEW] = Limit(kind.review_value, LimitUnit(kind.review_unit), mode)
        told: dict[str, Any] = {**row, "departments": tuple(row["departments"].split())}
        found.append(Summons(**told, limits=limits, coming=limits[kind.absent_by]))
    return found


def spots(cast: Cast) -> list[Spot]:
    """Return the grids that have a grid worker, in order of their codes."""
    walked = cast.grids()
    classes = Grid.objects.filter(area__code__in=walked).values_list("area__code", "area_class")
    return [
        Spot(code, area_class, walked[code], _colleague(code, walked))
        for code, area_class in classes.order_by("area__code")
    ]


def _colleague(grid: str, walked: dict[str, str]) -> str:
    """Return a grid worker of the same community (the first twelve digits), but not of that grid."""
    others = {worker for code, worker in walked.items() if code[:12] == grid[:12]} - {walked[grid]}
    return min(others, default="")
