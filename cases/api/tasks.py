"""``/api/v1/field-tasks/``: what grid workers are asked to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from cases.api import named
from cases.api.children import task
from cases.api.described import MoveSerializer, TaskDetailSerializer, TaskSerializer
from cases.api.moves import actions_of, whose_turn
from cases.api.reader import Reader
from cases.api.references import about_case, referred
from cases.api.subjects import Shown, SubjectDetail, SubjectList, SubjectMove
from cases.fieldwork.models import FieldTask
from cases.fieldwork.services import send_on_patrol
from cases.fieldwork.states import TaskKind, TaskState
from citygrid.common.api.filters import flag_filter, no_such
from citygrid.common.errors import Invalid
from citygrid.common.idempotency import IdempotentMixin
from gridmap.areas.models import Area, Level


def _row(one: FieldTask) -> dict[str, Any]:
    return {
        **task(one),
        "case": one.case.number if one.case else None,
        "area": named.area(one.area),
        "position": named.point(one.geom),
        "note": one.note,
        "check_in": named.point(one.check_in),
        "check_in_distance_m": one.check_in_distance_m,
    }


def _rows(tasks: Sequence[FieldTask], reader: Reader) -> list[dict[str, Any]]:
    return [_row(one) for one in tasks]


def _detail(one: FieldTask, reader: Reader) -> dict[str, Any]:
    around = one.area.parent if one.area.level == Level.GRID and one.area.parent else one.area
    return {
        **_row(one),
        "whose_turn": whose_turn(one),
        "actions": actions_of(one, reader.acting, {"area": around.code}),
    }


def _load(reader: Reader, **key: Any) -> FieldTask | None:
    tasks = FieldTask.objects.visible_to(reader.user, reader.at).filter(**key)
    found: FieldTask | None = tasks.select_related("case", "area__parent", "assignee").first()
    return found


TASKS = Shown(
    FieldTask, "pk", rows=_rows, detail=_detail, load=_load,
    joined=lambda tasks: tasks.select_related("case", "area", "assignee"),
).register()  # fmt: skip


class TaskFilters(django_filters.FilterSet):
    """Narrow a list of field tasks."""

    state = django_filters.MultipleChoiceFilter(
        choices=TaskState.choices, label=gettext_lazy("State; may be repeated.")
    )
    kind = django_filters.ChoiceFilter(choices=TaskKind.choices, label=gettext_lazy("Kind."))
    case = django_filters.CharFilter(method="about", max_length=24, label=gettext_lazy("Number of a case."))
    mine = flag_filter(method="waits_for_me", label=gettext_lazy("1 keeps the tasks that you still have to do."))

    class Meta:
        model = FieldTask
        fields: list[str] = []

    def about(self, queryset: Any, name: str, value: str) -> Any:
        """Keep those of one case."""
        return about_case(queryset, value, self.request, name)

    def waits_for_me(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the reader's own work."""
        return queryset.waiting().filter(assignee=self.request.user.pk) if value == "1" else queryset


class PatrolSerializer(serializers.Serializer[Any]):
    """A patrol to be sent."""

    area = serializers.CharField(max_length=40, help_text="Code of the area to walk through.")
    worker = serializers.CharField(max_length=150, help_text="code of an entry of /api/v1/grid-workers/.")
    note = serializers.CharField(required=False, allow_blank=True, max_length=1000, default="")
    due_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class TaskListView(IdempotentMixin, SubjectList):
    """Field tasks of one's areas, and one's own."""

    shown = TASKS
    queryset = FieldTask.objects.none()
    serializer_class = TaskSerializer
    filterset_class = TaskFilters
    ordering = "-assigned_at"
    ordering_fields = ("assigned_at",)

    @extend_schema(operation_id="field_tasks_list", responses=TaskSerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer one page of field tasks."""
        return self.page()

    @extend_schema(operation_id="field_tasks_create", request=PatrolSerializer, responses={201: TaskDetailSerializer})
    def post(self, request: Any) -> Response:
        """Send a grid worker on patrol. Verifications and checks are sent by moves of the case."""
        body = PatrolSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given, reader = body.validated_data, self.reader
        area = Area.objects.visible_to(reader.user, reader.at).in_force(reader.at).filter(code=given["area"]).first()
        if area is None:
            fault = no_such(given["area"], "areas")
            raise Invalid(fault, fields={"area": [fault]})
        worker = referred("worker", "grid-workers", given["worker"], reader)
        sent = send_on_patrol(
            area=area, worker=worker, note=given["note"], due_at=given["due_at"], by=reader.user, at=reader.at
        )
        return Response(self.shown.find(reader, pk=sent.pk), status=201)


class TaskDetailView(SubjectDetail):
    """One field task."""

    shown = TASKS
    queryset = FieldTask.objects.none()

    @extend_schema(operation_id="field_tasks_retrieve", responses=TaskDetailSerializer)
    def get(self, request: Any, pk: int) -> Response:
        """Answer one field task with what you can do with it."""
        return self.show(pk)


class TaskMoveView(SubjectMove):
    """A move of one field task."""

    shown = TASKS
    queryset = FieldTask.objects.none()

    @extend_schema(operation_id="field_tasks_move", request=MoveSerializer, responses=TaskDetailSerializer)
    def post(self, request: Any, pk: int, name: str) -> Response:
        """Make a move; the body holds the inputs that the action names. Answers the fresh task."""
        return self.move(pk, name)
