"""Administration of departments."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.accounts.permissions import Perm
from citygrid.common import clock, facts
from citygrid.common.admin_actions import ask_then_do
from citygrid.common.errors import Conflict
from citygrid.common.perm_admin import PermAdmin
from gridmap.areas.admin import InForce
from gridmap.departments.models import Department
from gridmap.posts.rights import require


class Open(InForce):
    """Open or closed."""

    title = gettext_lazy("state")


@admin.register(Department)
class DepartmentAdmin(PermAdmin):
    """The tree of departments. A closed one keeps its history."""

    view_perm, change_perm = Perm.DEPARTMENT_VIEW, Perm.DEPARTMENT_MANAGE
    list_display = ["code", "name", "short_name", "kind", "parent", "area_served", "is_open"]
    list_display_links = ["code", "name"]
    list_filter = ["kind", Open]
    list_select_related = ["parent", "area_served"]
    search_fields = ["^code", "name", "short_name", "name_en"]
    autocomplete_fields = ["parent", "area_served"]
    ordering = ["code"]
    fields = ["code", "name", "name_en", "short_name", "kind", "parent", "area_served", "phone"]
    actions = ["close"]

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
            do=lambda department: self.close_one(request, department),
        )  # fmt: skip

    def close_one(self, request: HttpRequest, department: Department) -> None:
        """Close one. Raises ``NotAllowed``; ``Conflict`` while posts or departments hang on it."""
        at = clock.now()
        require(request.user, Perm.DEPARTMENT_MANAGE, department, at)
        if department.closed_at is not None:
            raise Conflict(_("%(department)s is closed already.") % {"department": department})
        if department.posts.in_force(at).exists() or department.children.in_force(at).exists():
            raise Conflict(
                _("%(department)s still has posts or departments below it. End or move those first.")
                % {"department": department}
            )
        department.closed_at = at
        department.save(update_fields=["closed_at"])
        facts.record("department.closed", department, at=at, by=request.user)
