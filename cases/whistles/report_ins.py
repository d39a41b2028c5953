"""The report-in (报到): what one called department does, with clocks of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.contrib.gis.db import models
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from cases.casework.states import Outcome
from cases.whistles.report_table import ROWS
from cases.whistles.states import EXPECTED, PRESENT, SETTLED, ReportState
from cases.whistles.waiting import reports_for
from cases.workflow.fsm import Findable, Versioned, bridge
from cases.workflow.people import Acting
from citygrid.accounts.permissions import Perm
from gridmap.scope import ScopedQuerySet


class ReportInQuerySet(Findable, ScopedQuerySet["ReportIn"]):  # type: ignore[override]
    """Reads of report-ins: those of the whistles that one sees."""

    view_perm = Perm.WHISTLE_VIEW
    scope_path = "whistle__area_id"

    def visible_to(self, user: Any, at: datetime | None = None) -> Self:
        """Keep the report-ins of the person's whistles: who is called sees who else is."""
        if not getattr(user, "is_active", False):
            return self.none()
        whistles = apps.get_model("cases", "Whistle").objects.visible_to(user, at)
        return self.filter(whistle__in=whistles.values("pk"))

    def find_for(self, user: Any, at: datetime, **key: Any) -> Any:
        """Return the one that ``key`` names with what its moves look at, if the person may see it."""
        joined = self.visible_to(user, at).select_related("whistle__kind", "call", "department")
        return joined.filter(**key).first()

    def expected(self) -> Self:
        """Report-ins of departments that have not come yet."""
        return self.filter(state__in=EXPECTED)

    def waiting_for(self, acting: Acting) -> Self:
        """Keep the report-ins whose next move is this person's."""
        return self.filter(reports_for(acting))


class ReportIn(bridge(ROWS), Versioned):  # type: ignore[misc]
    """One department called by one whistle. Written by the workflow engine alone."""

    whistle = models.ForeignKey("cases.Whistle", models.PROTECT, related_name="report_ins", verbose_name=_("whistle"))
    call = models.OneToOneField(
        "cases.WhistleCall", models.PROTECT, related_name="report_in", verbose_name=_("what the whistle says")
    )
    department = models.ForeignKey(
        "gridmap.Department", models.PROTECT, related_name="report_ins", verbose_name=_("department")
    )
    state = FSMField(_("state"), default=ReportState.CALLED, choices=ReportState.choices, protected=True)
    called_at = models.DateTimeField(_("called at"))
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("signed by")
    )
    contacted_at = models.DateTimeField(_("contacted the street at"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    arrived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("arrival reported by"),
    )  # fmt: skip
    people = models.CharField(_("who came"), max_length=200, blank=True)
    check_in = models.PointField(_("checked in at"), srid=4326, null=True, blank=True, spatial_index=False)
    check_in_accuracy_m = models.PositiveIntegerField(_("accuracy in metres"), null=True, blank=True)
    check_in_distance_m = models.FloatField(_("distance from the place in metres"), null=True, blank=True)
    far_reason = models.TextField(_("why so far from the place"), blank=True)
    plan = models.TextField(_("plan"), blank=True)
    planned_at = models.DateTimeField(_("plan handed in at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    result = models.TextField(_("what was done"), blank=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("submitted by"),
    )  # fmt: skip
    rework_count = models.PositiveSmallIntegerField(_("reworks"), default=0)
    objection = models.TextField(_("objection"), blank=True)
    objected_at = models.DateTimeField(_("objected at"), null=True, blank=True)
    ruling = models.TextField(_("ruling"), blank=True)
    ruled_at = models.DateTimeField(_("ruled at"), null=True, blank=True)
    order = models.TextField(_("supervision order"), blank=True)
    supervised_at = models.DateTimeField(_("supervised at"), null=True, blank=True)
    reply = models.TextField(_("answer to the order"), blank=True)
    replied_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects: ClassVar[Any] = ReportInQuerySet.as_manager()

    class Meta:
        verbose_name = _("report-in")
        verbose_name_plural = _("report-ins")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="report_in_state_known"),
            models.UniqueConstraint(fields=["whistle", "department"], name="report_in_once_a_whistle"),
            models.CheckConstraint(
                condition=Q(state__in=sorted(SETTLED), ended_at__isnull=False)
                | ~Q(state__in=sorted(SETTLED)) & Q(ended_at=None),
                name="report_in_ended_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=PRESENT)
                | Q(arrived_at__isnull=False, arrived_by__isnull=False, check_in__isnull=False, people__gt=""),
                name="report_in_arrived_says_who",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReportState.ABSENT) | Q(arrived_at=None, supervised_at__isnull=False),
                name="report_in_absent_is_supervised",
            ),
        ]
        indexes = [
            models.Index(fields=["department", "state", "-id"], name="report_in_department"),
            models.Index(fields=["called_at"], name="report_in_expected", condition=Q(state__in=EXPECTED)),
            models.Index(fields=["called_at", "id"], name="report_in_called"),
        ]

    def __str__(self) -> str:
        return f"{self.whistle} · {self.department}"

    # What moves, evidence and watermarks ask of every subject; the whistle knows it.

    @property
    def number(self) -> str:
        """The whistle's number."""
        return str(self.whistle.number)

    @property
    def area_id(self) -> int:
        """The street that whistled."""
        return int(self.whistle.area_id)

    @property
    def area(self) -> Any:
        """The street that whistled."""
        return self.whistle.area

    @property
    def geom(self) -> Any:
        """The place to which the department is called."""
        return self.whistle.geom

    @property
    def address(self) -> str:
        """The address of that place."""
        return str(self.whistle.address)

    @property
    def platform_area_id(self) -> int:
        """The district whose platform rules on this department's objections: its own."""
        return int(self.call.platform_area_id or self.whistle.platform_area_id)

    @property
    def round_number(self) -> int:
        """The round of work that evidence belongs to."""
        return int(self.rework_count)

    @property
    def is_rated(self) -> bool:
        """Whether the street, or the clock, has rated it."""
        try:
            return self.rating is not None
        except ObjectDoesNotExist:
            return False

    def department_ids(self) -> tuple[int, ...]:
        """The called department."""
        return (self.department_id,)
