"""Administration of components, buildings and key places, each on a map."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from citygrid.accounts.permissions import Perm
from citygrid.common.hidden_fields import HiddenFieldsForm
from citygrid.common.perm_admin import PermAdmin
from gridmap.map_widget import MapAdmin
from gridmap.objects import services
from gridmap.objects.models import Building, Component, KeyPlace


class KeyPlaceForm(HiddenFieldsForm):
    """A key place."""

    hidden = ("contact_phone",)

    class Meta:
        model = KeyPlace
        fields = ["name", "kind", "area", "geom", "address", "contact_name", "contact_phone", "risk_grade"]


class ObjectAdmin(MapAdmin, PermAdmin):
    """What stands in a grid."""

    view_perm, change_perm = Perm.OBJECT_VIEW, Perm.OBJECT_MANAGE
    list_select_related = ["area"]
    autocomplete_fields = ["area"]
    add: Callable[..., Any]  # the room's service

    def write(self, obj: Any, *, stored: Any, form: Any, by: Any, at: datetime) -> Any:
        """Add by the service; check the place of what is moved."""
        if stored is None:
            fields = {name: value for name, value in form.cleaned_data.items() if name in self.columns()}
            return self.add(at=at, by=by, **fields)
        if {"area", "geom"}.intersection(form.changed_data):
            services.check_place(area=obj.area, geom=obj.geom, at=at)
        return super().write(obj, stored=stored, form=form, by=by, at=at)

    def columns(self) -> set[str]:
        """Return the names of the model's own columns."""
        return {field.name for field in self.opts.concrete_fields}


@admin.register(Component)
class ComponentAdmin(ObjectAdmin):
    """Managed physical objects."""

    add = staticmethod(services.add_component)

    list_display = ["code", "name", "state", "area", "supervisor", "owner", "maintainer", "changed_on"]
    list_filter = ["state", "standard"]
    list_select_related = ["area", "supervisor", "owner", "maintainer"]
    search_fields = ["^code", "name"]
    autocomplete_fields = ["area", "supervisor", "owner", "maintainer"]
    ordering = ["code"]
    fields = [
        "code", "name", "standard", "area", "geom", "state", "accuracy_class", "supervisor", "owner", "maintainer",
        "recorded_on", "source", "note",
    ]  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A code is for life."""
        return ["code"] if obj else []

    def write(self, obj: Component, *, stored: Any, form: Any, by: Any, at: datetime) -> Component:
        """A new state is an event of its own; the other columns follow."""
        if stored is not None and "state" in form.changed_data:
            fresh = services.change_component_state(component=stored, state=obj.state, at=at, by=by)
            obj.changed_on = fresh.changed_on
            if form.changed_data == ["state"]:
                return fresh
            stored.state = fresh.state
        return super().write(obj, stored=stored, form=form, by=by, at=at)


@admin.register(Building)
class BuildingAdmin(ObjectAdmin):
    """Buildings."""

    add = staticmethod(services.add_building)

    list_display = ["code", "name", "number", "address", "area", "floors", "dwellings"]
    search_fields = ["^code", "name", "address"]
    ordering = ["code"]


@admin.register(KeyPlace)
class KeyPlaceAdmin(ObjectAdmin):
    """Places that deserve a closer look. The contact's phone can be written here, not read."""

    add = staticmethod(services.add_key_place)
    form = KeyPlaceForm
    untold = ("contact_name",)

    list_display = ["name", "kind", "area", "address", "risk_grade"]
    list_filter = ["kind", "risk_grade"]
    search_fields = ["name", "address"]
    ordering = ["name", "pk"]
