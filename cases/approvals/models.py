"""Requests (申请) are not states of a case or ticket: each has its own lifecycle; approving one makes the move."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from cases.approvals.states import RequestKind, RequestState
from cases.approvals.table import ROWS
from cases.workflow.fsm import Findable, Versioned, bridge
from cases.workflow.people import Acting
from cases.workflow.table import Relation
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import Role
from gridmap.areas.models import AreaLink
from gridmap.scope import ScopedQuerySet, instant

LONGEST_PATH = 3  # steps of a decision, over all kinds
_RELATIONS = {Role.HANDLER: Relation.PERSON, Role.DEPT_CLERK: Relation.DEPARTMENT}


class ApprovalQuerySet(Findable, ScopedQuerySet["Approval"]):  # type: ignore[override]
    """Reads of requests: those about cases in one's areas or of one's departments, and about tickets one sees."""

    view_perm = Perm.CASE_VIEW

    def visible_to(self, user: Any, at: datetime | None = None) -> Self:
        """Keep what concerns the person's areas and departments."""
        at = instant(at)
        scoped = super().visible_to(user, at)
        if not getattr(user, "is_active", False):
            return scoped
        own = Acting.of(user, at).departments(Perm.CASE_VIEW_DEPARTMENT)
        tickets = apps.get_model("cases", "Ticket").objects.visible_to(user, at)
        about_cases = Q(pk__in=scoped.values("pk")) | Q(department__in=own)
        return self.filter(Q(ticket=None) & about_cases | Q(ticket__in=tickets.values("pk")))

    def waiting(self) -> Self:
        """Requests not yet decided."""
        return self.filter(state=RequestState.REQUESTED)

    def waiting_for(self, acting: Acting) -> Self:
        """Requests that this person is to decide now: the step is one of the person's roles, in its place."""
        found = Q(pk__in=[])
        for role, area, _department, served in acting.posts:
            below = AreaLink.objects.filter(ancestor=area if area is not None else served).values("descendant")
            place = Q(area__in=below)
            if role == Role.DEPT_CLERK:
                place = Q(department__in=acting.answers_for(role))
            step = Q()
            for number in range(LONGEST_PATH):
                step |= Q(**{"step": number, f"steps__{number}": role})
            found |= place & step
        return self.waiting().filter(found).exclude(requested_by=acting.user.pk)


class Approval(bridge(ROWS), Versioned):  # type: ignore[misc]
    """One request about one case or one ticket. Written by the workflow engine alone."""

    kind = models.CharField(_("kind"), max_length=12, choices=RequestKind.choices)
    state = FSMField(_("state"), default=RequestState.REQUESTED, choices=RequestState.choices, protected=True)
    case = models.ForeignKey(
        "cases.Case", models.CASCADE, null=True, blank=True, related_name="approvals", verbose_name=_("case")
    )
    ticket = models.ForeignKey(
        "cases.Ticket", models.CASCADE, null=True, blank=True, related_name="approvals", verbose_name=_("ticket")
    )
    area = models.ForeignKey("gridmap.Area", models.PROTECT, related_name="+", verbose_name=_("grid or area"))
    department = models.ForeignKey(
        "gridmap.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("requested by")
    )
    requested_at = models.DateTimeField(_("requested at"))
    reason = models.TextField(_("reason"))
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)  # of a suspension
    steps = models.JSONField(_("who decides, in order"), default=list)  # roles
    step = models.PositiveSmallIntegerField(_("step"), default=0)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision = models.TextField(_("opinion"), blank=True)

    objects: ClassVar[Any] = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RequestState.values), name="request_state_known"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state=RequestState.REQUESTED), name="request_one_open_a_case"
            ),
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(state=RequestState.REQUESTED), name="request_one_open_a_ticket"
            ),
            models.CheckConstraint(
                condition=Q(case=None, ticket__isnull=False) | Q(case__isnull=False, ticket=None),
                name="request_about_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.REQUESTED, decided_at=None)
                | ~Q(state=RequestState.REQUESTED) & Q(decided_at__isnull=False),
                name="request_decided_when",
            ),
        ]
        indexes = [models.Index(fields=["state", "requested_at"], name="request_state_requested")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}"

    @property
    def about(self) -> str:
        """What sort of thing the request is about: ``case`` or ``ticket``."""
        return "ticket" if self.ticket_id is not None else "case"

    @property
    def subject(self) -> Any:
        """The case or ticket."""
        return self.ticket if self.ticket_id is not None else self.case

    def holder_of_evidence(self) -> Any:
        """The case or ticket: what supports a request belongs to it."""
        return self.subject

    def department_ids(self) -> tuple[int, ...]:
        """The department that asks."""
        return (self.department_id,) if self.department_id else ()

    def is_assigned_to(self, user: Any) -> bool:
        """Whether the person handles the case or ticket."""
        return bool(self.subject.is_assigned_to(user))

    def stands_at_unit(self, role: str, area_id: int | None, department_id: int | None) -> bool:
        """Whether a post of that role stands at the unit that has the ticket; a case is with no such unit."""
        return self.ticket is not None and self.ticket.stands_at_unit(role, area_id, department_id)

    def roles_expected(self) -> tuple[Role, ...]:
        """The role that decides at the present step."""
        waiting = self.state == RequestState.REQUESTED and self.step < len(self.steps)
        return (Role(self.steps[self.step]),) if waiting else ()

    def relation_expected(self, role: Role) -> Relation | None:
        """How a holder of ``role`` must be related to decide now; ``None`` when it is another role's turn."""
        if self.step >= len(self.steps) or self.steps[self.step] != role:
            return None
        return _RELATIONS.get(role, Relation.PLACE)
