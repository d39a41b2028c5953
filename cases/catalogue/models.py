"""Categories of components and events: two national standards side by side, and local extensions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class CategoryStandard(models.Model):
    """A published list of categories, such as CJ/T 214-2007."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=150)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    in_use = models.BooleanField(_("new cases may use it"), default=True)

    class Meta:
        verbose_name = _("category standard")
        verbose_name_plural = _("category standards")

    def __str__(self) -> str:
        return self.code


class CategoryKind(models.TextChoices):
    """A component is a managed thing; an event is something that happens or is done (handbook §1.5)."""

    COMPONENT = "component", _("component")
    EVENT = "event", _("event")


class Category(models.Model):
    """A minor category; unique by kind, major and minor inside one standard. Retired, never deleted."""

    standard = models.ForeignKey(
        CategoryStandard, models.PROTECT, related_name="categories", verbose_name=_("standard")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=CategoryKind.choices)
    major_code = models.CharField(_("major code"), max_length=2)
    major_name = models.CharField(_("major category"), max_length=60)
    major_name_en = models.CharField(_("major category in English"), max_length=100, blank=True)
    minor_code = models.CharField(_("minor code"), max_length=2)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    objects: ClassVar[models.Manager[Category]]

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints = [
            models.UniqueConstraint(fields=["standard", "kind", "major_code", "minor_code"], name="category_code_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.code}"

    @property
    def code(self) -> str:
        """``C0101`` or ``E0102``: kind, major, minor."""
        return f"{self.kind[0].upper()}{self.major_code}{self.minor_code}"

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.name_en if self.name_en and get_language() == "en" else self.name
