"""``/api/v1/grid-workers/`` and ``/api/v1/handlers/``: whom one can choose for a piece of work."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from cases.api.reader import Reader
from cases.api.subjects import SubjectView
from cases.casework.staff import grid_workers, handlers
from citygrid.accounts.models import User
from citygrid.common.api.filters import known_code
from gridmap.areas.models import Area
from gridmap.departments.models import Department


class ColleagueSerializer(serializers.Serializer[Any]):
    """A person that can be chosen."""

    code = serializers.CharField(help_text="The login name; this is what an input takes.")
    name = serializers.CharField()


class GridWorkerFilters(django_filters.FilterSet):
    """Narrow the list of grid workers."""

    area = django_filters.CharFilter(
        method="along",
        max_length=40,
        validators=[known_code("areas", Area)],
        label=_("Code of an area: those in it, below it, or above it."),
    )

    class Meta:
        model = User
        fields: list[str] = []

    def along(self, queryset: Any, name: str, value: str) -> Any:
        """Keep those around an area."""
        return queryset.filter(pk__in=grid_workers(Reader.of(self.request).acting, value).values("pk"))


class HandlerFilters(django_filters.FilterSet):
    """Narrow the list of handlers."""

    department = django_filters.CharFilter(
        method="of",
        max_length=40,
        validators=[known_code("departments", Department)],
        label=_("Code of one of your departments."),
    )

    class Meta:
        model = User
        fields: list[str] = []

    def of(self, queryset: Any, name: str, value: str) -> Any:
        """Keep those of a department."""
        return queryset.filter(pk__in=handlers(Reader.of(self.request).acting, value).values("pk"))


class _Colleagues(SubjectView):
    """People by login name."""

    queryset = User.objects.none()
    serializer_class = ColleagueSerializer
    ordering = "username"
    ordering_fields = ("username",)

    def page(self) -> Response:
        people: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([{"code": one.username, "name": str(one)} for one in people])


class GridWorkerListView(_Colleagues):
    """Grid workers on duty in one's reach."""

    filterset_class = GridWorkerFilters

    def get_queryset(self) -> Any:
        """Return those of the own areas, and of the community around one's own grid."""
        return grid_workers(self.reader.acting)

    @extend_schema(operation_id="grid_workers_list", responses=ColleagueSerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer one page of grid workers."""
        return self.page()


class HandlerListView(_Colleagues):
    """Handlers and clerks of one's departments."""

    filterset_class = HandlerFilters

    def get_queryset(self) -> Any:
        """Return those of the reader's own departments."""
        return handlers(self.reader.acting)

    @extend_schema(operation_id="handlers_list", responses=ColleagueSerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer one page of handlers."""
        return self.page()
