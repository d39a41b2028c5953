"""Administration of the hotline's reference data: types of demands, categories, grounds of exclusion, limits."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.catalogue.admin import CatalogueAdmin, InUse
from cases.hotline.limits import CLOCKS, set_limit
from cases.hotline.maintain import COLUMNS, add_entry, change_entry, restore_entry, retire_entry
from cases.hotline.reference import DemandType, ExclusionReason, TicketCategory, TicketLimit
from citygrid.common import clock
from citygrid.common.admin_actions import ask_then_do


class EntryAdmin(CatalogueAdmin):
    """Entries with a lasting code; retired, never deleted."""

    search_fields = ["code", "name", "name_en"]
    ordering = ["code"]
    actions = ["retire", "restore"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Codes are for life."""
        return ["code"] if obj else []

    @admin.display(description=gettext_lazy("in use"), boolean=True)
    def in_use(self, entry: Any) -> bool:
        """Whether it is not retired."""
        return entry.retired_at is None or entry.retired_at > clock.now()

    def write(self, obj: Any, *, stored: Any, form: Any, by: Any, at: datetime) -> Any:
        """Add or change the entry."""
        columns = {name: getattr(obj, name) for name in COLUMNS[self.model]}
        if stored is None:
            return add_entry(model=self.model, code=obj.code, at=at, by=by, **columns)
        return change_entry(entry=stored, at=at, by=by, **columns)

    @admin.action(description=gettext_lazy("Retire the chosen entries"), permissions=["change"])
    def retire(self, request: HttpRequest, queryset: Any) -> Any:
        """Offer them for new tickets no more."""
        return ask_then_do(
            self, request, queryset, name="retire",
            question=_("Retire these entries? Tickets keep them; new tickets cannot use them."),
            do=lambda entry: retire_entry(entry=entry, at=clock.now(), by=request.user),
        )  # fmt: skip

    @admin.action(description=gettext_lazy("Take the chosen entries back into use"), permissions=["change"])
    def restore(self, request: HttpRequest, queryset: Any) -> Any:
        """Offer them again."""
        return ask_then_do(
            self, request, queryset, name="restore", question=_("Take these entries back into use?"),
            do=lambda entry: restore_entry(entry=entry, at=clock.now(), by=request.user),
        )  # fmt: skip


@admin.register(DemandType)
class DemandTypeAdmin(EntryAdmin):
    """What people want: which may be answered at once, which go out without the caller's identity."""

    list_display = ["code", "name", "answerable", "withholds_identity", "in_use"]
    list_display_links = ["code", "name"]
    list_filter = [InUse]
    fields = ["code", "name", "name_en", "answerable", "withholds_identity"]


@admin.register(TicketCategory)
class TicketCategoryAdmin(EntryAdmin):
    """The hotline's own tree: the case category, the level and the unit to which each leads."""

    list_display = ["code", "name", "parent", "case_category", "level", "unit", "in_use"]
    list_display_links = ["code", "name"]
    list_filter = [InUse, "level"]
    list_select_related = ["parent", "case_category", "unit"]
    autocomplete_fields = ["parent", "case_category", "unit"]
    fields = ["code", "name", "name_en", "parent", "case_category", "level", "unit", "keywords"]


@admin.register(ExclusionReason)
class ExclusionReasonAdmin(EntryAdmin):
    """On what ground a ticket may be left out of the scores."""

    list_display = ["code", "name", "in_use"]
    list_display_links = ["code", "name"]
    list_filter = [InUse]
    fields = ["code", "name", "name_en"]


class TicketLimitForm(forms.ModelForm):
    """A limit with its clock in words."""

    kind = forms.ChoiceField(
        label=gettext_lazy("clock"), choices=list(CLOCKS.items()),
        help_text=gettext_lazy("To dispatch and to call back have no level; the others have one limit for each level."),
    )  # fmt: skip

    value = forms.DecimalField(
        label=gettext_lazy("limit"), max_digits=6, decimal_places=2, min_value=Decimal("0.01")
    )  # fmt: skip

    class Meta:
        model = TicketLimit
        fields = ["level", "kind", "value", "unit"]


@admin.register(TicketLimit)
class TicketLimitAdmin(CatalogueAdmin):
    """What the city has set; a clock that is not listed has the stock limit."""

    form = TicketLimitForm
    list_display = ["clock", "level", "value", "unit"]
    ordering = ["kind", "level"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The row is the clock's."""
        return ["level", "kind"] if obj else []

    @admin.display(description=gettext_lazy("clock"))
    def clock(self, row: TicketLimit) -> Any:
        """The clock in words."""
        return CLOCKS.get(row.kind, row.kind)

    def write(self, obj: Any, *, stored: Any, form: Any, by: Any, at: datetime) -> Any:
        """Set the limit; clocks that run get it too."""
        return set_limit(kind=obj.kind, level=obj.level, value=obj.value, unit=obj.unit, at=at, by=by)
