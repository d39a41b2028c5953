"""The responsibility matrix (权责清单): which department leads for a kind of problem in an area, and why.

A row is never edited: a change ends it and begins the next, so that every dispatch can be explained later.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.catalogue.models import CategoryKind


class ResponsibilityQuerySet(models.QuerySet["Responsibility"]):
    """Reads of the matrix; like the catalogue, the same for everybody who may see it."""

    def in_force(self, at: datetime) -> Self:
        """Rows valid at that time (half-open)."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=at), valid_from__lte=at)


class Responsibility(models.Model):
    """One row: a category, or a whole major class of a standard, in an area and all below it."""

    category = models.ForeignKey(
        "cases.Category", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("category"),
        help_text=_("Leave it empty for a whole major class."),
    )  # fmt: skip
    standard = models.ForeignKey(
        "cases.CategoryStandard", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("standard")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=CategoryKind.choices, blank=True)
    major_code = models.CharField(_("major code"), max_length=2, blank=True)
    area = models.ForeignKey("gridmap.Area", models.PROTECT, related_name="+", verbose_name=_("area"))
    department = models.ForeignKey(
        "gridmap.Department", models.PROTECT, related_name="+", verbose_name=_("lead department")
    )
    co_departments = models.ManyToManyField(
        "gridmap.Department", blank=True, related_name="+", verbose_name=_("co-departments")
    )
    reason = models.CharField(_("reason"), max_length=300)
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid to"), null=True, blank=True)

    objects: ClassVar[Any] = ResponsibilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibility matrix")
        constraints = [
            models.CheckConstraint(
                condition=Q(category__isnull=False, standard=None, kind="", major_code="")
                | Q(category=None, standard__isnull=False) & ~Q(kind="") & ~Q(major_code=""),
                name="responsibility_category_or_major",
            ),
            models.UniqueConstraint(
                fields=["category", "area"], condition=Q(valid_to=None, category__isnull=False),
                name="responsibility_category_once",
            ),
            models.UniqueConstraint(
                fields=["standard", "kind", "major_code", "area"], condition=Q(valid_to=None, category=None),
                name="responsibility_major_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="responsibility_ends_after"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.about} · {self.area} → {self.department}"

    @property
    def about(self) -> str:
        """The code of the category, or of the major class such as ``CJ214-E01``."""
        if self.category is not None:
            return self.category.code
        return f"{self.standard.key if self.standard else ''}-{self.kind[:1].upper()}{self.major_code}"
