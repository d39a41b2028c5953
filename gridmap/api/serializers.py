"""How areas and departments look to programs. Names follow Accept-Language where a translation exists."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from gridmap.areas.models import Area, Grid, Level
from gridmap.departments.models import Department, DepartmentKind


class AreaRefSerializer(serializers.Serializer[Area]):
    """An area, named."""

    code = serializers.CharField()
    name = serializers.CharField(source="label")
    level = serializers.ChoiceField(choices=Level.choices)


class AreaSerializer(AreaRefSerializer):
    """An area in a list."""

    kind = serializers.CharField()
    parent = serializers.CharField(source="parent.code", default=None, allow_null=True)  # type: ignore[assignment]
    provisional = serializers.BooleanField(
        source="code_is_provisional", help_text="The source had no code; a later code table may replace this one."
    )
    children = serializers.IntegerField(source="child_count", help_text="Areas directly below, in force.")


class DepartmentRefSerializer(serializers.Serializer[Department]):
    """A department, named."""

    code = serializers.CharField()
    name = serializers.CharField(source="label")


class GridSerializer(serializers.ModelSerializer[Grid]):
    """What a unit grid has beyond being an area."""

    management_grade = serializers.IntegerField(min_value=1, max_value=3)
    responsible_department = DepartmentRefSerializer(allow_null=True, read_only=True)

    class Meta:
        model = Grid
        fields = ["kind", "management_grade", "area_class", "land_use", "responsible_department"]


class PointSerializer(serializers.Serializer[Any]):
    """A point in WGS 84 degrees."""

    lon = serializers.FloatField(source="x")
    lat = serializers.FloatField(source="y")


class AreaDetailSerializer(AreaSerializer):
    """One area with its facts."""

    path = AreaRefSerializer(many=True, help_text="The areas above it, from the top.")
    below = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many areas of each level lie below it, at any depth."
    )
    established_at = serializers.DateTimeField()
    abolished_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField(
        source="outline.number",
        default=None,
        allow_null=True,
        help_text="Of the outline in force; null: there is none.",
    )
    valid_from = serializers.DateTimeField(source="outline.valid_from", default=None, allow_null=True)
    area_m2 = serializers.FloatField(source="outline.area_m2", default=None, allow_null=True)
    centroid = PointSerializer(source="outline.centroid", default=None, allow_null=True)
    population = serializers.IntegerField(source="outline.population", default=None, allow_null=True)
    households = serializers.IntegerField(source="outline.households", default=None, allow_null=True)
    source_crs = serializers.CharField(source="outline.source_crs", default=None, allow_null=True)
    grid = serializers.SerializerMethodField()

    @extend_schema_field(GridSerializer(allow_null=True))
    def get_grid(self, area: Any) -> Any:
        """Return the grid's attributes; null for every other level."""
        grid = getattr(area, "grid", None)
        return GridSerializer(grid).data if grid else None


class PlaceSerializer(serializers.Serializer[Any]):
    """What a point lies in."""

    grid = AreaRefSerializer(allow_null=True)
    community = AreaRefSerializer(allow_null=True)
    street = AreaRefSerializer(allow_null=True)
    district = AreaRefSerializer(allow_null=True)
    tie = serializers.ListField(
        child=serializers.CharField(),
        help_text="On a shared border: the codes of all areas that meet there, the chosen one first. Else empty.",
    )
    lon = serializers.FloatField(help_text="WGS 84")
    lat = serializers.FloatField(help_text="WGS 84")


class DepartmentSerializer(serializers.Serializer[Department]):
    """A department in a list."""

    code = serializers.CharField()
    name = serializers.CharField(source="label")
    short_name = serializers.CharField()
    kind = serializers.ChoiceField(choices=DepartmentKind.choices)
    parent = serializers.CharField(source="parent.code", default=None, allow_null=True)  # type: ignore[assignment]
    area_served = AreaRefSerializer()
    closed_at = serializers.DateTimeField(allow_null=True)


class DepartmentDetailSerializer(DepartmentSerializer):
    """One department."""

    phone = serializers.CharField(help_text="The duty phone.")
    trusted = serializers.BooleanField(help_text="What it confirms goes straight to the check.")
    children = DepartmentRefSerializer(many=True, help_text="Departments directly below that you may see.")
