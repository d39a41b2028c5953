"""Kinds of whistles with their limits and rights: reference data of the city (handbook §3.2, §3.4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.deadlines.limits import Limit, LimitUnit, WorkDayMode


class ClockKind(models.TextChoices):
    """What a called department has to do by a limit. Each department has a clock of its own for each."""

    SIGN = "report_sign", _("sign for the whistle")
    ARRIVE = "report_arrive", _("be on site")
    CONTACT = "report_contact", _("contact the street")
    MEETING = "report_meeting", _("come to the first meeting")
    PLAN = "report_plan", _("hand in a plan")


# Reaching the place is what these clocks wait for; one of them decides whether a department is absent.
COMING = (ClockKind.ARRIVE, ClockKind.MEETING)


class WhistleKindQuerySet(models.QuerySet["WhistleKind"]):
    """Reads of kinds."""

    def in_force(self, at: datetime) -> Self:
        """Kinds that may be blown at that time."""
        return self.filter(Q(retired_at=None) | Q(retired_at__gt=at))


class WhistleKind(models.Model):
    """One kind of whistle: who may blow it, and how strict it is."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=90, blank=True)
    meant_for = models.CharField(_("what it is for"), max_length=200, blank=True)
    meant_for_en = models.CharField(_("what it is for, in English"), max_length=300, blank=True)
    at_once = models.BooleanField(_("issued at once, reviewed afterwards"), default=False)
    blown_by = models.JSONField(_("roles that may blow it"), default=list)
    takes_appointment = models.BooleanField(_("may name a time to appear"), default=False)
    objection_pauses = models.BooleanField(_("clocks stand still during an objection"), default=True)
    absent_by = models.CharField(_("clock that decides absence"), max_length=20, choices=ClockKind.choices)
    grace_minutes = models.PositiveIntegerField(_("minutes until a late department counts as absent"), default=0)
    arrive_metres = models.PositiveIntegerField(
        _("metres around the place that count as arrived"), default=200, validators=[MinValueValidator(10)]
    )
    review_value = models.DecimalField(_("limit of the review"), max_digits=8, decimal_places=2)
    review_unit = models.CharField(_("unit of the review's limit"), max_length=12, choices=LimitUnit.choices)
    position = models.PositiveSmallIntegerField(_("position in lists"), default=0)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    objects: ClassVar[Any] = WhistleKindQuerySet.as_manager()

    class Meta:
        verbose_name = _("kind of whistle")
        verbose_name_plural = _("kinds of whistles")
        constraints = [
            models.CheckConstraint(condition=Q(review_value__gt=0), name="whistle_kind_review_positive"),
            models.CheckConstraint(condition=Q(absent_by__in=COMING), name="whistle_kind_absent_by_coming"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name in the reader's language, as far as there is one."""
        return self.name_en if self.name_en and get_language() == "en" else self.name

    def limit_of(self, clock: str, mode: WorkDayMode) -> Limit | None:
        """Return the limit of that clock, or ``None`` where this kind has none."""
        row = next((row for row in self.limits.all() if row.clock == clock), None)  # few rows, often prefetched
        return Limit(row.value, LimitUnit(row.unit), mode) if row else None


class KindLimit(models.Model):
    """One limit of one kind."""

    kind = models.ForeignKey(WhistleKind, models.CASCADE, related_name="limits", verbose_name=_("kind of whistle"))
    clock = models.CharField(_("clock"), max_length=20, choices=ClockKind.choices)
    value = models.DecimalField(_("limit"), max_digits=8, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=12, choices=LimitUnit.choices)

    class Meta:
        verbose_name = _("limit of a kind of whistle")
        verbose_name_plural = _("limits of kinds of whistles")
        constraints = [
            models.UniqueConstraint(fields=["kind", "clock"], name="whistle_limit_once"),
            models.CheckConstraint(condition=Q(value__gt=0), name="whistle_limit_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.get_clock_display()}: {self.value.normalize():f} {self.get_unit_display()}"
