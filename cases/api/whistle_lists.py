"""The lists that inputs of whistles refer to: kinds, departments that can be named, departments that are named."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases.api import named
from cases.api.described_whistle import CallableDepartmentSerializer, WhistleKindSerializer
from cases.api.reader import Reader
from cases.api.subjects import SubjectView
from cases.api.whistles import WHISTLE_RIGHTS, whistle_named
from cases.whistles.calls import WhistleCall
from cases.whistles.kinds import WhistleKind
from cases.whistles.wiring import callable_departments
from citygrid.accounts.roles import Role
from citygrid.common.api.filters import flag_filter
from gridmap.departments.models import Department


def kind_shown(kind: WhistleKind) -> dict[str, Any]:
    """Return a kind with its rights and limits."""
    return {
        "code": kind.code,
        "name": kind.label,
        "at_once": kind.at_once,
        "meant_for": named.in_readers_language(kind.meant_for, kind.meant_for_en),
        "blown_by": [{"role": role, "label": str(Role(role).label)} for role in kind.blown_by],
        "takes_appointment": kind.takes_appointment,
        "absent_by": kind.absent_by,
        "grace_minutes": kind.grace_minutes,
        "arrive_metres": kind.arrive_metres,
        "review": {"value": float(kind.review_value), "unit": kind.review_unit},
        "limits": [
            {"clock": row.clock, "value": float(row.value), "unit": row.unit}
            for row in sorted(kind.limits.all(), key=lambda row: row.pk)
        ],
    }


class WhistleKindListView(SubjectView):
    """Kinds of whistles."""

    rights = WHISTLE_RIGHTS
    queryset = WhistleKind.objects.all()
    serializer_class = WhistleKindSerializer
    ordering = "position"
    ordering_fields = ("position",)

    @extend_schema(operation_id="whistle_kinds_list", responses=WhistleKindSerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer the kinds in force, with their limits and who may blow them."""
        kinds: Any = self.paginate_queryset(WhistleKind.objects.in_force(self.reader.at).prefetch_related("limits"))
        return self.get_paginated_response([kind_shown(kind) for kind in kinds])


class CallableFilters(django_filters.FilterSet):
    """Narrow the list of departments that a whistle may name."""

    q = django_filters.CharFilter(
        method="search", max_length=100, label=_("Beginning of the code, or part of the name.")
    )
    across = flag_filter(method="everywhere", label=_("1 adds the units of other districts."))

    class Meta:
        model = Department
        fields: list[str] = []

    def filter_queryset(self, queryset: Any) -> Any:
        """Apply the filters; unless asked for, other districts are left out."""
        if self.form.cleaned_data.get("across") != "1":
            reader = Reader.of(self.request)
            queryset = queryset.filter(pk__in=Department.objects.visible_to(reader.user, reader.at).values("pk"))
        return super().filter_queryset(queryset)

    def search(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what the reader may mean."""
        return queryset.filter(Q(name__icontains=value) | Q(name_en__icontains=value) | Q(code__istartswith=value))

    def everywhere(self, queryset: Any, name: str, value: str) -> Any:
        """Nothing to narrow: see :meth:`filter_queryset`."""
        return queryset


class _Departments(SubjectView):
    """Departments by code."""

    rights = WHISTLE_RIGHTS
    queryset = Department.objects.none()
    serializer_class = CallableDepartmentSerializer
    ordering = "code"
    ordering_fields = ("code",)

    def page(self) -> Response:
        rows: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        shown = [{"code": one.code, "name": one.label, "area": named.area(one.area_served)} for one in rows]
        return self.get_paginated_response(shown)


class CallableDepartmentListView(_Departments):
    """Departments that a whistle may name."""

    filterset_class = CallableFilters

    def get_queryset(self) -> Any:
        """Return all in force, for who may whistle."""
        return callable_departments(self.reader.user, self.reader.at).select_related("area_served")

    @extend_schema(operation_id="whistle_departments_list", responses=CallableDepartmentSerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer one page of departments that a whistle may name."""
        return self.page()


class NamedFilters(django_filters.FilterSet):
    """Choose the whistle."""

    whistle = django_filters.CharFilter(method="of_whistle", max_length=24, label=_("Number."))

    class Meta:
        model = Department
        fields: list[str] = []

    def filter_queryset(self, queryset: Any) -> Any:
        """Apply the filter; of no whistle there are none."""
        return super().filter_queryset(queryset if self.form.cleaned_data.get("whistle") else queryset.none())

    def of_whistle(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the departments that the whistle names."""
        whistle = whistle_named(value, self.request, name)
        return queryset.filter(pk__in=WhistleCall.objects.filter(whistle=whistle).values("department"))


class CalledDepartmentListView(_Departments):
    """Departments that a whistle names."""

    filterset_class = NamedFilters

    def get_queryset(self) -> Any:
        """Return all; the filter keeps those of one whistle that the reader sees."""
        return Department.objects.select_related("area_served")

    @extend_schema(operation_id="called_departments_list", responses=CallableDepartmentSerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer the departments that a whistle names."""
        return self.page()
