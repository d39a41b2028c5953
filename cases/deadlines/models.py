"""The city's own calendar, its timetables, and clocks: one running limit of one holder each."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.deadlines.lamps import lamp_in_sql
from cases.deadlines.limits import LimitUnit, WorkDayMode
from citygrid.common.saving import Saving

NIL = uuid.UUID(int=0)


class DayKind(models.TextChoices):
    """What an entry of the calendar says of its day."""

    HOLIDAY = "holiday", _("day off")
    WORKDAY = "workday", _("make-up working day")


class CalendarYear(models.Model):
    """A year whose notice was entered and confirmed. Until then weekends alone are free, with a warning."""

    year = models.PositiveSmallIntegerField(_("year"), unique=True)
    source = models.CharField(_("source"), max_length=200)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)  # null: its days do not count yet

    class Meta:
        verbose_name = _("calendar year")
        verbose_name_plural = _("calendar years")

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(models.Model):
    """A day off, or a weekend day that is worked (调休)."""

    day = models.DateField(_("day"), unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=DayKind.choices)
    name = models.CharField(_("name"), max_length=40, blank=True)
    year = models.ForeignKey(CalendarYear, models.PROTECT, related_name="days", verbose_name=_("year"))

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")

    def __str__(self) -> str:
        return f"{self.day} {self.get_kind_display()}"


class CalendarStamp(models.Model):
    """One row whose tokens change with every edit of what deadlines follow from.

    What is read once and kept is kept under the token, in every process; a rolled-back token never comes again.
    """

    token = models.UUIDField(_("calendar and timetables"), default=uuid.uuid4)
    limits = models.UUIDField(_("time limits"), default=uuid.uuid4)

    class Meta:
        verbose_name = _("calendar stamp")
        verbose_name_plural = _("calendar stamps")

    def __str__(self) -> str:
        return str(self.token)


class Timetable(models.Model):
    """Working periods of one season, for the whole city or for one department."""

    department = models.ForeignKey(
        "gridmap.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    begins_month = models.PositiveSmallIntegerField(_("from month"), default=1)
    begins_day = models.PositiveSmallIntegerField(_("from day"), default=1)
    periods = models.JSONField(
        _("periods"), help_text=_('Pairs of local times, such as [["08:00", "12:00"], ["14:00", "18:00"]].')
    )

    class Meta:
        verbose_name = _("timetable")
        verbose_name_plural = _("timetables")
        constraints = [
            models.UniqueConstraint(fields=["department", "begins_month", "begins_day"], name="timetable_season_once"),
            models.UniqueConstraint(
                fields=["begins_month", "begins_day"], condition=Q(department=None), name="timetable_city_season_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department or ''} {self.begins_month}-{self.begins_day}"


class ClockQuerySet(models.QuerySet["Clock"]):
    """Reads of clocks."""

    def running(self) -> Self:
        """Started and neither stopped nor standing still."""
        return self.filter(stopped_at=None, paused_since=None)

    def of(self, subject: Any) -> Self:
        """All clocks of one subject."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)

    def with_lamp(self, at: datetime) -> Self:
        """Annotate ``lamp``, as :func:`cases.deadlines.lamps.lamp_of` has it."""
        return self.annotate(lamp=lamp_in_sql(at))

    def to_warn(self, at: datetime) -> Self:
        """Running clocks that turned yellow and were not warned about."""
        return self.running().filter(warned_at=None, warn_at__lt=at)

    def to_note(self, at: datetime) -> Self:
        """Running clocks whose limit has passed without being noted."""
        return self.running().filter(overdue_noted_at=None, due_at__lt=at)

    def computed_otherwise(self, token: uuid.UUID) -> list[Self]:
        """Running or standing clocks computed with another calendar than that of ``token``.

        Two querysets, so that each is one range of an index whose cost follows what is out of date.
        """
        going = self.filter(stopped_at=None)
        return [going.filter(calendar_token__lt=token), going.filter(calendar_token__gt=token)]


class Clock(Saving):
    """One limit, running for one holder. Start, limit and pauses are the facts; ``due_at`` follows from them."""

    subject_type = models.CharField(_("subject type"), max_length=60)
    subject_id = models.BigIntegerField(_("subject key"))
    kind = models.CharField(_("kind"), max_length=20)
    department = models.ForeignKey(
        "gridmap.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("holder")
    )
    started_at = models.DateTimeField(_("started at"))
    limit_value = models.DecimalField(_("limit"), max_digits=8, decimal_places=2)
    limit_unit = models.CharField(_("unit"), max_length=12, choices=LimitUnit.choices)
    work_day_mode = models.CharField(
        _("reading of the working day"), max_length=12, choices=WorkDayMode.choices, default=WorkDayMode.HOURS8
    )
    extensions = models.PositiveSmallIntegerField(_("extensions granted"), default=0)
    pauses = models.JSONField(_("pauses"), default=list)  # closed ones: [[start, end], …] in ISO 8601
    paused_since = models.DateTimeField(_("standing still since"), null=True, blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)  # null while it stands still
    warn_at = models.DateTimeField(_("yellow from"), null=True, blank=True)  # 80 % used; null if it stood still before
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)
    warned_at = models.DateTimeField(_("warned at"), null=True, blank=True)
    overdue_noted_at = models.DateTimeField(_("overdue noted at"), null=True, blank=True)
    # The calendar that the two times above were computed with; nil before there was any.
    calendar_token = models.UUIDField(_("calendar used"), default=NIL, editable=False)
    exempt = models.BooleanField(_("exempt from scoring"), default=False)  # an accepted appeal; the facts stay
    # An older system gave ``due_at``; start and limit do not lead to it, so it is never computed.
    taken_over = models.BooleanField(_("deadline taken over"), default=False)

    objects: ClassVar[Any] = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "kind", "department"], condition=Q(stopped_at=None),
                name="clock_one_running",
            ),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "kind"], condition=Q(stopped_at=None, department=None),
                name="clock_one_running_nobodys",
            ),
            models.CheckConstraint(
                condition=Q(stopped_at=None) | Q(stopped_at__gte=F("started_at")), name="clock_stops_after_start"
            ),
            models.CheckConstraint(condition=Q(limit_value__gt=0), name="clock_limit_positive"),
        ]  # fmt: skip
        indexes = [
            # The scan for warnings and breaches reads only what became due, never all that is open.
            models.Index(
                fields=["warn_at"],
                name="clock_to_warn",
                condition=Q(stopped_at=None, paused_since=None, warned_at=None),
            ),
            models.Index(
                fields=["due_at"],
                name="clock_to_note",
                condition=Q(stopped_at=None, paused_since=None, overdue_noted_at=None),
            ),
            # After an edit of the calendar only what was computed with another one is read.
            models.Index(fields=["calendar_token"], name="clock_computed_with", condition=Q(stopped_at=None)),
            models.Index(fields=["subject_type", "subject_id"], name="clock_subject"),
            # The most urgent first, from wherever a page begins; with the key, so that the rows need not be looked at.
            models.Index(
                fields=["subject_type", "due_at", "subject_id", "id"],
                name="clock_by_due",
                condition=Q(stopped_at=None, paused_since=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_type} {self.subject_id}"

    def moment(self, at: datetime) -> datetime:
        """Return the moment at which the clock's hand stands at ``at``: it moves on neither stopped nor paused."""
        return self.stopped_at or self.paused_since or at

    def overdue(self, at: datetime) -> bool:
        """Whether the limit was, or is at that time, exceeded."""
        return self.due_at is not None and self.moment(at) > self.due_at
