"""Administration of the category lists."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.catalogue.models import Category, CategoryStandard
from citygrid.accounts.permissions import Perm
from citygrid.common import clock, facts
from citygrid.common.admin_actions import ask_then_do
from citygrid.common.errors import Conflict
from citygrid.common.perm_admin import PermAdmin

# What makes up a lasting code: cases and outside programs name categories by it.
_LASTING = ["standard", "kind", "major_code", "minor_code"]


class CatalogueAdmin(PermAdmin):
    """The same for everybody who may see it."""

    view_perm, change_perm = Perm.CATALOGUE_VIEW, Perm.CATALOGUE_MANAGE
    scoped = False


@admin.register(CategoryStandard)
class CategoryStandardAdmin(CatalogueAdmin):
    """Published lists, and the city's own extensions."""

    list_display = ["code", "key", "name", "extends", "in_use"]
    list_select_related = ["extends"]
    search_fields = ["code", "name", "name_en"]
    ordering = ["code"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Codes are for life."""
        return ["code", "key"] if obj else []


class InUse(admin.SimpleListFilter):
    """In use or retired."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the choices."""
        return [("now", gettext_lazy("in use")), ("over", gettext_lazy("retired"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        """Keep what was chosen."""
        if self.value() == "now":
            return queryset.in_force(clock.now())
        if self.value() == "over":
            return queryset.filter(retired_at__lte=clock.now())
        return queryset


@admin.register(Category)
class CategoryAdmin(CatalogueAdmin):
    """Minor categories; retired, never deleted."""

    list_display = ["code", "kind", "major_name", "name", "standard", "in_use"]
    list_display_links = ["code", "name"]
    list_filter = ["standard", "kind", InUse]
    list_select_related = ["standard"]
    search_fields = ["code", "name", "name_en", "major_name"]
    autocomplete_fields = ["standard"]
    ordering = ["code"]
    fields = [
        "standard", "kind", "major_code", "minor_code", "major_name", "major_name_en", "name", "name_en",
        "self_handling",
    ]  # fmt: skip
    actions = ["retire"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Codes are for life."""
        return _LASTING if obj else []

    @admin.display(description=gettext_lazy("in use"), boolean=True)
    def in_use(self, category: Category) -> bool:
        """Whether it is not retired."""
        return category.retired_at is None or category.retired_at > clock.now()

    @admin.action(description=gettext_lazy("Retire the chosen categories"), permissions=["change"])
    def retire(self, request: HttpRequest, queryset: Any) -> Any:
        """Offer them for new cases no more."""
        return ask_then_do(
            self, request, queryset, name="retire",
            question=_("Retire these categories? Cases keep them; new cases cannot use them."),
            do=lambda category: retire(category=category, at=clock.now(), by=request.user),
        )  # fmt: skip


def retire(*, category: Category, at: datetime, by: Any) -> None:
    """Retire one category. Raises ``Conflict`` when it is retired already."""
    if not Category.objects.filter(pk=category.pk, retired_at=None).update(retired_at=at):
        raise Conflict(_("%(category)s is retired already.") % {"category": category})
    facts.record("category.retired", category, at=at, by=by)
