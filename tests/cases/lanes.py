"""A lane with its steward, and the checklist ticked."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.apps import apps
from django.contrib.gis.geos import LineString

from cases.catalogue.models import Category, CategoryStandard
from cases.stewards.checklist import ChecklistItem
from cases.stewards.models import Lane
from cases.stewards.services import Found, add_lane, give_lane
from citygrid.accounts.roles import Role
from gridmap.areas.models import Area
from tests import cast
from tests.cases.walk import AT


def load_checklist() -> None:
    """Load the entries as the migration does: tests with threads begin with empty tables."""
    import_module("cases.migrations.0018_lane_checklist").load(apps, None)


def lane_with_steward(people: dict[str, Any], city: dict[str, Area]) -> Lane:
    """Add ``steward`` with a lane of our community, and ``other_steward`` of the same community without one."""
    load_checklist()
    standard, _new = CategoryStandard.objects.get_or_create(
        key="CJ214", defaults={"code": "CJ/T 214-2007", "name": "部件与事件分类"}
    )
    Category.objects.create(
        code="CJ214-E0507", standard=standard, kind="event", major_code="05", major_name="突发事件", minor_code="07",
        name="占道堆物",
    )  # fmt: skip
    for name in ("steward", "other_steward"):
        people[name] = cast.person(name, Role.LANE_STEWARD, area=city[cast.COMMUNITY])
    lane = add_lane(
        code="SQ-01", name="石亭巷", area=city[cast.COMMUNITY], at=AT, by=people["street"],
        line=LineString((120.201, 27.335), (120.208, 27.335), srid=4326),
    )  # fmt: skip
    give_lane(lane=lane, user=people["steward"], at=AT, by=people["street"])
    return lane


def ticked(**told: tuple[str, str]) -> list[Found]:
    """All in order but what is named: code → finding and note."""
    return [Found(item.code, *told.get(item.code, ("ok", ""))) for item in ChecklistItem.objects.in_force(AT)]
