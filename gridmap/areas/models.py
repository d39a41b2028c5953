"""Areas: the administrative tree, its virtual nodes, and grids; each with outlines that have a validity in time.

An :class:`Area` is the lasting identity (code, name, place in the tree). An :class:`AreaVersion` is what it was from
one time to another: outline, figures. A case keeps the version it was reported in.
Geometry is longitude/latitude in EPSG:4326, numerically CGCS2000 (EPSG:4490) below survey grade.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gridmap.scope import ScopedQuerySet


class Level(models.TextChoices):
    """Level of an area (handbook §1.1). ``group`` is a virtual node such as 福鼎市区, no administrative level."""

    PROVINCE = "province", _("province")
    PREFECTURE = "prefecture", _("prefecture")
    COUNTY = "county", _("county or district")
    GROUP = "group", _("area group")
    STREET = "street", _("street or town")
    COMMUNITY = "community", _("community or village")
    GRID = "grid", _("unit grid")


# Digits of a whole code at each level; a group has a free code.
CODE_DIGITS = {
    Level.PROVINCE: 2,
    Level.PREFECTURE: 4,
    Level.COUNTY: 6,
    Level.STREET: 9,
    Level.COMMUNITY: 12,
    Level.GRID: 12 + settings.GRID_SEQUENCE_WIDTH,
}
# Order of the levels from the top; a parent always stands before its child, steps may be skipped (直筒子市).
RANK = {level: rank for rank, level in enumerate(Level)}


class AreaQuerySet(ScopedQuerySet["Area"]):
    """Reads of areas. Scope: one's own areas and all below them."""

    scope_path = "id"

    def in_force(self, at: datetime) -> Self:
        """Areas that existed at that time."""
        return self.filter(Q(abolished_at=None) | Q(abolished_at__gt=at), established_at__lte=at)

    def below(self, area: Area, *, itself: bool = True) -> Self:
        """The area's descendants at any depth, with or without the area itself."""
        found = AreaLink.objects.filter(ancestor=area)
        if not itself:
            found = found.filter(depth__gt=0)
        return self.filter(id__in=found.values("descendant"))


class Area(models.Model):
    """One node of the tree."""

    code = models.CharField(_("code"), max_length=32, unique=True)
    # Some sources have no codes; the import then gives local ones, which a later code table may replace.
    code_is_provisional = models.BooleanField(_("provisional code"), default=False)
    name = models.CharField(_("name"), max_length=100, db_index=True)
    name_en = models.CharField(_("English name"), max_length=150, blank=True)
    level = models.CharField(_("level"), max_length=12, choices=Level.choices)
    kind = models.CharField(_("kind"), max_length=30, blank=True)  # street, town, township, zone, village …
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    established_at = models.DateTimeField(_("exists from"))
    abolished_at = models.DateTimeField(_("abolished at"), null=True, blank=True)

    objects: ClassVar[Any] = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        constraints = [
            models.CheckConstraint(
                condition=Q(abolished_at=None) | Q(abolished_at__gt=F("established_at")), name="area_abolished_after"
            ),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="area_level_known"),
        ]
        indexes = [models.Index(fields=["level", "code"], name="area_level_code")]

    def __str__(self) -> str:
        return f"{self.name} {self.code}"

    @property
    def label(self) -> str:
        """The name in the reader's language, as far as there is one."""
        return self.name_en if self.name_en and get_language() == "en" else self.name


class AreaLink(models.Model):
    """Closure of the tree: every area with every one of its ancestors and itself (depth 0)."""

    ancestor = models.ForeignKey(Area, models.CASCADE, related_name="links_down", verbose_name=_("ancestor"))
    descendant = models.ForeignKey(Area, models.CASCADE, related_name="links_up", verbose_name=_("descendant"))
    depth = models.PositiveSmallIntegerField(_("steps between"))

    class Meta:
        verbose_name = _("area link")
        verbose_name_plural = _("area links")
        constraints = [models.UniqueConstraint(fields=["ancestor", "descendant"], name="area_link_once")]

    def __str__(self) -> str:
        return f"{self.ancestor_id} → {self.descendant_id}"


class AreaVersionQuerySet(ScopedQuerySet["AreaVersion"]):
    """Reads of versions."""

    scope_path = "area_id"

    def in_force(self, at: datetime) -> Self:
        """Versions valid at that time (half-open: the end belongs to the next version)."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=at), valid_from__lte=at)


class AreaVersion(models.Model):
    """Outline and figures of an area during one period."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="versions", verbose_name=_("area"))
    number = models.PositiveIntegerField(_("version"))
    code = models.CharField(_("code"), max_length=32)  # as it was; also saves a join when locating
    level = models.CharField(_("level"), max_length=12, choices=Level.choices)
    name = models.CharField(_("name"), max_length=100)
    geom = models.MultiPolygonField(_("outline"), srid=4326)
    # A coarser outline whose borders still meet those of the neighbours (simplified together), for far zooms.
    geom_far = models.MultiPolygonField(_("coarse outline"), srid=4326, null=True, blank=True, spatial_index=False)
    area_m2 = models.FloatField(_("area in m²"))
    centroid = models.PointField(_("centroid"), srid=4326, spatial_index=False)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    households = models.PositiveIntegerField(_("households"), null=True, blank=True)
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid to"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    source_crs = models.CharField(_("coordinate system of the source"), max_length=30, default="EPSG:4326")

    objects: ClassVar[Any] = AreaVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("area version")
        verbose_name_plural = _("area versions")
        constraints = [
            models.UniqueConstraint(fields=["area", "number"], name="area_version_number_once"),
            models.UniqueConstraint(fields=["area"], condition=Q(valid_to=None), name="area_version_one_in_force"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="area_version_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.code} v{self.number}"


class GridKind(models.TextChoices):
    """Basic grids tile a community; a dedicated one (专属网格) holds one compound, market, school (handbook §1.3)."""

    BASIC = "basic", _("basic grid")
    DEDICATED = "dedicated", _("dedicated grid")


class AreaClass(models.TextChoices):
    """Area class, by which a time limit may differ (handbook §2.6)."""

    A = "A", _("A: core area")
    B = "B", _("B: general area")
    C = "C", _("C: other area")


class GridQuerySet(ScopedQuerySet["Grid"]):
    """Reads of grids."""

    scope_path = "area_id"


class Grid(models.Model):
    """What a unit grid has beyond being an area (handbook §1.2, attributes after DB11 unit-grid division)."""

    area = models.OneToOneField(
        Area, models.CASCADE, related_name="grid", verbose_name=_("area"), limit_choices_to={"level": Level.GRID}
    )
    kind = models.CharField(_("kind"), max_length=12, choices=GridKind.choices, default=GridKind.BASIC)
    management_grade = models.PositiveSmallIntegerField(
        _("management grade"), default=1, choices=[(1, _("grade one")), (2, _("grade two")), (3, _("grade three"))]
    )
    area_class = models.CharField(_("area class"), max_length=1, choices=AreaClass.choices, default=AreaClass.B)
    land_use = models.CharField(_("land use"), max_length=60, blank=True)
    # Empty: no clear body, so the locality is responsible (属地兜底).
    responsible_department = models.ForeignKey(
        "gridmap.Department", models.PROTECT, null=True, blank=True, related_name="grids",
        verbose_name=_("responsible department"),
    )  # fmt: skip

    objects: ClassVar[Any] = GridQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit grid")
        verbose_name_plural = _("unit grids")

    def __str__(self) -> str:
        return str(self.area)


class ResponsibilityGridQuerySet(ScopedQuerySet["ResponsibilityGrid"]):
    """Reads of responsibility grids."""

    scope_path = "community_id"


class ResponsibilityGrid(models.Model):
    """A set of unit grids that one grid worker patrols (责任网格)."""

    code = models.CharField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=100)
    community = models.ForeignKey(
        Area, models.PROTECT, related_name="responsibility_grids", verbose_name=_("community"),
        limit_choices_to={"level": Level.COMMUNITY},
    )  # fmt: skip
    grids: Any = models.ManyToManyField(
        Area, through="gridmap.ResponsibilityGridMember", related_name="+", verbose_name=_("unit grids")
    )

    objects: ClassVar[Any] = ResponsibilityGridQuerySet.as_manager()

    class Meta:
        verbose_name = _("responsibility grid")
        verbose_name_plural = _("responsibility grids")

    def __str__(self) -> str:
        return f"{self.name} {self.code}"


class ResponsibilityGridMember(models.Model):
    """A unit grid's time in a responsibility grid."""

    responsibility_grid = models.ForeignKey(
        ResponsibilityGrid, models.CASCADE, related_name="members", verbose_name=_("responsibility grid")
    )
    area = models.ForeignKey(
        Area, models.PROTECT, related_name="memberships", verbose_name=_("unit grid"),
        limit_choices_to={"level": Level.GRID},
    )  # fmt: skip
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("grid of a responsibility grid")
        verbose_name_plural = _("grids of responsibility grids")
        constraints = [
            models.UniqueConstraint(fields=["area"], condition=Q(ends_at=None), name="unit_grid_one_responsibility"),
            models.CheckConstraint(condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="member_ends_after"),
        ]

    def __str__(self) -> str:
        return f"{self.area_id} in {self.responsibility_grid_id}"
