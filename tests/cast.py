"""The cast that every test knows: a small city, its departments and its people.

City 350982 with the streets 003 (ours) and 001 (theirs). In street 003 stands the community 350982003901, a square of
four grids 2×2 of 0.01°, south-west corner at 120.20 E, 27.33 N::

    003 004
    001 002

Street 001 has the community 350982001901 with the one grid 350982001901001, adjoining in the west. The east half of
street 003 (from 120.22) has a community, 350982003902, but no grid.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.gis.geos import MultiPolygon, Polygon

from citygrid.accounts.models import User
from citygrid.accounts.roles import Role
from gridmap.areas.models import Area, Grid, Level
from gridmap.areas.tree import add_area, set_outline
from gridmap.departments.models import Department, DepartmentKind
from gridmap.posts.models import Post

START = datetime(2026, 1, 1, tzinfo=UTC)
PASSWORD = "Right-Horse-42"

CITY, OURS, THEIRS = "350982", "350982003", "350982001"
COMMUNITY, EMPTY_COMMUNITY, THEIR_COMMUNITY = "350982003901", "350982003902", "350982001901"
GRIDS = [f"{COMMUNITY}{n:03}" for n in (1, 2, 3, 4)]
THEIR_GRID = f"{THEIR_COMMUNITY}001"

# login name → role, code of the area or department
PEOPLE: dict[str, tuple[Role, str]] = {
    "gw": (Role.GRID_WORKER, GRIDS[0]),
    "acceptor": (Role.ACCEPTOR, "JDZX"),
    "leader": (Role.SHIFT_LEADER, "JDZX"),
    "dispatcher": (Role.DISPATCHER, "ZHZX"),
    "clerk": (Role.DEPT_CLERK, "CGJ"),
    "handler": (Role.HANDLER, "CGJ"),
    "operator": (Role.HOTLINE_OPERATOR, "RX"),
    "callback": (Role.CALLBACK_AGENT, "RX"),
    "hotlinelead": (Role.HOTLINE_LEADER, "RX"),
    "street": (Role.STREET_STAFF, OURS),
    "streetlead": (Role.STREET_LEADER, OURS),
    "platform": (Role.PLATFORM_CLERK, CITY),
    "manager": (Role.MANAGER, CITY),
    "auditor": (Role.AUDITOR, CITY),
    "sysadmin": (Role.SYSADMIN, CITY),
    "secadmin": (Role.SECADMIN, CITY),
    "stranger_gw": (Role.GRID_WORKER, THEIR_GRID),
    "stranger_street": (Role.STREET_STAFF, THEIRS),
}


def box(west: float, south: float, east: float, north: float) -> MultiPolygon:
    """Return a rectangle in EPSG:4326."""
    return MultiPolygon(Polygon.from_bbox((west, south, east, north)), srid=4326)


def build_city() -> dict[str, Area]:
    """Create the areas with their outlines; return them by code."""
    areas: dict[str, Area] = {}

    def add(code: str, name: str, level: Level, parent: str | None, shape: MultiPolygon | None) -> None:
        areas[code] = add_area(code=code, name=name, level=level, parent=areas[parent] if parent else None, at=START)
        if shape is not None:
            set_outline(area=areas[code], geom=shape, at=START)
        if level == Level.GRID:
            Grid.objects.create(area=areas[code])

    add("35", "福建省", Level.PROVINCE, None, None)
    add("3509", "宁德市", Level.PREFECTURE, "35", None)
    add(CITY, "福鼎市", Level.COUNTY, "3509", box(120.18, 27.33, 120.24, 27.35))
    add(OURS, "山前街道", Level.STREET, CITY, box(120.20, 27.33, 120.24, 27.35))
    add(THEIRS, "桐山街道", Level.STREET, CITY, box(120.18, 27.33, 120.20, 27.35))
    add(COMMUNITY, "石亭社区", Level.COMMUNITY, OURS, box(120.20, 27.33, 120.22, 27.35))
    add(EMPTY_COMMUNITY, "无网格社区", Level.COMMUNITY, OURS, box(120.22, 27.33, 120.24, 27.35))
    add(THEIR_COMMUNITY, "邻社区", Level.COMMUNITY, THEIRS, box(120.18, 27.33, 120.20, 27.35))
    for code, (x, y) in zip(GRIDS, [(0, 0), (1, 0), (0, 1), (1, 1)], strict=True):
        west, south = round(120.20 + x * 0.01, 2), round(27.33 + y * 0.01, 2)
        add(
            code,
            f"{code[-1]}网格",
            Level.GRID,
            COMMUNITY,
            box(west, south, round(west + 0.01, 2), round(south + 0.01, 2)),
        )
    add(THEIR_GRID, "邻网格", Level.GRID, THEIR_COMMUNITY, box(120.18, 27.33, 120.20, 27.35))
    return areas


def build_departments(areas: dict[str, Area]) -> dict[str, Department]:
    """Create the departments; return them by code."""
    rows = [
        ("CGJ", "城市管理局", DepartmentKind.ENFORCEMENT, CITY),
        ("ZJJ", "住房和城乡建设局", DepartmentKind.BUREAU, CITY),
        ("JDZX", "监督中心", DepartmentKind.CENTRE, CITY),
        ("ZHZX", "指挥中心", DepartmentKind.CENTRE, CITY),
        ("RX", "12345热线", DepartmentKind.CENTRE, CITY),
        ("SQ", "山前街道办事处", DepartmentKind.STREET_OFFICE, OURS),
        ("TS", "桐山街道办事处", DepartmentKind.STREET_OFFICE, THEIRS),
    ]
    return {
        code: Department.objects.create(code=code, name=name, kind=kind, area_served=areas[area])
        for code, name, kind, area in rows
    }


def person(username: str, role: Role, *, area: Any = None, department: Any = None, **fields: Any) -> User:
    """Create an account with one post."""
    user = User(username=username, display_name=username, **fields)
    user.set_password(PASSWORD)
    user.save()
    Post.objects.create(user=user, role=role, area=area, department=department, starts_at=START)
    return user


def build_people(areas: dict[str, Area], departments: dict[str, Department]) -> dict[str, User]:
    """Create one person in every role, and the strangers; return them by login name."""
    return {
        name: person(name, role, area=areas.get(code), department=departments.get(code))
        for name, (role, code) in PEOPLE.items()
    }
