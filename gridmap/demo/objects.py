"""Fills in components, buildings and key places of the demonstration city, all invented, all inside their grids."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import cycle
from random import Random
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.utils import timezone
from shapely.ops import substring

from gridmap.areas.models import Area, AreaVersion, Level
from gridmap.demo.fixtures import CITY, DEMO, SOURCE, rows
from gridmap.departments.models import Department
from gridmap.objects.models import Building, ComponentState
from gridmap.objects.services import add_building, add_component, add_key_place

MAIN_COMMUNITY = "350982003901"  # 石亭 holds two in five of everything
METRE = 1e-5  # degrees, near enough for furniture
# Every so-manieth component is not intact.
WORN = {11: ComponentState.DAMAGED, 37: ComponentState.LOST, 53: ComponentState.ABANDONED}
ACCURACY = {"point": "A", "line": "B", "polygon": "B"}


def outlines(areas: dict[str, Area]) -> dict[str, Any]:
    """Return the outline of every grid by code, as Shapely polygons."""
    versions = AreaVersion.objects.filter(valid_to=None, level=Level.GRID, area__in=[a.pk for a in areas.values()])
    return {version.code: shapely.from_wkb(bytes(version.geom[0].wkb)) for version in versions.order_by("code")}


def grids_in_turn(grids: dict[str, Any]) -> Iterator[str]:
    """Yield grid codes for ever: two of 石亭, then three of the other communities."""
    main = cycle(code for code in grids if code.startswith(MAIN_COMMUNITY))
    rest = [code for code in grids if not code.startswith(MAIN_COMMUNITY)]
    Random(CITY).shuffle(rest)
    others = cycle(rest)
    while True:
        for source in (main, main, others, others, others):
            yield next(source)


def build_components(areas: dict[str, Area], departments: dict[str, Department], at: datetime) -> None:
    """Create the components, along the streets that bound the grids."""
    grids = outlines(areas)
    turn = grids_in_turn(grids)
    random = Random(214)
    number = 0
    for row in rows(DEMO / "components.csv"):
        for sequence in range(1, int(row["count"]) + 1):
            number += 1
            code = next(turn)
            add_component(
                code=f"{CITY}{row['major']}{row['minor']}{sequence:06}",
                name=row["name"],
                area=areas[code],
                geom=furniture(grids[code], row["shape"], random),
                state=next((state for every, state in WORN.items() if number % every == 0), ComponentState.INTACT),
                accuracy_class=ACCURACY[row["shape"]],
                supervisor=departments.get(row["supervisor"]),
                owner=departments.get(row["owner"]),
                maintainer=departments.get(row["maintainer"]),
                recorded_on=timezone.localdate(at),
                source=SOURCE,
                at=at,
            )


def furniture(grid: Any, shape: str, random: Random) -> GEOSGeometry:
    """Return a point, line or polygon a few metres inside the border of a grid, in EPSG:4326."""
    kerb = grid.buffer(-(5 + random.random() * 4) * METRE, join_style="mitre").exterior
    start = random.random() * 0.8
    if shape == "point":
        found = kerb.interpolate(start, normalized=True)
    else:
        found = substring(kerb, start, start + 0.05 + random.random() * 0.05, normalized=True)
    if shape == "polygon":
        found = found.buffer(12 * METRE, single_sided=True).intersection(grid.buffer(-2 * METRE))
    return to_geos(found)


def build_buildings(areas: dict[str, Area], at: datetime) -> list[Building]:
    """Create six buildings in every grid of 石亭, and two in three grids of every other community."""
    random = Random(30428)
    buildings = []
    for code, grid in outlines(areas).items():
        main = code.startswith(MAIN_COMMUNITY)
        if not main and int(code[12:]) > 2:
            continue
        community = areas[code[:12]].name.removesuffix("社区")
        for number, outline in enumerate(plots(grid, 6 if main else 2), start=1):
            floors = random.choice((3, 4, 6, 6, 7, 11, 18))
            street_number = int(code[12:]) * 10 + number
            building = add_building(
                code=f"{code}{number:03}",
                name=f"{community}示例{areas[code].name[0]}{number}号楼",
                number=str(number),
                address=f"{community}示例路{street_number}号",
                area=areas[code],
                geom=to_geos(outline),
                floors=floors,
                dwellings=floors * random.choice((2, 4, 6)),
                built_in=random.randint(1985, 2022),
                at=at,
            )
            buildings.append(building)
    return buildings


def plots(grid: Any, count: int) -> list[Any]:
    """Return up to ``count`` rectangles that stand apart inside a grid, along its longer sides."""
    yard = grid.buffer(-15 * METRE)
    frame = shapely.minimum_rotated_rectangle(yard)
    (x, y), (ax, ay), _far, (bx, by) = list(frame.exterior.coords)[:4]
    found = []
    for u, v in [(0.2, 0.28), (0.5, 0.28), (0.8, 0.28), (0.2, 0.72), (0.5, 0.72), (0.8, 0.72)]:
        corners = [
            (x + (ax - x) * (u + du) + (bx - x) * (v + dv), y + (ay - y) * (u + du) + (by - y) * (v + dv))
            for du, dv in ((-0.09, -0.07), (0.09, -0.07), (0.09, 0.07), (-0.09, 0.07))
        ]
        outline = shapely.Polygon(corners)
        if yard.covers(outline):
            found.append(outline)
    return found[:count]


def build_key_places(areas: dict[str, Area], at: datetime) -> None:
    """Create the key places, each somewhere in the middle of its grid."""
    grids = outlines(areas)
    for number, row in enumerate(rows(DEMO / "key_places.csv"), start=1):
        random = Random(row["name"])
        middle = grids[row["grid"]].centroid
        spot = shapely.Point(middle.x + random.uniform(-30, 30) * METRE, middle.y + random.uniform(-30, 30) * METRE)
        community = areas[row["grid"][:12]].name.removesuffix("社区")
        add_key_place(
            name=row["name"],
            kind=row["kind"],
            area=areas[row["grid"]],
            geom=to_geos(spot),
            address=f"{community}示例路{100 + number}号",
            contact_name=f"联系人{number}",
            contact_phone=f"19900001{number:03}",
            risk_grade=int(row["risk_grade"]),
            at=at,
        )


def to_geos(shape: Any) -> Any:
    """Return a Shapely shape for the database, rounded to about 0.1 m."""
    return GEOSGeometry(memoryview(shapely.to_wkb(shapely.set_precision(shape, 1e-6))), srid=4326)
