"""Filing conditions (立案条件): under one category several, each with its own limit and closing condition.

The limit of a case comes from the filing condition, not from the category (handbook §0.4, §2.6). A changed condition
becomes a new row; a case keeps the row it was filed under.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.deadlines.limits import Limit, LimitUnit, WorkDayMode
from gridmap.areas.models import AreaClass

# What a change of is a new version: everything that a case is filed under.
TEXTS = (
    "text", "text_en", "closing_text", "closing_text_en", "supervising_body", "responsible_body", "legal_basis",
    "collection_requirement",
)  # fmt: skip


class FilingConditionQuerySet(models.QuerySet["FilingCondition"]):
    """Reads of conditions; like the categories, the same for everybody who may see the catalogue."""

    def in_force(self, at: datetime) -> Self:
        """Conditions valid at that time (half-open)."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=at), valid_from__lte=at)


class FilingCondition(models.Model):
    """When a problem of a category is filed, until when it must be handled, and when it may be closed."""

    code = models.CharField(_("code"), max_length=30)  # lasting name across versions, such as CJ214-E0102-01
    version = models.PositiveIntegerField(_("version"), default=1)
    category = models.ForeignKey(
        "cases.Category", models.PROTECT, related_name="conditions", verbose_name=_("category")
    )
    text = models.TextField(_("filing condition"))
    text_en = models.TextField(_("filing condition in English"), blank=True)
    closing_text = models.TextField(_("closing condition"))
    closing_text_en = models.TextField(_("closing condition in English"), blank=True)
    supervising_body = models.CharField(_("supervising body"), max_length=300, blank=True)
    responsible_body = models.CharField(_("responsible body"), max_length=300, blank=True)
    legal_basis = models.TextField(_("legal basis"), blank=True)
    collection_requirement = models.TextField(_("collection requirement"), blank=True)
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid to"), null=True, blank=True)

    objects: ClassVar[Any] = FilingConditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("filing condition")
        verbose_name_plural = _("filing conditions")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="condition_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(valid_to=None), name="condition_one_in_force"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="condition_ends_after"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text[:40]}"

    def limit_for(self, area_class: str, mode: WorkDayMode) -> Limit:
        """Return the limit in an area class: of several stages the last one, which ends the work.

        Raises ``LookupError`` for a condition without a limit for that class.
        """
        stages = self.stages_for(area_class)
        if not stages:
            raise LookupError(f"{self.code} has no limit for area class {area_class!r}.")
        return stages[-1].as_limit(mode)

    def stages_for(self, area_class: str) -> list[ConditionLimit]:
        """Return the limits of an area class in order of their stages; the general ones where it has none.

        A place of no class is one of the class C, “other”, where there is no general limit either.
        """
        rows = sorted(self.limits.all(), key=lambda row: row.stage)
        for wanted in (area_class, "", AreaClass.C):
            if found := [row for row in rows if row.area_class == wanted]:
                return found
        return []

    def in_force(self, at: datetime) -> bool:
        """Whether new cases may be filed under it at that time."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)

    @property
    def label(self) -> str:
        """The condition in the reader's language."""
        return self.text_en if self.text_en and get_language() == "en" else self.text

    @property
    def closing_label(self) -> str:
        """The closing condition in the reader's language."""
        return self.closing_text_en if self.closing_text_en and get_language() == "en" else self.closing_text


class ConditionLimit(models.Model):
    """One limit of a condition: by area class (empty: any) and stage (stop work, penalty, demolition …)."""

    condition = models.ForeignKey(FilingCondition, models.CASCADE, related_name="limits", verbose_name=_("condition"))
    area_class = models.CharField(_("area class"), max_length=1, choices=AreaClass.choices, blank=True)
    stage = models.PositiveSmallIntegerField(_("stage"), default=1)
    stage_name = models.CharField(_("name of the stage"), max_length=60, blank=True)
    value = models.DecimalField(_("limit"), max_digits=6, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=12, choices=LimitUnit.choices)
    note = models.CharField(_("remark"), max_length=60, blank=True)  # such as “in the planting season”

    class Meta:
        verbose_name = _("limit of a condition")
        verbose_name_plural = _("limits of conditions")
        constraints = [
            models.UniqueConstraint(fields=["condition", "area_class", "stage"], name="condition_limit_once"),
            models.CheckConstraint(condition=Q(value__gt=0), name="condition_limit_positive"),
        ]

    def __str__(self) -> str:
        return self.as_limit(WorkDayMode.HOURS8).words

    def as_unit(self) -> LimitUnit:
        """Return the unit as one."""
        return LimitUnit(self.unit)

    def as_limit(self, mode: WorkDayMode) -> Limit:
        """Return it as the arithmetic's limit."""
        return Limit(self.value, self.as_unit(), mode)


class StageLimit(models.Model):
    """The limit of one stage of the case (accept, verify, file, dispatch, sign, check, close), set by the city."""

    kind = models.CharField(_("stage"), max_length=20, unique=True)
    value = models.DecimalField(_("limit"), max_digits=6, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=12, choices=LimitUnit.choices)

    class Meta:
        verbose_name = _("stage limit")
        verbose_name_plural = _("stage limits")
        constraints = [models.CheckConstraint(condition=Q(value__gt=0), name="stage_limit_positive")]

    def __str__(self) -> str:
        return self.kind
