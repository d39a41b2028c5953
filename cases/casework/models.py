"""The case (案件): one problem at one place, with its rounds of handling."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField

from cases.approvals.states import RequestState
from cases.casework.states import OPEN, TERMINAL, DeclineReason, Outcome, Source, State
from cases.casework.table import ROWS
from cases.casework.urgency import Urgency
from cases.workflow.fsm import Findable, Versioned, bridge
from cases.workflow.people import Acting
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import Role
from citygrid.common.prepared import Prepared
from citygrid.common.saving import Saving
from gridmap.areas.models import AreaLink
from gridmap.scope import ScopedQuerySet, instant


class CaseQuerySet(Urgency, Findable, ScopedQuerySet["Case"]):  # type: ignore[override]
    """Reads of cases. Scope: those in one's areas; for departments those they lead, help with or once led."""

    view_perm = Perm.CASE_VIEW

    def visible_to(self, user: Any, at: datetime | None = None) -> Self:
        """Keep the cases in the person's areas, and those of the person's departments."""
        if not getattr(user, "is_active", False):
            return self.none()
        acting = Acting.of(user, instant(at))
        return self.in_scope(acting.roots(Perm.CASE_VIEW), acting.departments(Perm.CASE_VIEW_DEPARTMENT))

    def in_scope(self, roots: list[int], departments: list[int]) -> Self:
        """Keep the cases below the areas ``roots`` and those that the departments lead, help with or once led."""
        seen = Q(pk__in=[])
        if roots:
            seen |= Q(area__in=AreaLink.objects.filter(ancestor__in=roots).values("descendant"))
        if departments:
            # As EXISTS, which is looked up for one case and made a list of for many, as the database sees fit.
            helped, once = (
                Q(Exists(one.objects.filter(case=OuterRef("pk"), department__in=departments)))
                for one in (CoDepartment, Round)
            )
            seen |= Q(lead_department__in=departments) | helped | once
        return self.filter(seen)

    def find_for(self, user: Any, at: datetime, **key: Any) -> Case | None:
        """Return the case with that ``pk`` or ``number``, if the person may see it, else ``None``."""
        if not getattr(user, "is_active", False):
            return None
        acting = Acting.of(user, at)
        roots, own = acting.roots(Perm.CASE_VIEW), acting.departments(Perm.CASE_VIEW_DEPARTMENT)
        found = _ONE["number" if "number" in key else "pk"](roots=roots, departments=own, **key)
        return found[0] if found else None

    def open(self) -> Self:
        """Cases that are not at an end."""
        return self.filter(state__in=OPEN)


_ONE = {
    "pk": Prepared(lambda pk, roots, departments: Case.objects.in_scope(roots, departments).filter(pk=pk)),
    "number": Prepared(
        lambda number, roots, departments: Case.objects.in_scope(roots, departments).filter(number=number)
    ),
}


class Case(bridge(ROWS), Versioned):  # type: ignore[misc]
    """One case. Written by the workflow engine alone."""

    number = models.CharField(_("case number"), max_length=24, unique=True)
    state = FSMField(_("state"), default=State.REPORTED, choices=State.choices, protected=True)
    source = models.CharField(pgettext_lazy("case", "source"), max_length=12, choices=Source.choices)
    category = models.ForeignKey("cases.Category", models.PROTECT, related_name="cases", verbose_name=_("category"))
    condition = models.ForeignKey(
        "cases.FilingCondition", models.PROTECT, null=True, blank=True, related_name="cases",
        verbose_name=_("filing condition"),
    )  # fmt: skip
    description = models.TextField(_("description"))
    geom = models.PointField(_("position"), srid=4326)
    accuracy_m = models.PositiveIntegerField(_("accuracy in metres"), null=True, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    area = models.ForeignKey("gridmap.Area", models.PROTECT, related_name="cases", verbose_name=_("grid or area"))
    area_version = models.ForeignKey(
        "gridmap.AreaVersion", models.PROTECT, null=True, related_name="+", verbose_name=_("grid as it then was")
    )
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reported by")
    )
    reported_at = models.DateTimeField(_("reported at"))
    verified = models.BooleanField(_("verified"), null=True)  # None: nobody looked; False: not true
    lead_department = models.ForeignKey(
        "gridmap.Department", models.PROTECT, null=True, blank=True, related_name="cases_led",
        verbose_name=_("lead department"),
    )  # fmt: skip
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("handler")
    )
    round_number = models.PositiveSmallIntegerField(_("round"), default=0)  # the round of handling now running
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    result = models.TextField(_("result"), blank=True)
    decline_reason = models.CharField(_("reason"), max_length=16, choices=DeclineReason.choices, blank=True)
    competent_unit = models.CharField(_("competent unit or channel"), max_length=200, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_cases", verbose_name=_("merged into")
    )
    state_before_merge = models.CharField(_("state before the merge"), max_length=16, blank=True)
    self_handled = models.BooleanField(_("fixed on the spot"), default=False)
    forced = models.BooleanField(_("closed by force"), default=False)
    first_dispatch_wrong = models.BooleanField(_("first dispatch was wrong"), default=False)
    returned = models.BooleanField(_("came back by a return"), default=False)  # narrows the dispatcher's next move
    returned_count = models.PositiveSmallIntegerField(_("returns"), default=0)
    rework_count = models.PositiveSmallIntegerField(_("reworks"), default=0)
    whistle_number = models.CharField(_("whistle it waits for"), max_length=24, blank=True)
    urge_count = models.PositiveSmallIntegerField(_("urges"), default=0)
    reopened_count = models.PositiveSmallIntegerField(_("reopenings"), default=0)
    suspended_until = models.DateTimeField(_("suspended until"), null=True, blank=True)
    closed_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )
    client_request_id = models.CharField(_("request id of the sender"), max_length=64, blank=True)

    objects: ClassVar[Any] = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="case_state_known"),
            models.CheckConstraint(
                condition=Q(state=State.MERGED, merged_into__isnull=False)
                | ~Q(state=State.MERGED) & Q(merged_into=None),
                name="case_merged_says_into_what",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="case_not_merged_into_itself"),
            models.CheckConstraint(
                condition=Q(state__in=sorted(TERMINAL), closed_at__isnull=False)
                | ~Q(state__in=sorted(TERMINAL)) & Q(closed_at=None),
                name="case_ended_says_when",
            ),
            models.CheckConstraint(condition=Q(whistle_number="") | ~Q(state__in=sorted(TERMINAL)), name="case_waits"),
            models.UniqueConstraint(
                fields=["reporter", "client_request_id"], condition=~Q(client_request_id=""), name="case_request_once"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-reported_at", "-id"], name="case_state_reported"),
            models.Index(fields=["area", "-reported_at", "-id"], name="case_area_reported"),
            models.Index(fields=["lead_department", "state", "-reported_at", "-id"], name="case_department_reported"),
            models.Index(fields=["-reported_at", "-id"], name="case_reported"),
            models.Index(fields=["handler", "state"], name="case_handler_state"),
            # Queues are counted from it alone: most cases are at an end.
            models.Index(fields=["state", "area", "id"], name="case_open", condition=Q(state__in=OPEN)),
            models.Index(fields=["whistle_number"], name="case_whistle", condition=~Q(whistle_number="")),
            models.Index(fields=["suspended_until"], name="case_to_wake", condition=Q(state=State.SUSPENDED)),
        ]

    def __str__(self) -> str:
        return self.number

    def roles_expected(self) -> tuple[Role, ...]:
        """The street, while the case waits for its whistle."""
        return (Role.STREET_STAFF, Role.STREET_LEADER) if self.whistle_number else ()

    def department_ids(self) -> tuple[int, ...]:
        """The department whose turn it is."""
        return (self.lead_department_id,) if self.lead_department_id else ()

    # What follows looks through whole relations, which are short: where they were prefetched it costs no query.

    def owing_parts(self) -> list[CoDepartment]:
        """The co-departments that still owe their part in this round."""
        parts = self.co_departments.all()
        return [part for part in parts if part.round_number == self.round_number and part.done_at is None]

    def co_department_ids(self) -> tuple[int, ...]:
        """The departments that still owe their part in this round."""
        return tuple(part.department_id for part in self.owing_parts())

    def open_request(self) -> Any:
        """The request on this case that is not decided yet, or ``None``."""
        return next((asked for asked in self.approvals.all() if asked.state == RequestState.REQUESTED), None)

    def open_supervision(self) -> Supervision | None:
        """The order that is not answered yet, or ``None``."""
        return next((order for order in self.supervisions.all() if order.replied_at is None), None)

    def current_round(self) -> Round | None:
        """The round of handling now running, or ``None`` before the first."""
        return next((one for one in self.rounds.all() if one.number == self.round_number), None)

    def handled_by(self) -> set[int]:
        """The keys of everybody who handled or submitted work, in whatever round."""
        return {key for one in self.rounds.all() for key in (one.handler_id, one.submitted_by_id) if key}

    def is_assigned_to(self, user: Any) -> bool:
        """Whether the person is the handler."""
        return self.handler_id is not None and self.handler_id == user.pk


class CoDepartment(models.Model):
    """A department that helps the lead department in the present round (协办)."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="co_departments", verbose_name=_("case"))
    department = models.ForeignKey("gridmap.Department", models.PROTECT, related_name="+", verbose_name=_("department"))
    round_number = models.PositiveSmallIntegerField(_("round"))
    asked = models.CharField(_("what is asked"), max_length=300, blank=True)
    result = models.TextField(_("result"), blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("done by")
    )

    class Meta:
        verbose_name = _("co-department")
        verbose_name_plural = _("co-departments")
        constraints = [
            models.UniqueConstraint(fields=["case", "department", "round_number"], name="co_department_once_a_round"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="co_department_done_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department} · {self.case}"


class Round(Saving):
    """One round of handling by one department, kept whole when the next begins."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="rounds", verbose_name=_("case"))
    number = models.PositiveSmallIntegerField(_("round"))
    department = models.ForeignKey("gridmap.Department", models.PROTECT, related_name="+", verbose_name=_("department"))
    began_at = models.DateTimeField(_("began at"))
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("handler")
    )
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("submitted by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    result = models.TextField(_("result"), blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by_move = models.CharField(_("ended by"), max_length=30, blank=True)
    opinion = models.TextField(_("opinion"), blank=True)  # why it was returned or must be done again

    class Meta:
        verbose_name = _("round of handling")
        verbose_name_plural = _("rounds of handling")
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="round_once")]
        indexes = [models.Index(fields=["department", "case"], name="round_department_case")]

    def __str__(self) -> str:
        return f"{self.case} #{self.number}"


class Supervision(models.Model):
    """An order of a leader (督办) that must be answered; it runs its own clock."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="supervisions", verbose_name=_("case"))
    order = models.TextField(_("order"))
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("ordered by")
    )
    ordered_at = models.DateTimeField(_("ordered at"))
    due_at = models.DateTimeField(_("answer due at"))
    reply = models.TextField(pgettext_lazy("supervision order", "answer"), blank=True)
    replied_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )

    class Meta:
        verbose_name = _("supervision order")
        verbose_name_plural = _("supervision orders")
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(replied_at=None), name="one_open_supervision")
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.ordered_at:%Y-%m-%d}"
