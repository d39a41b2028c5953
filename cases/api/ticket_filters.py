"""Narrow a list of tickets; what cannot be understood is refused, never ignored."""

from __future__ import annotations

from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from cases.api.reader import Reader
from cases.api.references import about_case, in_area
from cases.hotline import identity
from cases.hotline.models import Ticket
from cases.hotline.reference import DemandType, TicketCategory
from cases.hotline.states import Channel, Level, TicketState
from cases.hotline.words import worded
from citygrid.common.api.filters import LeanFilterSet, flag_filter, known_code
from citygrid.common.errors import Invalid
from gridmap.departments.models import Department
from gridmap.registers import checks


def like_a_phone(value: str) -> None:
    """Raise ``ValidationError`` for what cannot be a phone number: nothing is looked up, nothing recorded."""
    try:
        checks.phone(value)
    except Invalid as fault:
        raise ValidationError(str(fault)) from None


class TicketFilters(LeanFilterSet):
    """The filters of ``/api/v1/tickets/``."""

    state = django_filters.MultipleChoiceFilter(
        choices=TicketState.choices, distinct=False, label=gettext_lazy("State; may be repeated.")
    )
    phone = django_filters.CharFilter(
        method="of_phone", max_length=30, validators=[like_a_phone],
        label=gettext_lazy("A caller's whole number; for the hotline, on record."),
    )  # fmt: skip
    caller = django_filters.NumberFilter(
        method="of_caller", decimal_places=0, min_value=1, max_value=2**63 - 1,
        label=gettext_lazy("Key of a caller; for the hotline."),
    )  # fmt: skip
    unit = django_filters.CharFilter(
        field_name="unit__code", max_length=40, validators=[known_code("units", Department)],
        label=gettext_lazy("Code of the unit."),
    )  # fmt: skip
    demand_type = django_filters.CharFilter(
        field_name="demand_type__code", max_length=20, validators=[known_code("demand-types", DemandType)],
        label=gettext_lazy("Code."),
    )  # fmt: skip
    category = django_filters.CharFilter(
        field_name="category__code", max_length=20, validators=[known_code("ticket-categories", TicketCategory)],
        label=gettext_lazy("Code."),
    )  # fmt: skip
    level = django_filters.MultipleChoiceFilter(
        choices=Level.choices, distinct=False, label=gettext_lazy("Level; may be repeated.")
    )
    channel = django_filters.MultipleChoiceFilter(
        choices=Channel.choices, distinct=False, label=gettext_lazy("Channel; may be repeated.")
    )
    case = django_filters.CharFilter(method="of_case", max_length=24, label=gettext_lazy("Number of a case."))
    area = django_filters.CharFilter(
        method="in_area", max_length=40, label=gettext_lazy("Code of an area; all below it is included.")
    )
    q = django_filters.CharFilter(
        method="search", max_length=100, label=gettext_lazy("Beginning of the number, or part of the text or address.")
    )
    received_after = django_filters.IsoDateTimeFilter(
        field_name="received_at", lookup_expr="gte", label=gettext_lazy("Received at or after this time.")
    )
    received_before = django_filters.IsoDateTimeFilter(
        field_name="received_at", lookup_expr="lt", label=gettext_lazy("Received before this time.")
    )
    mine = flag_filter(method="waits_for_me", label=gettext_lazy("1 keeps the tickets whose next move is yours."))

    class Meta:
        model = Ticket
        fields: list[str] = []

    @property
    def reader(self) -> Reader:
        """Who asks."""
        return Reader.of(self.request)

    def of_phone(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the tickets of callers with this number. Raises ``NotAllowed`` outside the hotline."""
        callers = identity.look_up(phone=value, by=self.reader.user, at=self.reader.at)
        return queryset.filter(caller__in=[one.pk for one in callers])

    def of_caller(self, queryset: Any, name: str, value: Any) -> Any:
        """Keep one caller's; who calls is the hotline's knowledge alone."""
        return queryset.filter(caller=value) if identity.of_hotline(self.reader.acting) else queryset.none()

    def of_case(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the tickets about a case."""
        return about_case(queryset, value, self.request, name)

    def in_area(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what lies in an area."""
        return in_area(queryset, value, name)

    def search(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what the reader may mean."""
        return worded(queryset, value, self.reader.acting)

    def waits_for_me(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the reader's own work."""
        return queryset.waiting_for(self.reader.acting) if value == "1" else queryset
