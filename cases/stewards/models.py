"""Lanes, who looks after them, and the walks through them (小巷管家)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from cases.stewards.states import Finding, WalkState
from cases.stewards.table import ROWS
from cases.workflow.fsm import Findable, Versioned, bridge
from cases.workflow.people import Acting
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import Role
from gridmap.areas.models import AreaLink
from gridmap.scope import ScopedQuerySet, instant

_STREET = (Role.STREET_STAFF, Role.STREET_LEADER)


class LaneQuerySet(ScopedQuerySet["Lane"]):
    """Reads of lanes: a steward's own, and those of the area for who looks after it."""

    view_perm = Perm.LANE_VIEW

    def visible_to(self, user: Any, at: datetime | None = None) -> Self:
        """Keep the lanes of the person's areas, and those that the person looks after."""
        if not getattr(user, "is_active", False):
            return self.none()
        at = instant(at)
        seen = self.in_areas_of(user, at).values("pk")
        own = LaneClaim.objects.in_force(at).filter(user=user).values("lane")
        return self.filter(Q(pk__in=seen) | Q(pk__in=own))

    def in_areas_of(self, user: Any, at: datetime) -> Self:
        """Keep the lanes of the person's areas alone."""
        return super().visible_to(user, at)

    def walked_by(self, user: Any, at: datetime) -> Self:
        """Keep the lanes that a steward looks after at that time."""
        own = LaneClaim.objects.in_force(at).filter(user=user).values("lane")
        return self.filter(Q(pk__in=own) & (Q(retired_at=None) | Q(retired_at__gt=at)))


class Lane(models.Model):
    """A lane (背街小巷), a line within one community or grid. The line is a guide, no boundary."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    area = models.ForeignKey("gridmap.Area", models.PROTECT, related_name="lanes", verbose_name=_("community or grid"))
    geom = models.LineStringField(_("line"), srid=4326, spatial_index=False)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    objects: ClassVar[Any] = LaneQuerySet.as_manager()

    class Meta:
        verbose_name = _("lane")
        verbose_name_plural = _("lanes")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.name_en if self.name_en and get_language() == "en" else self.name


class LaneClaimQuerySet(models.QuerySet["LaneClaim"]):
    """Reads of who looks after which lane."""

    def visible_to(self, user: Any, at: datetime | None = None) -> Self:
        """Keep the claims to lanes of the person's areas, and the person's own: a steward sees no other's name."""
        if not getattr(user, "is_active", False):
            return self.none()
        seen = Lane.objects.in_areas_of(user, instant(at)).values("pk")
        return self.filter(Q(lane__in=seen) | Q(user=user))

    def in_force(self, at: datetime) -> Self:
        """Claims that hold at that time."""
        return self.filter(Q(until=None) | Q(until__gt=at), since__lte=at)


class LaneClaim(models.Model):
    """A steward looks after a lane (认领), from one day on; three to five make a team."""

    lane = models.ForeignKey(Lane, models.PROTECT, related_name="claims", verbose_name=_("lane"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="lane_claims", verbose_name=_("lane steward")
    )
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)

    objects: ClassVar[Any] = LaneClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("care of a lane")
        verbose_name_plural = _("cares of lanes")
        constraints = [
            models.UniqueConstraint(fields=["lane", "user"], condition=Q(until=None), name="lane_claimed_once"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="lane_claim_ends_after"),
        ]

    def __str__(self) -> str:
        return f"{self.lane} · {self.user}"


class LaneWalkQuerySet(Findable, ScopedQuerySet["LaneWalk"]):  # type: ignore[override]
    """Reads of walks: a steward's own, and those in the area for who looks after it."""

    view_perm = Perm.LANE_VIEW

    def visible_to(self, user: Any, at: datetime | None = None) -> Self:
        """Keep the walks in the person's areas, and the person's own."""
        if not getattr(user, "is_active", False):
            return self.none()
        seen = super().visible_to(user, at).values("pk")
        return self.filter(Q(pk__in=seen) | Q(steward=user))

    def waiting_for(self, acting: Acting) -> Self:
        """Keep the walks that the person's street has to read."""
        below = AreaLink.objects.filter(ancestor__in=acting.places(*_STREET)).values("descendant")
        return self.filter(state=WalkState.RECORDED, area__in=below)


class LaneWalk(bridge(ROWS), Versioned):  # type: ignore[misc]
    """One walk through a lane, with the checklist ticked. Written by the workflow engine alone."""

    round_number = 0  # of evidence; a walk has no rounds

    state = FSMField(_("state"), default=WalkState.RECORDED, choices=WalkState.choices, protected=True)
    lane = models.ForeignKey(Lane, models.PROTECT, related_name="walks", verbose_name=_("lane"))
    area = models.ForeignKey("gridmap.Area", models.PROTECT, related_name="+", verbose_name=_("community or grid"))
    steward = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="lane_walks", verbose_name=_("lane steward")
    )
    walked_at = models.DateTimeField(_("walked at"))
    geom = models.PointField(_("position"), srid=4326, spatial_index=False)
    accuracy_m = models.PositiveIntegerField(_("accuracy in metres"), null=True, blank=True)
    distance_m = models.FloatField(_("distance from the lane in metres"))
    far_reason = models.TextField(_("why so far from the lane"), blank=True)
    note = models.TextField(_("note"), blank=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    answer = models.TextField(_("answer of the street"), blank=True)
    client_request_id = models.CharField(_("request id of the sender"), max_length=64, blank=True)

    objects: ClassVar[Any] = LaneWalkQuerySet.as_manager()

    class Meta:
        verbose_name = _("walk through a lane")
        verbose_name_plural = _("walks through lanes")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=WalkState.values), name="lane_walk_state_known"),
            models.CheckConstraint(
                condition=Q(state=WalkState.READ, read_at__isnull=False) | ~Q(state=WalkState.READ) & Q(read_at=None),
                name="lane_walk_read_says_when",
            ),
            models.UniqueConstraint(
                fields=["steward", "client_request_id"],
                condition=~Q(client_request_id=""),
                name="lane_walk_request_once",
            ),
        ]
        indexes = [
            models.Index(fields=["steward", "-walked_at"], name="lane_walk_steward"),
            models.Index(fields=["area", "state", "-walked_at"], name="lane_walk_area_state"),
        ]

    def __str__(self) -> str:
        return f"{self.lane} {self.walked_at:%Y-%m-%d %H:%M}"

    @property
    def number(self) -> str:
        """By what evidence names it."""
        return f"{self.lane.code}-{self.pk or 0}"

    @property
    def address(self) -> str:
        """The name of the lane."""
        return str(self.lane)

    def is_assigned_to(self, user: Any) -> bool:
        """Whether the person looks after the lane at the time of the walk."""
        return LaneClaim.objects.in_force(self.walked_at).filter(lane=self.lane_id, user=user).exists()


class WalkFinding(models.Model):
    """What was found about one entry of the checklist."""

    walk = models.ForeignKey(LaneWalk, models.CASCADE, related_name="findings", verbose_name=_("walk"))
    item = models.ForeignKey(
        "cases.ChecklistItem", models.PROTECT, related_name="+", verbose_name=_("entry of the lane checklist")
    )
    finding = models.CharField(_("finding"), max_length=8, choices=Finding.choices)
    note = models.TextField(_("note"), blank=True)
    case = models.ForeignKey(
        "cases.Case", models.PROTECT, null=True, blank=True, related_name="lane_findings", verbose_name=_("case")
    )

    class Meta:
        verbose_name = _("finding of a walk")
        verbose_name_plural = _("findings of walks")
        constraints = [
            models.UniqueConstraint(fields=["walk", "item"], name="lane_finding_once"),
            models.CheckConstraint(condition=Q(finding=Finding.OK) | Q(note__gt=""), name="lane_finding_says_what"),
            models.CheckConstraint(
                condition=Q(finding=Finding.REPORTED, case__isnull=False) | ~Q(finding=Finding.REPORTED) & Q(case=None),
                name="lane_finding_reported_has_case",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.get_finding_display()}"
