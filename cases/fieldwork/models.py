"""Field tasks (现场任务): verify a report, check finished work, patrol. One grid worker, one place, one answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from cases.fieldwork.states import TaskKind, TaskState, Verdict
from cases.fieldwork.table import ROWS
from cases.workflow.fsm import Findable, Versioned, bridge
from citygrid.accounts.permissions import Perm
from gridmap.scope import ScopedQuerySet


class FieldTaskQuerySet(Findable, ScopedQuerySet["FieldTask"]):  # type: ignore[override]
    """Reads of tasks: those in one's areas, and one's own."""

    view_perm = Perm.CASE_VIEW

    def visible_to(self, user: Any, at: datetime | None = None) -> Self:
        """Keep the tasks of the person's areas and those assigned to the person."""
        scoped = super().visible_to(user, at)
        if not getattr(user, "is_active", False):
            return scoped
        return self.filter(Q(pk__in=scoped.values("pk")) | Q(assignee=user.pk))

    def waiting(self) -> Self:
        """Tasks that somebody still has to do."""
        return self.filter(state__in=[TaskState.ASSIGNED, TaskState.ACCEPTED])


class FieldTask(bridge(ROWS), Versioned):  # type: ignore[misc]
    """One task on the spot. Written by the workflow engine alone."""

    kind = models.CharField(_("kind"), max_length=8, choices=TaskKind.choices)
    state = FSMField(_("state"), default=TaskState.ASSIGNED, choices=TaskState.choices, protected=True)
    case = models.ForeignKey(
        "cases.Case", models.CASCADE, null=True, blank=True, related_name="field_tasks", verbose_name=_("case")
    )
    area = models.ForeignKey("gridmap.Area", models.PROTECT, related_name="field_tasks", verbose_name=_("grid or area"))
    geom = models.PointField(_("position"), srid=4326, null=True, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="field_tasks", verbose_name=_("grid worker")
    )
    note = models.TextField(_("what to look for"), blank=True)
    assigned_at = models.DateTimeField(_("assigned at"))
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict.choices, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    check_in = models.PointField(_("checked in at"), srid=4326, null=True, blank=True, spatial_index=False)
    check_in_accuracy_m = models.PositiveIntegerField(_("accuracy in metres"), null=True, blank=True)
    check_in_distance_m = models.FloatField(_("distance from the place in metres"), null=True, blank=True)

    objects: ClassVar[Any] = FieldTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("field task")
        verbose_name_plural = _("field tasks")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=TaskState.values), name="task_state_known"),
            models.CheckConstraint(
                condition=~Q(state=TaskState.DONE) | Q(done_at__isnull=False, verdict__gt=""),
                name="task_done_says_what",
            ),
            models.UniqueConstraint(
                fields=["case", "kind"], condition=Q(state__in=[TaskState.ASSIGNED, TaskState.ACCEPTED]),
                name="task_one_open_a_case",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["assignee", "state", "due_at"], name="task_assignee_state"),
            models.Index(
                fields=["due_at"], name="task_to_expire",
                condition=Q(state__in=[TaskState.ASSIGNED, TaskState.ACCEPTED]),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.case or self.area}"

    def holder_of_evidence(self) -> Any:
        """The case that the task is about, if any."""
        return self.case

    def is_assigned_to(self, user: Any) -> bool:
        """Whether it is this person's task."""
        return self.assignee_id == user.pk
