"""``/api/v1/report-ins/``: what each called department does."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases.api import whistles_shown as shown
from cases.api.clocks import clock_shown
from cases.api.described import ExplanationSerializer, MoveSerializer
from cases.api.described_whistle import ReportInDetailSerializer, ReportInRowSerializer
from cases.api.subjects import Shown, SubjectDetail, SubjectList, SubjectMove, SubjectView, not_found
from cases.api.whistles import WHISTLE_RIGHTS, whistle_named
from cases.deadlines.explain import explain
from cases.deadlines.models import Clock
from cases.whistles.report_ins import ReportIn
from cases.whistles.states import ReportState
from citygrid.common.api.filters import flag_filter, known_code
from gridmap.departments.models import Department

REPORT_INS = Shown(
    ReportIn, "pk", rows=shown.report_rows, detail=shown.report_detail, load=shown.load_report,
    joined=lambda reports: reports.select_related(*shown.REPORT_JOINS),
).register()  # fmt: skip


class ReportInFilters(django_filters.FilterSet):
    """Narrow a list of report-ins."""

    state = django_filters.MultipleChoiceFilter(
        choices=ReportState.choices, label=gettext_lazy("State; may be repeated.")
    )
    whistle = django_filters.CharFilter(method="of_whistle", max_length=24, label=gettext_lazy("Number of a whistle."))
    department = django_filters.CharFilter(
        field_name="department__code", max_length=40, validators=[known_code("departments", Department)],
        label=gettext_lazy("Code."),
    )  # fmt: skip
    mine = flag_filter(method="waits_for_me", label=gettext_lazy("1 keeps the report-ins whose next move is yours."))

    class Meta:
        model = ReportIn
        fields: list[str] = []

    def of_whistle(self, queryset: Any, name: str, value: str) -> Any:
        """Keep those of one whistle."""
        return queryset.filter(whistle=whistle_named(value, self.request, name))

    def waits_for_me(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the reader's own work."""
        return queryset.waiting_for(self.request.reader.acting) if value == "1" else queryset


class ReportInListView(SubjectList):
    """Report-ins of the whistles one sees."""

    shown = REPORT_INS
    rights = WHISTLE_RIGHTS
    queryset = ReportIn.objects.none()
    serializer_class = ReportInRowSerializer
    filterset_class = ReportInFilters
    ordering = "-called_at"
    ordering_fields = ("called_at",)

    @extend_schema(operation_id="report_ins_list", responses=ReportInRowSerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer one page of report-ins."""
        return self.page()


class ReportInDetailView(SubjectDetail):
    """One report-in."""

    shown = REPORT_INS
    rights = WHISTLE_RIGHTS
    queryset = ReportIn.objects.none()

    @extend_schema(operation_id="report_ins_retrieve", responses=ReportInDetailSerializer)
    def get(self, request: Any, pk: int) -> Response:
        """Answer one report-in with its clocks and what you can do with it."""
        return self.show(pk)


class ReportInMoveView(SubjectMove):
    """A move of one report-in."""

    shown = REPORT_INS
    rights = WHISTLE_RIGHTS
    queryset = ReportIn.objects.none()

    @extend_schema(operation_id="report_ins_move", request=MoveSerializer, responses=ReportInDetailSerializer)
    def post(self, request: Any, pk: int, name: str) -> Response:
        """Make a move; the body holds the inputs that the action names. Answers the fresh report-in."""
        return self.move(pk, name)


class ReportInClockView(SubjectView):
    """How the time limit of a department's clock was computed."""

    rights = WHISTLE_RIGHTS

    @extend_schema(operation_id="report_ins_clocks_explain", responses=ExplanationSerializer)
    def get(self, request: Any, pk: int, clock_id: int) -> Response:
        """Answer the arithmetic line by line."""
        one = ReportIn.objects.visible_to(self.reader.user, self.reader.at).filter(pk=pk).first()
        clock = Clock.objects.of(one).filter(pk=clock_id).select_related("department").first() if one else None
        if clock is None:
            raise not_found()
        return Response({"clock": clock_shown(clock, self.reader.at), "lines": explain(clock)})
