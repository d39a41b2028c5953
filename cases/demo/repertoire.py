"""Reads what the storylines can be about from the tables of the demonstration and from the city itself."""

from __future__ import annotations

from datetime import datetime

from cases.casework.limits import work_day_mode
from cases.catalogue.conditions import FilingCondition
from cases.catalogue.limits import DEFAULTS, stage_limit
from cases.deadlines.calendars import calendar_for
from cases.demo.cast import Cast
from cases.demo.plan import Matter, Repertoire, Spot
from citygrid.accounts.roles import Role
from gridmap.areas.models import AreaClass, Grid
from gridmap.demo.fixtures import DEMO, rows


def load(cast: Cast, at: datetime) -> Repertoire:
    """Return what there is: only matters whose department has somebody to sign, only grids that somebody walks."""
    mode = work_day_mode()
    return Repertoire(
        matters=matters(cast, at), spots=spots(cast), holders=cast.holders(),
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
