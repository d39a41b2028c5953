"""``/api/v1/filing-conditions/``: when a problem is filed, by when it must be handled, when it may be closed."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from cases.api.named import in_readers_language
from cases.catalogue.conditions import FilingCondition
from cases.catalogue.models import Category
from cases.deadlines.limits import LimitUnit
from citygrid.accounts.permissions import Perm
from citygrid.common import clock
from citygrid.common.api.filters import known_code
from gridmap.api.permissions import SIGNED_IN_WITH_RIGHT


class ConditionLimitSerializer(serializers.Serializer[Any]):
    """A time limit of a condition."""

    area_class = serializers.CharField(help_text="Empty: wherever no limit of its own is given.")
    stage = serializers.IntegerField()
    stage_name = serializers.CharField()
    value = serializers.FloatField()
    unit = serializers.ChoiceField(choices=LimitUnit.choices)


class ConditionSerializer(serializers.Serializer[FilingCondition]):
    """A filing condition in force."""

    id = serializers.IntegerField()
    code = serializers.CharField(help_text="Lasting name, the same for all versions.")
    version = serializers.IntegerField()
    category = serializers.CharField(source="category.code")
    text = serializers.SerializerMethodField()
    closing_text = serializers.SerializerMethodField()
    supervising_body = serializers.CharField()
    responsible_body = serializers.CharField()
    limits = ConditionLimitSerializer(many=True)

    def get_text(self, condition: FilingCondition) -> str:
        """Return when it is filed, in the reader's language."""
        return in_readers_language(condition.text, condition.text_en)

    def get_closing_text(self, condition: FilingCondition) -> str:
        """Return when it may be closed, in the reader's language."""
        return in_readers_language(condition.closing_text, condition.closing_text_en)


class ConditionFilters(django_filters.FilterSet):
    """Narrow a list of filing conditions."""

    category = django_filters.CharFilter(
        field_name="category__code",
        max_length=40,
        validators=[known_code("categories", Category)],
        label=_("Code of the category."),
    )
    q = django_filters.CharFilter(
        method="search", max_length=100, label=_("Beginning of the code, or part of the text.")
    )

    class Meta:
        model = FilingCondition
        fields: list[str] = []

    def search(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what the reader may mean."""
        named = Q(text__icontains=value) | Q(text_en__icontains=value)
        return queryset.filter(named | Q(code__istartswith=value))


class ConditionListView(ListAPIView[FilingCondition]):
    """Filing conditions in force, by code."""

    permission_classes = SIGNED_IN_WITH_RIGHT
    right = Perm.CATALOGUE_VIEW
    queryset = FilingCondition.objects.select_related("category").prefetch_related("limits")
    serializer_class = ConditionSerializer
    filterset_class = ConditionFilters
    ordering = "code"
    ordering_fields = ("code",)

    def get_queryset(self) -> Any:
        """Return those in force now."""
        conditions: Any = super().get_queryset()
        return conditions.in_force(clock.now())

    @extend_schema(operation_id="filing_conditions_list")
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer one page of filing conditions."""
        return super().get(request, *args, **kwargs)
