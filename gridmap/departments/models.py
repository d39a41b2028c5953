"""Departments: bureaus, street offices, utilities and centres, as a tree."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.gis.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from citygrid.accounts.permissions import Perm
from citygrid.common import clock
from gridmap.areas.models import AreaLink
from gridmap.scope import ScopedQuerySet, area_ids


class DepartmentKind(models.TextChoices):
    """What sort of body it is."""

    BUREAU = "bureau", _("government bureau")
    ENFORCEMENT = "enforcement", _("enforcement body")
    CENTRE = "centre", _("supervision, command or hotline centre")
    STREET_OFFICE = "street_office", _("street office or town government")
    UTILITY = "utility", _("utility company")
    ENTERPRISE = "enterprise", _("enterprise")
    INSTITUTION = "institution", _("public institution")


class DepartmentQuerySet(ScopedQuerySet["Department"]):
    """Reads of departments."""

    scope_path = "area_served_id"
    view_perm = Perm.DEPARTMENT_VIEW

    def visible_to(self, user: Any, at: datetime | None = None) -> Self:
        """Keep the departments that serve a part of the person's areas, or the whole of which they are a part.

        A street must be able to name the city's bureaus; another street's office is not its business.
        """
        if not getattr(user, "is_active", False):
            return self.none()
        return self.around_posts(user, at or clock.now())

    def around_posts(self, user: Any, at: datetime) -> Self:
        """Keep those around the posts of somebody whose account is open; of ``user`` only ``pk`` is asked."""
        own = area_ids(user, Perm.DEPARTMENT_VIEW, at)
        above = AreaLink.objects.filter(descendant__in=own).values("ancestor")
        return self.filter(models.Q(area_served__in=own) | models.Q(area_served__in=above))

    def in_force(self, at: datetime) -> Self:
        """Departments that existed at that time."""
        return self.filter(models.Q(closed_at=None) | models.Q(closed_at__gt=at))


class Department(models.Model):
    """One body that may hold posts, own components and handle cases."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=150, blank=True)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=DepartmentKind.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    area_served = models.ForeignKey(
        "gridmap.Area", models.PROTECT, related_name="departments", verbose_name=_("area served")
    )
    phone = models.CharField(_("duty phone"), max_length=30, blank=True)
    trusted = models.BooleanField(
        _("trusted"),
        default=False,
        help_text=_("What it confirms is done goes straight to the check; no dispatcher passes it."),
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects: ClassVar[Any] = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")

    def __str__(self) -> str:
        return self.short_name or self.name

    @property
    def label(self) -> str:
        """The name in the reader's language, as far as there is one."""
        return self.name_en if self.name_en and get_language() == "en" else self.name
