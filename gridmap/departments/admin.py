"""Administration of departments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.accounts.permissions import Perm
from citygrid.common import clock
from citygrid.common.admin_actions import ask_then_do
from citygrid.common.perm_admin import PermAdmin
from gridmap.areas.admin import InForce
from gridmap.departments import services
from gridmap.departments.models import Department

CHANGEABLE = ["name", "name_en", "short_name", "kind", "parent", "area_served", "phone", "trusted"]


class Open(InForce):
    """Open or closed."""

    title = gettext_lazy("state")


@admin.register(Department)
class DepartmentAdmin(PermAdmin):
    """The tree of departments. A closed one keeps its history."""

    view_perm, change_perm = Perm.DEPARTMENT_VIEW, Perm.DEPARTMENT_MANAGE
    list_display = ["code", "name", "short_name", "kind", "parent", "area_served", "trusted", "is_open"]
    list_display_links = ["code", "name"]
    list_filter = ["kind", Open]
    list_select_related = ["parent", "area_served"]
    search_fields = ["^code", "name", "short_name", "name_en"]
    autocomplete_fields = ["parent", "area_served"]
    ordering = ["code"]
    fields = ["code", *CHANGEABLE]
    actions = ["close"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A code is for life."""
        return ["code"] if obj else []

    @admin.display(description=gettext_lazy("open"), boolean=True)
    def is_open(self, department: Department) -> bool:
        """Whether it exists now."""
        return department.closed_at is None or department.closed_at > clock.now()

    @admin.action(description=gettext_lazy("Close the chosen departments"), permissions=["change"])
    def close(self, request: HttpRequest, queryset: Any) -> Any:
        """Close departments that nothing depends on any more."""
        return ask_then_do(
            self, request, queryset, name="close",
            question=_("Close these departments from now on? Their history stays."),
            do=lambda department: services.close_department(
                department=department, at=clock.now(), by=request.user
            ),
        )  # fmt: skip

    def write(self, obj: Department, *, stored: Any, form: Any, by: Any, at: datetime) -> Department:
        """Add or change by the services."""
        fields = {name: getattr(obj, name) for name in CHANGEABLE}
        if stored is None:
            return services.add_department(code=obj.code, at=at, by=by, **fields)
        services.change_department(department=stored, at=at, by=by, **fields)
        return stored
