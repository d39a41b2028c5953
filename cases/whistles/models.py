"""The whistle (吹哨): a street summons departments about something that it cannot solve alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from cases.casework.states import Outcome
from cases.whistles.calls import WhistleCall
from cases.whistles.report_ins import ReportIn
from cases.whistles.states import BLOWN, ENDED, EXPECTED, ReportState, ReviewVerdict, WhistleState
from cases.whistles.table import ROWS
from cases.whistles.waiting import whistles_for
from cases.workflow.fsm import Findable, Versioned, bridge
from cases.workflow.people import Acting
from citygrid.accounts.permissions import Perm
from gridmap.areas.models import AreaLink
from gridmap.scope import ScopedQuerySet, instant

# States in which a whistle is the street's own paper yet, and nobody else's business.
INSIDE = (WhistleState.DRAFT, WhistleState.JUDGED, WhistleState.SELF_HANDLED)


class WhistleQuerySet(Findable, ScopedQuerySet["Whistle"]):  # type: ignore[override]
    """Reads of whistles. Scope: the street's and those above it, the called departments', the guest platforms'."""

    view_perm = Perm.WHISTLE_VIEW

    def visible_to(self, user: Any, at: datetime | None = None) -> Self:
        """Keep the whistles of the person's areas, those that call the person's departments or units of its district.

        A department sees a whistle once it is called; a neighbouring district once it was blown.
        """
        if not getattr(user, "is_active", False):
            return self.none()
        acting = Acting.of(user, instant(at))
        seen = Q(pk__in=[])
        if roots := acting.roots(Perm.WHISTLE_VIEW):
            below = AreaLink.objects.filter(ancestor__in=roots).values("descendant")
            guests = WhistleCall.objects.filter(platform_area__in=below).values("whistle")
            seen |= Q(area__in=below) | (Q(pk__in=guests) & ~Q(state__in=INSIDE))
        if departments := acting.departments(Perm.CASE_VIEW_DEPARTMENT):
            seen |= Q(pk__in=ReportIn.objects.filter(department__in=departments).values("whistle"))
        return self.filter(seen)

    def waiting_for(self, acting: Acting) -> Self:
        """Keep the whistles whose next move is this person's."""
        return self.filter(whistles_for(acting))


class Whistle(bridge(ROWS), Versioned):  # type: ignore[misc]
    """One whistle. Written by the workflow engine alone."""

    round_number = 0  # of evidence; a whistle has no rounds, it is blown again

    number = models.CharField(_("whistle number"), max_length=24, unique=True)
    state = FSMField(_("state"), default=WhistleState.DRAFT, choices=WhistleState.choices, protected=True)
    kind = models.ForeignKey(
        "cases.WhistleKind", models.PROTECT, null=True, blank=True, related_name="whistles",
        verbose_name=_("kind of whistle"),
    )  # fmt: skip
    area = models.ForeignKey("gridmap.Area", models.PROTECT, related_name="whistles", verbose_name=_("street"))
    platform_area = models.ForeignKey(
        "gridmap.Area", models.PROTECT, related_name="+", verbose_name=_("district whose platform decides")
    )
    description = models.TextField(_("what it is about"))
    geom = models.PointField(_("position"), srid=4326, null=True, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    why_not_alone = models.TextField(_("why the street cannot solve it alone"), blank=True)
    lead_department = models.ForeignKey(
        "gridmap.Department", models.PROTECT, null=True, blank=True, related_name="whistles_led",
        verbose_name=_("lead department"),
    )  # fmt: skip
    appear_at = models.DateTimeField(_("time to appear"), null=True, blank=True)
    cross_district = models.BooleanField(_("cross-district"), default=False)
    escalated = models.BooleanField(_("escalated to the level above"), default=False)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("drafted by")
    )
    drafted_at = models.DateTimeField(_("drafted at"))
    blown_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("blown by")
    )
    blown_at = models.DateTimeField(_("blown at"), null=True, blank=True)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    review_verdict = models.CharField(_("verdict of the review"), max_length=16, choices=ReviewVerdict.choices,
                                      blank=True)  # fmt: skip
    returned_count = models.PositiveSmallIntegerField(_("times sent back"), default=0)
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    conclusion = models.TextField(_("joint conclusion"), blank=True)
    concluded_at = models.DateTimeField(_("concluded at"), null=True, blank=True)
    rated_at = models.DateTimeField(_("rated at"), null=True, blank=True)
    feedback = models.TextField(_("feedback to the source"), blank=True)
    again_of = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="blown_again", verbose_name=_("blown again for")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    client_request_id = models.CharField(_("request id of the sender"), max_length=64, blank=True)

    objects: ClassVar[Any] = WhistleQuerySet.as_manager()

    class Meta:
        verbose_name = _("whistle")
        verbose_name_plural = _("whistles")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=WhistleState.values), name="whistle_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=sorted(ENDED), ended_at__isnull=False)
                | ~Q(state__in=sorted(ENDED)) & Q(ended_at=None),
                name="whistle_ended_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=BLOWN)
                | Q(kind__isnull=False, lead_department__isnull=False, geom__isnull=False, blown_at__isnull=False),
                name="whistle_blown_says_what",
            ),
            models.CheckConstraint(condition=~Q(again_of=F("id")), name="whistle_not_again_of_itself"),
            models.UniqueConstraint(
                fields=["drafted_by", "client_request_id"],
                condition=~Q(client_request_id=""),
                name="whistle_request_once",
            ),
        ]
        indexes = [
            models.Index(fields=["area", "-drafted_at", "-id"], name="whistle_area_drafted"),
            models.Index(fields=["state", "-drafted_at", "-id"], name="whistle_state_drafted"),
            models.Index(fields=["-drafted_at", "-id"], name="whistle_drafted"),
            models.Index(fields=["platform_area", "state"], name="whistle_platform_state"),
            models.Index(fields=["lead_department", "state"], name="whistle_lead_state"),
            models.Index(fields=["blown_at"], name="whistle_blown"),
        ]

    def __str__(self) -> str:
        return self.number

    def department_ids(self) -> tuple[int, ...]:
        """The lead department, once it is called."""
        return (self.lead_department_id,) if self.lead_department_id and self.issued_at else ()

    def co_department_ids(self) -> tuple[int, ...]:
        """All departments that are called."""
        return tuple(one.department_id for one in self.report_ins.all())

    def guest_area_ids(self) -> tuple[int, ...]:
        """The other districts whose units are called."""
        return tuple({call.platform_area_id for call in self.calls.all() if call.platform_area_id})

    def expected(self) -> list[ReportIn]:
        """The departments that have not come yet."""
        return [one for one in self.report_ins.all() if one.state in EXPECTED]

    def report_of_lead(self) -> ReportIn | None:
        """The lead department's report-in, or ``None`` before the whistle is issued."""
        return next((one for one in self.report_ins.all() if one.department_id == self.lead_department_id), None)

    def to_be_rated(self) -> list[ReportIn]:
        """The report-ins that took place and are not rated yet."""
        return [one for one in self.report_ins.all() if one.state == ReportState.ACCEPTED and not one.is_rated]
