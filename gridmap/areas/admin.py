"""Administration of areas, their versions, unit grids and responsibility grids."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from citygrid.accounts.permissions import Perm
from citygrid.common import clock
from citygrid.common.admin_actions import ask_then_do
from citygrid.common.errors import NotAllowed
from citygrid.common.perm_admin import PermAdmin, ReadOnlyAdmin
from gridmap.areas import upkeep
from gridmap.areas.admin_forms import AreaForm, GridForm, ResponsibilityGridForm
from gridmap.areas.models import Area, AreaVersion, Grid, ResponsibilityGrid
from gridmap.map_widget import StillMaps, still_map

NO_PLACE = _("Choose what the new area belongs to, inside the areas in which you may do this.")


class InForce(admin.SimpleListFilter):
    """In force now, or over: by the column named in ``ends``."""

    title = _("state")
    parameter_name = "state"
    ends = "abolished_at"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the choices."""
        return [("now", _("in force")), ("over", _("over"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        """Keep what was chosen."""
        if self.value() == "now":
            return queryset.in_force(clock.now())
        if self.value() == "over":
            return queryset.exclude(pk__in=queryset.model.objects.in_force(clock.now()).values("pk"))
        return queryset


@admin.register(Area)
class AreaAdmin(StillMaps, PermAdmin):
    """The tree. A new outline, name or code begins a new version; nothing that cases point to is overwritten."""

    view_perm, change_perm = Perm.AREA_VIEW, Perm.AREA_MANAGE
    form = AreaForm
    list_display = ["code", "name", "level", "parent", "provisional", "in_force"]
    list_display_links = ["code", "name"]
    list_filter = ["level", InForce, "code_is_provisional"]
    list_select_related = ["parent"]
    search_fields = ["^code", "name", "name_en"]
    search_help_text = _("Beginning of the code, or part of the name")
    autocomplete_fields = ["parent"]
    ordering = ["code"]
    actions = ["abolish"]
    fieldsets = [
        (None, {"fields": ["level", "parent", "code", "code_is_provisional", "name", "name_en", "kind"]}),
        (_("Outline and figures"), {"fields": ["outline", "population", "households"]}),
    ]

    @admin.display(description=_("provisional code"), ordering="code_is_provisional")
    def provisional(self, area: Area) -> str:
        """Say so where a later code table may replace the code."""
        return str(_("provisional")) if area.code_is_provisional else ""

    @admin.display(description=_("in force"), boolean=True)
    def in_force(self, area: Area) -> bool:
        """Whether the area exists now."""
        return area.abolished_at is None or area.abolished_at > clock.now()

    # What readers see in place of the form's fields of the same names.
    @admin.display(description=_("outline"))
    def outline(self, area: Area) -> str:
        """The outline in force, on a map."""
        version = area.versions.filter(valid_to=None).first()
        return still_map(version.geom, "geom") if version else ""

    @admin.display(description=_("population"))
    def population(self, area: Area) -> int | None:
        """As counted for the version in force."""
        return area.versions.filter(valid_to=None).values_list("population", flat=True).first()

    @admin.display(description=_("households"))
    def households(self, area: Area) -> int | None:
        """As counted for the version in force."""
        return area.versions.filter(valid_to=None).values_list("households", flat=True).first()

    def place_of(self, obj: Area) -> Any:
        """A new area is judged where it is to hang."""
        return obj if obj.pk else obj.parent

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A level is for life: an area of another level is another area."""
        return ["level"] if obj else []

    def write(self, obj: Area, *, stored: Any, form: Any, by: Any, at: datetime) -> Area:
        """Add, or change by the services of the tree."""
        if (stored is None or "parent" in form.changed_data) and (
            obj.parent is None or not by.has_perm(Perm.AREA_MANAGE, obj.parent)
        ):
            raise NotAllowed(str(NO_PLACE))
        return upkeep.save_area(stored=stored, wanted=obj, figures=form.figures(), at=at, by=by)

    @admin.action(description=_("Abolish the chosen areas"), permissions=["change"])
    def abolish(self, request: HttpRequest, queryset: Any) -> Any:
        """End areas that nothing hangs on any more."""
        return ask_then_do(
            self, request, queryset, name="abolish",
            question=_("Abolish these areas from now on? Cases keep them, but no new case can be filed there."),
            do=lambda area: upkeep.abolish_area(area=self.mine(request, area), at=clock.now(), by=request.user),
        )  # fmt: skip

    def mine(self, request: HttpRequest, area: Area) -> Area:
        """Return ``area``, or refuse where the right does not reach."""
        if not self.has_change_permission(request, area):
            raise NotAllowed(str(NO_PLACE))
        return area


@admin.register(AreaVersion)
class AreaVersionAdmin(StillMaps, ReadOnlyAdmin):
    """What areas were, and when."""

    view_perm = Perm.AREA_VIEW
    list_display = ["code", "name", "level", "number", "area_m2", "valid_from", "valid_to"]
    list_filter = ["level"]
    search_fields = ["^code", "name"]
    ordering = ["code", "number"]
    fields = [
        "area", "number", "code", "name", "level", "shown", "area_m2", "population", "households", "valid_from",
        "valid_to", "source", "source_crs",
    ]  # fmt: skip
    list_select_related = ["area"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave the outlines out of lists: they are long."""
        found = super().get_queryset(request)
        matched = request.resolver_match
        return found.defer("geom", "geom_far", "centroid") if matched and "object_id" not in matched.kwargs else found

    @admin.display(description=_("outline"))
    def shown(self, version: AreaVersion) -> str:
        """The outline on a map."""
        return still_map(version.geom, "geom")


@admin.register(Grid)
class GridAdmin(PermAdmin):
    """What unit grids have beyond being areas."""

    view_perm, change_perm = Perm.AREA_VIEW, Perm.AREA_MANAGE
    form = GridForm
    list_display = ["area", "kind", "management_grade", "area_class", "responsible_department"]
    list_filter = ["kind", "management_grade", "area_class"]
    list_select_related = ["area", "responsible_department"]
    search_fields = ["^area__code", "area__name"]
    autocomplete_fields = ["area", "responsible_department"]
    ordering = ["area__code"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """These are the attributes of one grid and stay with it."""
        return ["area"] if obj else []


@admin.register(ResponsibilityGrid)
class ResponsibilityGridAdmin(PermAdmin):
    """Which unit grids one grid worker patrols."""

    view_perm, change_perm = Perm.AREA_VIEW, Perm.AREA_MANAGE
    form = ResponsibilityGridForm
    list_display = ["code", "name", "community"]
    list_select_related = ["community"]
    search_fields = ["^code", "name", "community__name"]
    autocomplete_fields = ["community"]
    ordering = ["code"]
    fields = ["code", "name", "community", "unit_grids"]

    def write(self, obj: ResponsibilityGrid, *, stored: Any, form: Any, by: Any, at: datetime) -> ResponsibilityGrid:
        """Keep the columns, and the members with their times."""
        obj = super().write(obj, stored=stored, form=form, by=by, at=at)
        if "unit_grids" in form.changed_data:
            upkeep.set_members(grid=obj, areas=form.cleaned_data["unit_grids"], at=at, by=by)
        return obj
