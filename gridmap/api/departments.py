"""``/api/v1/departments/``: those that serve one's own area or the whole of which it is a part."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView

from citygrid.accounts.permissions import Perm
from citygrid.common import clock
from citygrid.common.api.filters import flag_filter, known_code
from gridmap.api.permissions import SIGNED_IN_WITH_RIGHT
from gridmap.api.serializers import DepartmentDetailSerializer, DepartmentSerializer
from gridmap.areas.models import Area
from gridmap.departments.models import Department, DepartmentKind


class DepartmentFilters(django_filters.FilterSet):
    """Narrow a list of departments."""

    kind = django_filters.ChoiceFilter(choices=DepartmentKind.choices, label=_("What sort of body."))
    parent = django_filters.CharFilter(
        field_name="parent__code",
        max_length=40,
        validators=[known_code("departments", Department)],
        label=_("Code of the department above."),
    )
    area = django_filters.CharFilter(
        field_name="area_served__code",
        max_length=40,
        validators=[known_code("areas", Area)],
        label=_("Code of the area served."),
    )
    q = django_filters.CharFilter(
        method="search", max_length=100, label=_("Beginning of the code, or part of the name.")
    )
    retired = flag_filter(method="with_retired", label=_("1 adds departments that were closed."))

    class Meta:
        model = Department
        fields: list[str] = []

    def filter_queryset(self, queryset: Any) -> Any:
        """Apply the filters; unless asked for, closed departments are left out."""
        if self.form.cleaned_data.get("retired") != "1":
            queryset = queryset.in_force(clock.now())
        return super().filter_queryset(queryset)

    def search(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what the reader may mean."""
        named = Q(name__icontains=value) | Q(short_name__icontains=value) | Q(name_en__icontains=value)
        return queryset.filter(named | Q(code__istartswith=value))

    def with_retired(self, queryset: Any, name: str, value: str) -> Any:
        """Nothing to narrow: see :meth:`filter_queryset`."""
        return queryset


class _Departments(GenericAPIView[Department]):
    """Departments one may see."""

    permission_classes = SIGNED_IN_WITH_RIGHT
    right = Perm.DEPARTMENT_VIEW
    queryset = Department.objects.all()

    def get_queryset(self) -> Any:
        """Return the departments one may see."""
        return Department.objects.visible_to(self.request.user).select_related("parent", "area_served")


class DepartmentListView(_Departments, ListAPIView[Department]):
    """Departments one may see, by code."""

    serializer_class = DepartmentSerializer
    filterset_class = DepartmentFilters
    ordering = "code"
    ordering_fields = ("code", "name")

    @extend_schema(operation_id="departments_list")
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer one page of departments."""
        return super().get(request, *args, **kwargs)


class DepartmentDetailView(_Departments, RetrieveAPIView[Department]):
    """One department, also a closed one."""

    serializer_class = DepartmentDetailSerializer
    lookup_field = "code"

    def get_queryset(self) -> Any:
        """Return them with their visible children."""
        children = Department.objects.visible_to(self.request.user).in_force(clock.now()).order_by("code")
        return super().get_queryset().prefetch_related(Prefetch("children", children))

    @extend_schema(operation_id="departments_retrieve")
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer one department."""
        return super().get(request, *args, **kwargs)
