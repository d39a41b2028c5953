"""Narrow a list of cases; what cannot be understood is refused, never ignored."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy

from cases.api.reader import Reader
from cases.api.references import in_area
from cases.casework.models import Case
from cases.casework.states import Source, State
from cases.casework.words import worded
from cases.catalogue.models import Category
from cases.deadlines.lamps import Lamp
from citygrid.common.api.filters import LeanFilterSet, flag_filter, no_such
from citygrid.common.api.refusals import Malformed
from gridmap.departments.models import Department
from gridmap.spatial import within_bbox

_BBOX = gettext_lazy("Give the window as west,south,east,north in degrees, for example 120.1,27.2,120.3,27.4.")


class CaseFilters(LeanFilterSet):
    """The filters of ``/api/v1/cases/``."""

    state = django_filters.MultipleChoiceFilter(
        choices=State.choices, distinct=False, label=gettext_lazy("State; may be repeated.")
    )
    area = django_filters.CharFilter(
        method="in_area", max_length=40, label=gettext_lazy("Code of an area; all below it is included.")
    )
    category = django_filters.CharFilter(method="of_category", max_length=40, label=gettext_lazy("Code."))
    department = django_filters.CharFilter(
        method="of_department", max_length=40, label=gettext_lazy("Code of the lead department.")
    )
    lamp = django_filters.ChoiceFilter(
        choices=Lamp.choices, method="lit", label=gettext_lazy("Worst lamp of the running clocks.")
    )
    source = django_filters.MultipleChoiceFilter(
        choices=Source.choices, distinct=False, label=gettext_lazy("Source; may be repeated.")
    )
    q = django_filters.CharFilter(
        method="search", max_length=100,
        label=gettext_lazy("Beginning of the number, part of a text, or a whole number of an older system."),
    )  # fmt: skip
    reported_after = django_filters.IsoDateTimeFilter(
        field_name="reported_at", lookup_expr="gte", label=gettext_lazy("Reported at or after this time.")
    )
    reported_before = django_filters.IsoDateTimeFilter(
        field_name="reported_at", lookup_expr="lt", label=gettext_lazy("Reported before this time.")
    )
    bbox = django_filters.CharFilter(
        method="in_window", max_length=200, label=gettext_lazy("west,south,east,north in degrees.")
    )
    mine = flag_filter(method="waits_for_me", label=gettext_lazy("1 keeps the cases whose next move is yours."))

    class Meta:
        model = Case
        fields: list[str] = []

    @property
    def reader(self) -> Reader:
        """Who asks."""
        return Reader.of(self.request)

    def in_area(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what lies in an area that the reader sees or that lies above what the reader sees."""
        return in_area(queryset, value, name)

    def of_category(self, queryset: Any, name: str, value: str) -> Any:
        """Keep one category's."""
        found = Category.objects.filter(code=value).values_list("pk", flat=True).first()
        if found is None:
            raise _unknown(name, value, "categories")
        return queryset.filter(category=found)

    def of_department(self, queryset: Any, name: str, value: str) -> Any:
        """Keep those that a department leads."""
        found = Department.objects.filter(code=value).values_list("pk", flat=True).first()
        if found is None:
            raise _unknown(name, value, "departments")
        return queryset.filter(lead_department=found)

    def lit(self, queryset: Any, name: str, value: str) -> Any:
        """Keep one lamp's."""
        return queryset.lit(value, self.reader.at)

    def search(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what the reader may mean; what looks like a number is looked up as one."""
        return worded(queryset, value)

    def in_window(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what lies in a window of the map."""
        try:
            west, south, east, north = (float(part) for part in value.split(","))
        except ValueError:
            raise Malformed(str(_BBOX), fields={name: [str(_BBOX)]}) from None
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise Malformed(str(_BBOX), fields={name: [str(_BBOX)]})
        return within_bbox(queryset, west, south, east, north)

    def waits_for_me(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the reader's own work."""
        return queryset.waiting_for(self.reader.acting) if value == "1" else queryset


def _unknown(name: str, value: str, listed: str) -> Malformed:
    fault = no_such(value, listed)
    return Malformed(fault, fields={name: [fault]})
