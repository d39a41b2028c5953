"""What is chosen from when a ticket is logged or moved: types of demands, categories, units and their people."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases.api.described_ticket import DemandTypeSerializer, EntrySerializer, TicketCategorySerializer
from cases.api.reader import TICKET_RIGHTS, Reader
from cases.api.references import ticket_named
from cases.api.staff import ColleagueSerializer
from cases.api.subjects import SubjectView
from cases.hotline.identity import of_hotline
from cases.hotline.models import Ticket
from cases.hotline.reference import DemandType, TicketCategory
from cases.hotline.units import own_units, staff_of, units
from citygrid.accounts.models import User
from citygrid.common.api.filters import known_code
from gridmap.departments.models import Department


class _Listed(SubjectView):
    """Entries by code."""

    rights = TICKET_RIGHTS
    ordering = "code"
    ordering_fields = ("code",)

    def page(self) -> Response:
        found: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([self.shown_as(one) for one in found])

    def shown_as(self, one: Any) -> dict[str, Any]:
        """Return one entry."""
        return {"code": one.code, "name": one.label}


class DemandTypeListView(_Listed):
    """Types of demands in use."""

    queryset = DemandType.objects.none()
    serializer_class = DemandTypeSerializer

    def get_queryset(self) -> Any:
        """Return those not retired."""
        return DemandType.objects.in_force(self.reader.at)

    def shown_as(self, one: Any) -> dict[str, Any]:
        """Return one type."""
        return {
            **super().shown_as(one), "answerable": one.answerable, "withholds_identity": one.withholds_identity,
        }  # fmt: skip

    @extend_schema(operation_id="demand_types_list", responses=DemandTypeSerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer one page of types of demands."""
        return self.page()


class TicketCategoryFilters(django_filters.FilterSet):
    """Narrow the tree."""

    parent = django_filters.CharFilter(
        field_name="parent__code",
        max_length=20,
        label=_("Code of the node above."),
        validators=[known_code("ticket-categories", TicketCategory)],
    )
    q = django_filters.CharFilter(
        method="search", max_length=60, label=_("Beginning of the code, or part of the name or keywords.")
    )

    class Meta:
        model = TicketCategory
        fields: list[str] = []

    def search(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what the reader may mean."""
        named = Q(name__icontains=value) | Q(name_en__icontains=value) | Q(keywords__icontains=value)
        return queryset.filter(Q(code__istartswith=value) | named)


class TicketCategoryListView(_Listed):
    """The category tree of tickets, as far as it is in use."""

    queryset = TicketCategory.objects.none()
    serializer_class = TicketCategorySerializer
    filterset_class = TicketCategoryFilters

    def get_queryset(self) -> Any:
        """Return those not retired."""
        return TicketCategory.objects.in_force(self.reader.at).select_related("parent", "case_category", "unit")

    def shown_as(self, one: Any) -> dict[str, Any]:
        """Return one category."""
        return {
            **super().shown_as(one),
            "parent": one.parent.code if one.parent else None,
            "level": one.level,
            "case_category": one.case_category.code if one.case_category else None,
            "unit": one.unit.code if one.unit else None,
        }

    @extend_schema(operation_id="ticket_categories_list", responses=TicketCategorySerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer one page of categories."""
        return self.page()


class OfTicketFilters(django_filters.FilterSet):
    """Names the ticket for which is chosen."""

    ticket = django_filters.CharFilter(method="of", max_length=24, label=_("Number of the ticket."))

    class Meta:
        model = User
        fields: list[str] = []

    def of(self, queryset: Any, name: str, value: str) -> Any:
        """Return the people of the unit that has the ticket, for the unit itself and the hotline."""
        reader = Reader.of(self.request)
        key = ticket_named(value, self.request, name)
        ticket = Ticket.objects.visible_to(reader.user, reader.at).select_related("unit").get(pk=key)
        if not (of_hotline(reader.acting) or ticket.unit_id in own_units(reader.acting)):
            return queryset
        return staff_of(ticket.unit, reader.at)


class UnitListView(_Listed):
    """Units that a ticket can be given to."""

    queryset = Department.objects.none()
    serializer_class = EntrySerializer

    def get_queryset(self) -> Any:
        """Return street offices, departments and the platform, as far as the reader sees them."""
        return units(self.reader.acting)

    @extend_schema(operation_id="units_list", responses=EntrySerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer one page of units; the one proposed stands in the ticket."""
        return self.page()


class UnitStaffListView(_Listed):
    """People of the unit that has a ticket; without a ticket nobody."""

    queryset = User.objects.none()
    serializer_class = ColleagueSerializer
    filterset_class = OfTicketFilters
    ordering = "username"
    ordering_fields = ("username",)

    def shown_as(self, one: Any) -> dict[str, Any]:
        """Return one person."""
        return {"code": one.username, "name": str(one)}

    @extend_schema(operation_id="unit_staff_list", responses=ColleagueSerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer one page of people."""
        return self.page()
