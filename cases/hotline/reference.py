"""Reference data of the hotline: types of demands, the category tree, levels' limits. Retired, never deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.deadlines.limits import LimitUnit
from cases.hotline.states import Level


class ReferenceQuerySet(models.QuerySet[Any]):
    """Reads of reference data; the same for everybody who works with tickets."""

    def in_force(self, at: datetime) -> Self:
        """Entries not retired at that time."""
        return self.filter(Q(retired_at=None) | Q(retired_at__gt=at))


class Named(models.Model):
    """An entry with a lasting code and a name in two languages."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    objects: ClassVar[Any] = ReferenceQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.name_en if self.name_en and get_language() == "en" else self.name


class DemandType(Named):
    """What somebody wants: consultation, help, complaint, report of wrongdoing, suggestion, praise (handbook §4.2)."""

    answerable = models.BooleanField(_("the operator may answer it at once"), default=False)
    withholds_identity = models.BooleanField(_("goes out without the caller's identity"), default=False)

    class Meta:
        verbose_name = _("type of demand")
        verbose_name_plural = _("types of demands")


class TicketCategory(Named):
    """A node of the hotline's own tree; leaves lead to the category that a case would have."""

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    case_category = models.ForeignKey(
        "cases.Category", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("category of a case")
    )
    level = models.CharField(_("level proposed"), max_length=4, choices=Level.choices, default=Level.D7)
    unit = models.ForeignKey(
        "gridmap.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit proposed"),
        help_text=_("The one body in the city that is competent, such as the water works; empty for the street."),
    )  # fmt: skip
    keywords = models.TextField(
        _("keywords"), blank=True,
        help_text=_("Words that point to this category, with blanks between; they count where no model was trained."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("ticket category")
        verbose_name_plural = _("ticket categories")
        constraints = [models.CheckConstraint(condition=~Q(parent=F("id")), name="ticket_category_not_below_itself")]


class ExclusionReason(Named):
    """On what ground a ticket may be left out of the scores, after two levels agreed (剔除, handbook §4.4)."""

    class Meta:
        verbose_name = _("ground of exclusion")
        verbose_name_plural = _("grounds of exclusion")


class TicketLimit(models.Model):
    """The limit of a clock of tickets, as the city set it: by level, or for all of them."""

    level = models.CharField(_("level"), max_length=4, choices=Level.choices, blank=True)
    kind = models.CharField(_("clock"), max_length=20)
    value = models.DecimalField(_("limit"), max_digits=6, decimal_places=2)
    unit = models.CharField(_("unit of time"), max_length=12, choices=LimitUnit.choices)

    class Meta:
        verbose_name = _("time limit of tickets")
        verbose_name_plural = _("time limits of tickets")
        constraints = [
            models.UniqueConstraint(fields=["level", "kind"], name="ticket_limit_once"),
            models.CheckConstraint(condition=Q(value__gt=0), name="ticket_limit_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.kind}".strip()


class SupervisedUnit(models.Model):
    """A unit whose replies its leader signs off (handbook §4.6), for a time."""

    unit = models.ForeignKey("gridmap.Department", models.PROTECT, related_name="+", verbose_name=_("unit"))
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        verbose_name = _("supervised unit")
        verbose_name_plural = _("supervised units")
        constraints = [
            models.UniqueConstraint(fields=["unit"], condition=Q(until=None), name="unit_supervised_once"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="supervision_of_a_unit_ends_after"
            ),
        ]

    def __str__(self) -> str:
        return str(self.unit)


def is_supervised(unit_id: int | None, at: datetime) -> bool:
    """Whether the leader of the unit signs off its replies at that time."""
    running = Q(until=None) | Q(until__gt=at)
    return SupervisedUnit.objects.filter(running, unit=unit_id, since__lte=at).exists()
