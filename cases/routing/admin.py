"""Administration of the responsibility matrix: changed rows follow one another, retired ones stay, none is deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.catalogue.admin import CatalogueAdmin, ConditionInUse
from cases.routing.maintain import About, add_responsibility, change_responsibility, retire_responsibility
from cases.routing.models import Responsibility
from citygrid.common import clock
from citygrid.common.admin_actions import ask_then_do

ABOUT = ["category", "standard", "kind", "major_code", "area"]


@admin.register(Responsibility)
class ResponsibilityAdmin(CatalogueAdmin):
    """Who leads for what, where and why. Only rows in force can be changed; what they are about stays."""

    list_display = ["about", "area", "department", "reason", "valid_from", "in_use"]
    list_display_links = ["about"]
    list_filter = [ConditionInUse, "kind"]
    list_select_related = ["category", "standard", "area", "department"]
    search_fields = ["category__code", "category__name", "area__code", "area__name", "department__name", "reason"]
    autocomplete_fields = ["category", "standard", "area", "department", "co_departments"]
    ordering = ["-valid_from", "pk"]
    fields = [*ABOUT, "department", "co_departments", "reason"]
    actions = ["retire"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows that ended are history."""
        return super().has_change_permission(request, obj) and (obj is None or obj.valid_to is None)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What a row is about stays; another matter is another row."""
        return ABOUT if obj else []

    @admin.display(description=gettext_lazy("category or major class"))
    def about(self, row: Responsibility) -> str:
        """Its code."""
        return row.about

    @admin.display(description=gettext_lazy("in use"), boolean=True)
    def in_use(self, row: Responsibility) -> bool:
        """Whether cases are proposed by it now."""
        return row.valid_to is None or row.valid_to > clock.now()

    @admin.action(description=gettext_lazy("Retire the chosen rows"), permissions=["change"])
    def retire(self, request: HttpRequest, queryset: Any) -> Any:
        """Propose by them no more."""
        return ask_then_do(
            self, request, queryset, name="retire",
            question=_("Retire these rows? Nothing is proposed by them any more; the history stays."),
            do=lambda row: retire_responsibility(row=row, at=clock.now(), by=request.user),
        )  # fmt: skip

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        """Nothing: the service has stored the co-departments with the row."""

    def write(self, obj: Any, *, stored: Any, form: Any, by: Any, at: datetime) -> Any:
        """Add, or end the row and begin the next."""
        helpers = list(form.cleaned_data["co_departments"])
        given = {"department": obj.department, "reason": obj.reason, "co_departments": helpers, "at": at, "by": by}
        if stored is not None:
            return change_responsibility(row=stored, **given)
        about = About(obj.category, obj.standard, obj.kind, obj.major_code)
        return add_responsibility(about=about, area=obj.area, **given)
