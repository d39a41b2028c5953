"""The council matter (议事事项): one proposal of residents on its way through a council (议事厅) of their community."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField

from cases.casework.states import Outcome
from cases.councils.states import ENDED, OPEN, MatterState
from cases.councils.table import ROWS
from cases.workflow.fsm import Findable, Versioned, bridge
from cases.workflow.people import Acting
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import Role
from gridmap.areas.models import AreaLink
from gridmap.scope import ScopedQuerySet

_STREET = (Role.STREET_STAFF, Role.STREET_LEADER)


class CouncilMatterQuerySet(Findable, ScopedQuerySet["CouncilMatter"]):  # type: ignore[override]
    """Reads of council matters: those of one's area."""

    view_perm = Perm.COUNCIL_VIEW

    def waiting_for(self, acting: Acting) -> Self:
        """Keep the matters whose next move is this person's; what is in hand moves on by itself."""
        below = AreaLink.objects.filter(ancestor__in=acting.places(*_STREET)).values("descendant")
        return self.filter(state__in=[state for state in OPEN if state != MatterState.IN_HAND], area__in=below)


class CouncilMatter(bridge(ROWS), Versioned):  # type: ignore[misc]
    """One matter of a council. Written by the workflow engine alone."""

    round_number = 0  # of evidence; a matter has no rounds

    number = models.CharField(_("matter number"), max_length=24, unique=True)
    state = FSMField(_("state"), default=MatterState.PROPOSED, choices=MatterState.choices, protected=True)
    area = models.ForeignKey(
        "gridmap.Area", models.PROTECT, related_name="council_matters", verbose_name=_("community or street")
    )
    title = models.CharField(_("title"), max_length=100)
    proposal = models.TextField(_("what the residents propose"))
    # In words such as "residents of house 12": the record is read by many, and names nobody.
    proposed_by = models.CharField(_("who proposes it, without names"), max_length=100, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    meeting_at = models.DateTimeField(_("time of the meeting"), null=True, blank=True)
    meeting_place = models.CharField(_("place of the meeting"), max_length=200, blank=True)
    held_at = models.DateTimeField(_("held at"), null=True, blank=True)
    attended = models.PositiveIntegerField(_("people who took part"), null=True, blank=True)
    minutes = models.TextField(pgettext_lazy("council", "minutes"), blank=True)
    resolution = models.TextField(_("resolution"), blank=True)
    in_favour = models.PositiveIntegerField(_("votes in favour"), null=True, blank=True)
    against = models.PositiveIntegerField(_("votes against"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)
    case = models.ForeignKey(
        "cases.Case", models.PROTECT, null=True, blank=True, related_name="council_matters", verbose_name=_("case")
    )
    whistle_number = models.CharField(_("whistle number"), max_length=24, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    result = models.TextField(_("what was done"), blank=True)
    follow_up = models.TextField(_("follow-up for the residents"), blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    client_request_id = models.CharField(_("request id of the sender"), max_length=64, blank=True)

    objects: ClassVar[Any] = CouncilMatterQuerySet.as_manager()

    class Meta:
        verbose_name = _("council matter")
        verbose_name_plural = _("council matters")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MatterState.values), name="matter_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=sorted(ENDED), ended_at__isnull=False)
                | ~Q(state__in=sorted(ENDED)) & Q(ended_at=None),
                name="matter_ended_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=MatterState.IN_HAND)
                | Q(case__isnull=False, whistle_number="")
                | Q(case=None, whistle_number__gt=""),
                name="matter_in_hand_of_one",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[MatterState.DECIDED, MatterState.IN_HAND, MatterState.DONE,
                                        MatterState.PUBLISHED])
                | Q(resolution__gt="", resolved_at__isnull=False),
                name="matter_resolved_says_what",
            ),
            models.UniqueConstraint(
                fields=["recorded_by", "client_request_id"], condition=~Q(client_request_id=""),
                name="matter_request_once",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["area", "state", "-proposed_at"], name="matter_area_state"),
            models.Index(fields=["whistle_number"], name="matter_whistle", condition=~Q(whistle_number="")),
        ]

    def __str__(self) -> str:
        return self.number
