"""The checklist of a lane (十无): reference data of the city, with the category that a case about each entry has."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class ChecklistQuerySet(models.QuerySet["ChecklistItem"]):
    """Reads of the checklist."""

    def in_force(self, at: datetime) -> Self:
        """Entries not retired at that time, in their order."""
        return self.filter(Q(retired_at=None) | Q(retired_at__gt=at)).order_by("position", "pk")


class ChecklistItem(models.Model):
    """One thing that a lane should be without."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    category_code = models.CharField(_("category of a case about it"), max_length=40)
    position = models.PositiveSmallIntegerField(_("position in lists"), default=0)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    objects: ClassVar[Any] = ChecklistQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the lane checklist")
        verbose_name_plural = _("entries of the lane checklist")

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.name_en if self.name_en and get_language() == "en" else self.name
