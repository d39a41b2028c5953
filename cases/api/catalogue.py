"""``/api/v1/categories/`` and ``/api/v1/standards/``: the same for everybody who may see the catalogue."""

from __future__ import annotations

from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView

from cases.catalogue.models import Category, CategoryKind, CategoryStandard
from citygrid.accounts.permissions import Perm
from citygrid.common import clock
from citygrid.common.api.filters import flag_filter, known_code
from gridmap.api.permissions import SIGNED_IN_WITH_RIGHT


def _in_readers_language(name: str, name_en: str) -> str:
    return name_en if name_en and get_language() == "en" else name


class StandardSerializer(serializers.Serializer[CategoryStandard]):
    """A published list of categories."""

    key = serializers.CharField(help_text="Begins the codes of its categories.")
    code = serializers.CharField()
    name = serializers.SerializerMethodField()
    extends = serializers.CharField(source="extends.key", default=None, allow_null=True)
    in_use = serializers.BooleanField(help_text="New cases may use it.")

    def get_name(self, standard: CategoryStandard) -> str:
        """Return the name in the reader's language."""
        return _in_readers_language(standard.name, standard.name_en)


class CategorySerializer(serializers.Serializer[Category]):
    """A minor category of components or events."""

    code = serializers.CharField()
    standard = serializers.CharField(source="standard.key")
    kind = serializers.ChoiceField(choices=CategoryKind.choices)
    major_code = serializers.CharField()
    major_name = serializers.SerializerMethodField()
    minor_code = serializers.CharField()
    name = serializers.CharField(source="label")
    retired_at = serializers.DateTimeField(allow_null=True)

    def get_major_name(self, category: Category) -> str:
        """Return the major category's name in the reader's language."""
        return _in_readers_language(category.major_name, category.major_name_en)


def _known_standard(value: str) -> None:
    known = dict(CategoryStandard.objects.order_by("key").values_list("key", "code"))
    if value not in known and value not in known.values():
        sentence = _("%(name)s cannot be “%(given)s”. Use one of: %(allowed)s.")
        raise ValidationError(sentence % {"name": "standard", "given": value, "allowed": ", ".join(known) or "–"})


class CategoryFilters(django_filters.FilterSet):
    """Narrow a list of categories."""

    standard = django_filters.CharFilter(
        method="of_standard", max_length=40, validators=[_known_standard], label=_("Key or code of the standard.")
    )
    kind = django_filters.ChoiceFilter(choices=CategoryKind.choices, label=_("Components or events."))
    major = django_filters.CharFilter(
        field_name="major_code",
        max_length=2,
        validators=[known_code("categories", Category, "major_code")],
        label=_("Code of the major category."),
    )
    q = django_filters.CharFilter(
        method="search", max_length=100, label=_("Beginning of the code, or part of the name.")
    )
    retired = flag_filter(method="with_retired", label=_("1 adds categories that were retired."))

    class Meta:
        model = Category
        fields: list[str] = []

    def filter_queryset(self, queryset: Any) -> Any:
        """Apply the filters; unless asked for, retired categories are left out."""
        if self.form.cleaned_data.get("retired") != "1":
            queryset = queryset.in_force(clock.now())
        return super().filter_queryset(queryset)

    def of_standard(self, queryset: Any, name: str, value: str) -> Any:
        """Keep one standard's."""
        return queryset.filter(Q(standard__key=value) | Q(standard__code=value))

    def search(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what the reader may mean."""
        named = Q(name__icontains=value) | Q(name_en__icontains=value)
        named |= Q(major_name__icontains=value) | Q(major_name_en__icontains=value)
        return queryset.filter(named | Q(code__istartswith=value))

    def with_retired(self, queryset: Any, name: str, value: str) -> Any:
        """Nothing to narrow: see :meth:`filter_queryset`."""
        return queryset


class CategoryListView(ListAPIView[Category]):
    """Categories, by code."""

    permission_classes = SIGNED_IN_WITH_RIGHT
    right = Perm.CATALOGUE_VIEW
    queryset = Category.objects.select_related("standard")
    serializer_class = CategorySerializer
    filterset_class = CategoryFilters
    ordering = "code"
    ordering_fields = ("code", "name")

    @extend_schema(operation_id="categories_list")
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer one page of categories."""
        return super().get(request, *args, **kwargs)


class CategoryDetailView(RetrieveAPIView[Category]):
    """One category, also a retired one: old cases name it."""

    permission_classes = SIGNED_IN_WITH_RIGHT
    right = Perm.CATALOGUE_VIEW
    queryset = Category.objects.select_related("standard")
    serializer_class = CategorySerializer
    lookup_field = "code"

    @extend_schema(operation_id="categories_retrieve")
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer one category."""
        return super().get(request, *args, **kwargs)


class StandardListView(ListAPIView[CategoryStandard]):
    """The standards, by key."""

    permission_classes = SIGNED_IN_WITH_RIGHT
    right = Perm.CATALOGUE_VIEW
    queryset = CategoryStandard.objects.select_related("extends")
    serializer_class = StandardSerializer
    ordering = "key"
    ordering_fields = ("key", "code")

    @extend_schema(operation_id="standards_list")
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer one page of standards."""
        return super().get(request, *args, **kwargs)
