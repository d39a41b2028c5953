"""Gathers the rooms' models for Django."""

from gridmap.areas.models import Area, AreaLink, AreaVersion, Grid, ResponsibilityGrid, ResponsibilityGridMember
from gridmap.departments.models import Department
from gridmap.objects.models import Building, Component, KeyPlace
from gridmap.places.models import PlaceName
from gridmap.posts.models import Post
from gridmap.registers.models import Household, Person, Unit

__all__ = [
    "Area", "AreaLink", "AreaVersion", "Building", "Component", "Department", "Grid", "Household", "KeyPlace",
    "Person", "PlaceName", "Post", "ResponsibilityGrid", "ResponsibilityGridMember", "Unit",
]  # fmt: skip
