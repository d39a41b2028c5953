"""Fills in the departments and the cast of the demonstration city. Names and phones are invented (handbook §9.3)."""

from __future__ import annotations

from datetime import datetime

from citygrid.accounts.models import User
from citygrid.accounts.services import open_account
from gridmap.areas.models import Area
from gridmap.demo.fixtures import DEMO, rows
from gridmap.departments.models import Department
from gridmap.departments.services import add_department
from gridmap.posts.services import grant_post


def build_departments(areas: dict[str, Area], at: datetime) -> dict[str, Department]:
    """Create the department tree; return it by code."""
    departments: dict[str, Department] = {}
    for row in rows(DEMO / "departments.csv"):
        departments[row["code"]] = add_department(
            code=row["code"], name=row["name"], name_en=row["name_en"], short_name=row["short_name"],
            kind=row["kind"], parent=departments[row["parent"]] if row["parent"] else None,
            area_served=areas[row["area_served"]], phone=row["phone"], at=at,
        )  # fmt: skip
    return departments


def build_people(areas: dict[str, Area], departments: dict[str, Department], at: datetime) -> list[User]:
    """Create the demo accounts, without passwords, and their posts."""
    people = []
    for row in rows(DEMO / "people.csv"):
        user = open_account(username=row["login"], display_name=row["name"], mobile=row["mobile"], is_demo=True, at=at)
        for place in row["places"].split():
            grant_post(user=user, role=row["role"], area=areas.get(place), department=departments.get(place), at=at)
        people.append(user)
    return people
