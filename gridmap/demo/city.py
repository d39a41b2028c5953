"""Fills in the areas of the demonstration city: tree, outlines, figures, grids and responsibility grids."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from random import Random
from typing import Any

from django.contrib.gis.geos import GEOSGeometry

from gridmap.areas.models import Area, AreaClass, Grid, GridKind, Level, ResponsibilityGrid, ResponsibilityGridMember
from gridmap.areas.simplify import refresh_far_outlines
from gridmap.areas.tree import add_area, set_outline
from gridmap.demo.fixtures import CITY, DEMO, FIXTURES, NEIGHBOUR, NUMERALS, SOURCE, rows
from gridmap.departments.models import Department

# People in a grid: one range for each class of the legend (handbook §8), the last one open.
DENSITIES = ((16, 50), (51, 100), (101, 150), (151, 200), (201, 380))
PEOPLE_PER_HOUSEHOLD = 2.7
LAND_USES = ("居住用地", "商业用地", "居住用地", "公共管理与公共服务用地", "绿地与广场用地")
DEDICATED_LAND_USE = {"school": "教育用地", "hospital": "医疗卫生用地", "market": "商业用地", "station": "交通运输用地"}
PER_RESPONSIBILITY_GRID = 4


def features() -> list[dict[str, Any]]:
    """Return the outlines with their properties, larger areas first."""
    found: list[dict[str, Any]] = json.loads((DEMO / "areas.geojson").read_text(encoding="utf-8"))["features"]
    return found


def build_areas(at: datetime) -> dict[str, Area]:
    """Create province to grid with outlines and figures; return all areas by code."""
    areas: dict[str, Area] = {}
    for row in rows(FIXTURES / "divisions.csv"):
        if len(row["code"]) < len(CITY) or row["code"] == NEIGHBOUR:
            parent = areas.get(row["code"][: 4 if row["code"] == NEIGHBOUR else -2])
            areas[row["code"]] = add_area(
                code=row["code"], name=row["name"], name_en=row["name_en"], level=row["level"], kind=row["kind"],
                parent=parent, at=at,
            )  # fmt: skip
    drawn = features()
    figures = population({feature["properties"]["code"]: feature["properties"] for feature in drawn})
    for feature in drawn:
        facts = feature["properties"]
        code, level = facts["code"], facts["level"]
        area = areas[code] = add_area(
            code=code, name=facts["name"], name_en=facts["name_en"], level=level, kind=facts["kind"],
            parent=areas[facts["parent"]], code_is_provisional=level in (Level.GROUP, Level.COMMUNITY, Level.GRID),
            at=at,
        )  # fmt: skip
        people, households = figures[code]
        set_outline(
            area=area, geom=GEOSGeometry(json.dumps(feature["geometry"]), srid=4326), population=people,
            households=households, source=SOURCE, at=at,
        )  # fmt: skip
    for level in (Level.COUNTY, Level.GROUP, Level.STREET, Level.COMMUNITY, Level.GRID):
        refresh_far_outlines(level=level, at=at)
    return areas


def population(known: dict[str, dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """Return invented people and households by area code: given for towns and villages, drawn for grids, summed up."""
    given = {
        row["code"]: int(row["population"])
        for name in ("towns.csv", "communities.csv")
        for row in rows(DEMO / name)
        if row["population"]
    }
    total: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for code, facts in known.items():
        if facts["level"] == Level.GRID:
            low, high = DENSITIES[int(code[9:]) % len(DENSITIES)]
            people = Random(code).randint(low, high)
        elif code in given:
            people = given[code]
        else:
            continue
        households = max(1, round(people / PEOPLE_PER_HOUSEHOLD))
        above: str | None = code
        while above in known:
            total[above][0] += people
            total[above][1] += households
            above = known[above]["parent"]
    return {code: (people, households) for code, (people, households) in total.items()}


def build_grids(areas: dict[str, Area], departments: dict[str, Department], at: datetime) -> None:
    """Give every grid its profile, and every four neighbouring grids of a community a responsibility grid."""
    dedicated = {row["grid"]: row["kind"] for row in rows(DEMO / "key_places.csv") if row["dedicated"]}
    classes = {row["code"]: row["area_class"] for row in rows(DEMO / "communities.csv")}
    offices = {
        department.area_served_id: department for department in departments.values()
        if department.area_served.level == Level.STREET
    }  # fmt: skip
    by_community: dict[str, list[Area]] = defaultdict(list)
    profiles = []
    for code, area in areas.items():
        if area.level != Level.GRID:
            continue
        by_community[code[:12]].append(area)
        area_class = classes[code[:12]]
        profiles.append(
            Grid(
                area=area,
                kind=GridKind.DEDICATED if code in dedicated else GridKind.BASIC,
                management_grade=1 + list(AreaClass).index(AreaClass(area_class)),
                area_class=area_class,
                land_use=DEDICATED_LAND_USE.get(dedicated.get(code, ""), LAND_USES[int(code[9:]) % len(LAND_USES)]),
                # One in seven has no clear body: there the locality is responsible (属地兜底).
                responsible_department=offices[areas[code[:9]].pk] if int(code[9:]) % 7 else None,
            )
        )
    Grid.objects.bulk_create(profiles)
    for code, grids in by_community.items():
        for number in range(0, len(grids), PER_RESPONSIBILITY_GRID):
            share = sorted(grids, key=lambda grid: grid.code)[number : number + PER_RESPONSIBILITY_GRID]
            index = number // PER_RESPONSIBILITY_GRID + 1
            row = ResponsibilityGrid.objects.create(
                code=f"{code}-R{index}", name=f"{areas[code].name}{NUMERALS[index - 1]}号责任网格",
                community=areas[code],
            )  # fmt: skip
            ResponsibilityGridMember.objects.bulk_create(
                ResponsibilityGridMember(responsibility_grid=row, area=grid, starts_at=at) for grid in share
            )
