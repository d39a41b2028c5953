"""A city of 400 grids, 20 departments and 40 categories, in which cases can stand by the ten thousand."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cases.catalogue.conditions import ConditionLimit, FilingCondition
from cases.catalogue.limits import set_stage_limit
from cases.catalogue.models import Category
from cases.deadlines.calendar_import import import_calendar
from citygrid.accounts.roles import Role
from gridmap.areas.models import AreaVersion, Level
from gridmap.demo.fixtures import FIXTURES
from gridmap.departments.models import Department, DepartmentKind
from tests import cast
from tests.cases.walk import catalogue
from tests.gridmap.big_city import build_grids

SIDE, DEPARTMENTS, CATEGORIES = 20, 20, 40


@dataclass(frozen=True, slots=True)
class Place:
    """A grid and a point in it."""

    area_id: int
    version_id: int
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Office:
    """A department with its two people."""

    department: Any
    clerk: Any
    handler: Any


@dataclass(frozen=True, slots=True)
class City:
    """What walks and their copies need. The first of each kind is what the walks use."""

    people: dict[str, Any]
    places: list[Place]
    offices: list[Office]
    conditions: list[FilingCondition]


def build() -> City:
    """Create it in an empty database."""
    areas = cast.build_city()
    build_grids(areas, side=SIDE, corners=10)
    departments = cast.build_departments(areas)
    people = {
        name: cast.person(name, role, area=areas.get(code), department=departments.get(code))
        for name, (role, code) in cast.PEOPLE.items()
    }
    for number, code in enumerate(cast.GRIDS, start=1):
        people[f"gw{number + 1}"] = cast.person(f"gw{number + 1}", Role.GRID_WORKER, area=areas[code])
    offices = [Office(departments["CGJ"], people["clerk"], people["handler"])]
    for number in range(1, DEPARTMENTS):
        office = Department.objects.create(
            code=f"BM{number:02}", name=f"第{number}局", kind=DepartmentKind.BUREAU, area_served=areas[cast.CITY]
        )
        clerk = cast.person(f"clerk{number:02}", Role.DEPT_CLERK, department=office)
        offices.append(Office(office, clerk, cast.person(f"handler{number:02}", Role.HANDLER, department=office)))
    import_calendar(path=FIXTURES / "holidays.csv", confirm=True, at=cast.START)
    set_stage_limit(kind="sign", value=Decimal(2), unit="work_hour", at=cast.START)
    return City(people, _places(), offices, _conditions(catalogue()))


def _places() -> list[Place]:
    versions = (
        AreaVersion.objects.filter(level=Level.GRID, valid_to=None).exclude(code=cast.THEIR_GRID).order_by("code")
    )
    inside = [(one, one.geom.point_on_surface) for one in versions.order_by("code")]
    places = [Place(one.area_id, one.pk, point.x, point.y) for one, point in inside]
    random.Random(1).shuffle(places)
    return places


def _conditions(first: FilingCondition) -> list[FilingCondition]:
    found = [first]
    for number in range(1, CATEGORIES):
        category = Category.objects.create(
            code=f"CJ214-E9{number:03}", standard=first.category.standard, kind="event", major_code="09",
            major_name="其他", minor_code=f"{number:02}", name=f"事件{number}",
        )  # fmt: skip
        row = FilingCondition.objects.create(
            code=f"{category.code}-01", category=category, text="影响通行", closing_text="清除", valid_from=cast.START
        )
        ConditionLimit.objects.create(condition=row, value=Decimal(4), unit="work_hour")
        found.append(row)
    return found
