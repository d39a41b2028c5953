"""Administration of components, buildings and key places, each on a map."""

from __future__ import annotations

from django.contrib import admin

from citygrid.accounts.permissions import Perm
from citygrid.common.perm_admin import PermAdmin
from gridmap.map_widget import MapAdmin
from gridmap.objects.models import Building, Component, KeyPlace


class ObjectAdmin(MapAdmin, PermAdmin):
    """What stands in a grid."""

    view_perm, change_perm = Perm.OBJECT_VIEW, Perm.OBJECT_MANAGE
    list_select_related = ["area"]
    autocomplete_fields = ["area"]


@admin.register(Component)
class ComponentAdmin(ObjectAdmin):
    """Managed physical objects."""

    list_display = ["code", "name", "state", "area", "supervisor", "owner", "maintainer", "changed_on"]
    list_filter = ["state", "standard"]
    list_select_related = ["area", "supervisor", "owner", "maintainer"]
    search_fields = ["^code", "name"]
    autocomplete_fields = ["area", "supervisor", "owner", "maintainer"]
    ordering = ["code"]


@admin.register(Building)
class BuildingAdmin(ObjectAdmin):
    """Buildings."""

    list_display = ["code", "name", "number", "address", "area", "floors", "dwellings"]
    search_fields = ["^code", "name", "address"]
    ordering = ["code"]


@admin.register(KeyPlace)
class KeyPlaceAdmin(ObjectAdmin):
    """Places that deserve a closer look."""

    list_display = ["name", "kind", "area", "address", "risk_grade"]
    list_filter = ["kind", "risk_grade"]
    search_fields = ["name", "address"]
    ordering = ["name", "pk"]
