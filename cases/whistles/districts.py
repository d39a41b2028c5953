"""Whose platform is competent? Districts of places and departments, and the level above."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from citygrid.accounts.roles import Role
from gridmap.areas.models import Area, AreaLink, Level
from gridmap.posts.models import Post

DISTRICT_LEVELS = (Level.COUNTY, Level.PREFECTURE, Level.PROVINCE)


def street_on(path: Sequence[Area]) -> Area | None:
    """Return the street or town on a path from the top of the tree, or ``None``."""
    return next((area for area in path if area.level == Level.STREET), None)


def district_on(path: Sequence[Area]) -> Area | None:
    """Return the district on a path from the top of the tree; a city without districts is its own."""
    return next((area for area in reversed(path) if area.level in DISTRICT_LEVELS), None)


def guest_district_of(department: Any, home_id: int, paths: Any) -> Area | None:
    """Return the district whose platform answers for a department, or ``None`` if it is that of ``home_id``.

    A department of a level above serves the home district too. ``paths`` gives the path of an area by its key.
    """
    district = district_on(paths(department.area_served_id))
    if district is None or district.pk == home_id:
        return None
    above_home = {area.pk for area in paths(home_id)}
    return None if district.pk in above_home else district


def level_above(area_id: int, at: datetime) -> Area | None:
    """Return the nearest area above at which somebody holds a district platform's post, or ``None``."""
    posts = Post.objects.in_force(at).filter(role=Role.PLATFORM_CLERK, user__is_active=True)
    posted = {area or served for area, served in posts.values_list("area_id", "department__area_served_id")}
    above = AreaLink.objects.filter(descendant=area_id, depth__gt=0).select_related("ancestor").order_by("depth")
    return next((link.ancestor for link in above if link.ancestor_id in posted), None)
