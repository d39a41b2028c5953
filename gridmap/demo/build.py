"""Builds the whole demonstration city below the catalogue: areas, departments, people, objects, registers."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from gridmap.areas.models import Area
from gridmap.demo import city, objects, people, registers
from gridmap.places.index import catch_up

# Everything exists from here on, so that a simulated past finds its areas and posts.
START = datetime(2025, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))


def exists() -> bool:
    """Whether some city is there already."""
    return Area.objects.exists()


def build() -> None:
    """Create everything. Call it in a transaction, on a database without areas."""
    areas = city.build_areas(START)
    departments = people.build_departments(areas, START)
    city.build_grids(areas, departments, START)
    people.build_people(areas, departments, START)
    objects.build_components(areas, departments, START)
    buildings = objects.build_buildings(areas, START)
    objects.build_key_places(areas, START)
    registers.build_registers(buildings, START)
    catch_up(START)
