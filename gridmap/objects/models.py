"""Things that stand in a grid: components (部件), buildings, key places (重点场所)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.gis.db import models
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from citygrid.accounts.permissions import Perm
from citygrid.common.crypto import EncryptedTextField
from gridmap.scope import ScopedQuerySet


class ObjectQuerySet(ScopedQuerySet[Any]):
    """Reads of objects in the person's areas."""

    view_perm = Perm.OBJECT_VIEW


class ComponentState(models.TextChoices):
    """State of a component (handbook §1.4)."""

    INTACT = "intact", _("intact")
    DAMAGED = "damaged", _("damaged")
    LOST = "lost", _("lost")
    ABANDONED = "abandoned", _("abandoned")


class Component(models.Model):
    """A managed physical object. Code: 6 county + 2 major + 2 minor + 6 sequence digits."""

    code = models.CharField(
        _("component code"), max_length=16, unique=True,
        validators=[RegexValidator(r"^\d{16}$", _("A component code has 16 digits: county, major, minor, sequence."))],
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=100)
    standard = models.CharField(_("standard"), max_length=40, default="CJ/T 214-2007")
    area = models.ForeignKey("gridmap.Area", models.PROTECT, related_name="components", verbose_name=_("unit grid"))
    geom = models.GeometryField(_("position"), srid=4326)  # mostly a point; guardrails are lines, greens are areas
    state = models.CharField(_("state"), max_length=12, choices=ComponentState.choices, default=ComponentState.INTACT)
    accuracy_class = models.CharField(
        _("positional accuracy"), max_length=1, blank=True, choices=[("A", "±0.5 m"), ("B", "±1 m"), ("C", "±10 m")]
    )
    supervisor = models.ForeignKey(
        "gridmap.Department", models.PROTECT, null=True, blank=True, related_name="components_supervised",
        verbose_name=_("supervising department"),
    )  # fmt: skip
    owner = models.ForeignKey(
        "gridmap.Department", models.PROTECT, null=True, blank=True, related_name="components_owned",
        verbose_name=_("owning department"),
    )  # fmt: skip
    maintainer = models.ForeignKey(
        "gridmap.Department", models.PROTECT, null=True, blank=True, related_name="components_maintained",
        verbose_name=_("maintaining department"),
    )  # fmt: skip
    recorded_on = models.DateField(_("first recorded on"))
    changed_on = models.DateField(_("changed on"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=100, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects: ClassVar[Any] = ObjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("component")
        verbose_name_plural = _("components")

    def __str__(self) -> str:
        return f"{self.name} {self.code}"


class Building(models.Model):
    """A building. People are found through their house (以房管人)."""

    code = models.CharField(_("building code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    number = models.CharField(_("building number"), max_length=20, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    area = models.ForeignKey("gridmap.Area", models.PROTECT, related_name="buildings", verbose_name=_("unit grid"))
    geom = models.GeometryField(_("outline or position"), srid=4326)
    floors = models.PositiveSmallIntegerField(_("floors"), null=True, blank=True)
    dwellings = models.PositiveIntegerField(_("dwellings"), null=True, blank=True)
    built_in = models.PositiveSmallIntegerField(_("year built"), null=True, blank=True)

    objects: ClassVar[Any] = ObjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("building")
        verbose_name_plural = _("buildings")

    def __str__(self) -> str:
        return self.name or self.address or self.code


class KeyPlaceKind(models.TextChoices):
    """Kinds of key places (handbook §8)."""

    SCHOOL = "school", _("school")
    HOSPITAL = "hospital", _("hospital")
    MARKET = "market", _("market")
    HOTEL = "hotel", _("hotel")
    NET_CAFE = "net_cafe", _("net café")
    HAZARDOUS_STORE = "hazardous_store", _("store of hazardous goods")
    STATION = "station", _("station")
    SITE = "site", _("construction site")
    OTHER = "other", _("other")


class KeyPlace(models.Model):
    """A place that deserves a closer look."""

    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=20, choices=KeyPlaceKind.choices)
    area = models.ForeignKey("gridmap.Area", models.PROTECT, related_name="key_places", verbose_name=_("unit grid"))
    geom = models.PointField(_("position"), srid=4326)
    address = models.CharField(_("address"), max_length=200, blank=True)
    contact_name = models.CharField(_("contact"), max_length=60, blank=True)
    contact_phone = EncryptedTextField(_("contact phone"), blank=True)
    risk_grade = models.PositiveSmallIntegerField(
        _("risk grade"), default=3, choices=[(1, _("high")), (2, _("medium")), (3, _("low"))]
    )

    objects: ClassVar[Any] = ObjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("key place")
        verbose_name_plural = _("key places")

    def __str__(self) -> str:
        return self.name
