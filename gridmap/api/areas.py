"""``/api/v1/areas/``: the tree and the facts of one area, both only of one's own area and below."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Count, IntegerField, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView

from citygrid.accounts.permissions import Perm
from citygrid.common import clock
from citygrid.common.api.filters import flag_filter, known_code
from gridmap.api.permissions import SIGNED_IN_WITH_RIGHT
from gridmap.api.serializers import AreaDetailSerializer, AreaSerializer
from gridmap.areas.models import Area, AreaLink, AreaVersion, Level


class AreaFilters(django_filters.FilterSet):
    """Narrow a list of areas."""

    level = django_filters.ChoiceFilter(choices=Level.choices, label=_("Level."))
    parent = django_filters.CharFilter(
        method="below",
        max_length=40,
        validators=[known_code("areas", Area)],
        label=_("Code of the area above: with level at any depth, without it the areas directly below."),
    )
    q = django_filters.CharFilter(
        method="search", max_length=100, label=_("Beginning of the code, or part of the name.")
    )
    retired = flag_filter(method="with_retired", label=_("1 adds areas that were abolished."))

    class Meta:
        model = Area
        fields: list[str] = []

    def filter_queryset(self, queryset: Any) -> Any:
        """Apply the filters; unless asked for, abolished areas are left out."""
        if self.form.cleaned_data.get("retired") != "1":
            queryset = queryset.in_force(clock.now())
        return super().filter_queryset(queryset)

    def below(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what hangs below an area."""
        if not self.form.cleaned_data.get("level"):
            return queryset.filter(parent__code=value)
        links = AreaLink.objects.filter(ancestor__code=value, depth__gt=0)
        return queryset.filter(pk__in=links.values("descendant"))

    def search(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what the reader may mean."""
        named = Q(name__icontains=value) | Q(name_en__icontains=value)
        return queryset.filter(named | Q(code__istartswith=value))

    def with_retired(self, queryset: Any, name: str, value: str) -> Any:
        """Nothing to narrow: see :meth:`filter_queryset`."""
        return queryset


class _Areas(GenericAPIView[Area]):
    """Areas one may see, each with the number of areas directly below it."""

    permission_classes = SIGNED_IN_WITH_RIGHT
    right = Perm.AREA_VIEW
    queryset = Area.objects.all()

    def get_queryset(self) -> Any:
        """Return them; strangers' areas are not there."""
        at = clock.now()
        children = Area.objects.in_force(at).filter(parent=OuterRef("pk")).order_by().values("parent")
        count = Coalesce(Subquery(children.values(n=Count("pk")), output_field=IntegerField()), 0)
        return Area.objects.visible_to(self.request.user, at).select_related("parent").annotate(child_count=count)


class AreaListView(_Areas, ListAPIView[Area]):
    """Areas of one's own area and below, by code."""

    serializer_class = AreaSerializer
    filterset_class = AreaFilters
    ordering = "code"
    ordering_fields = ("code", "name")

    @extend_schema(operation_id="areas_list")
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer one page of areas."""
        return super().get(request, *args, **kwargs)


class AreaDetailView(_Areas, RetrieveAPIView[Area]):
    """One area, also one that was abolished: old cases name it."""

    serializer_class = AreaDetailSerializer
    lookup_field = "code"

    def get_queryset(self) -> Any:
        """Return the areas with what the facts need."""
        in_force = AreaVersion.objects.in_force(clock.now()).defer("geom", "geom_far")
        return (
            super()
            .get_queryset()
            .select_related("grid__responsible_department")
            .prefetch_related(Prefetch("versions", in_force, to_attr="outlines"))
        )

    def get_object(self) -> Any:
        """Return the area with its path, its counts and the outline in force."""
        area: Any = super().get_object()
        above = Area.objects.filter(links_down__descendant=area, links_down__depth__gt=0)
        area.path = list(above.order_by("-links_down__depth"))
        below = Area.objects.in_force(clock.now()).below(area, itself=False).order_by()
        area.below = dict(below.values_list("level").annotate(n=Count("pk")))
        area.outline = area.outlines[0] if area.outlines else None
        return area

    @extend_schema(operation_id="areas_retrieve")
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer one area."""
        return super().get(request, *args, **kwargs)
