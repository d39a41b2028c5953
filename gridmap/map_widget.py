"""A map for one geometry field of a form: django-leaflet's widget, started by our own module instead of inline script.

The strict content security policy allows no script in the page. All that the widget must know therefore travels as
JSON, and ``static/admin_kit/geometry.js`` draws. Shapes are longitude/latitude in EPSG:4326.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.widgets import Script
from django.utils.translation import gettext as _
from leaflet import app_settings
from leaflet.admin import LeafletAdminWidget, LeafletGeoAdminMixin

DECIMALS = 7  # of a degree: about a centimetre


class MapWidget(LeafletAdminWidget):
    """Shows a shape and lets it be drawn, edited and removed; ``modifiable = False`` shows it only."""

    template_name = "leaflet/admin/widget.html"

    @property
    def media(self) -> forms.Media:
        """Leaflet and its drawing tools from django-leaflet, and our module."""
        js: list[Any] = [
            "leaflet/leaflet.js",
            "leaflet/draw/leaflet.draw.js",
            Script("admin_kit/geometry.js", type="module"),
        ]
        return forms.Media(
            css={"screen": ["leaflet/leaflet.css", "leaflet/draw/leaflet.draw.css", "admin_kit/geometry.css"]},
            js=js,
        )

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Add what the module must know."""
        context = super().get_context(name, value, attrs)
        context["id_css_options"] = f"{context['id_css']}-options"
        context["map_options"] = {
            "kind": str(self.geom_type).upper(),
            "modifiable": self.modifiable,
            "decimals": DECIMALS,
            "center": app_settings["DEFAULT_CENTER"],
            "zoom": app_settings["DEFAULT_ZOOM"],
            "tiles": [[url, str(attribution)] for _label, url, attribution in app_settings["TILES"]],
            "note": app_settings["ATTRIBUTION_PREFIX"] or "",
            "words": words(),
        }
        return context


def words() -> dict[str, str]:
    """Return what the drawing tools say."""
    return {
        "closer": _("Closer"),
        "further": _("Further away"),
        "polygon": _("Draw an area"),
        "polyline": _("Draw a line"),
        "marker": _("Set a point"),
        "edit": _("Move corners"),
        "remove": _("Remove shapes"),
        "save": _("Done"),
        "cancel": _("Cancel"),
        "undo": _("Remove the last corner"),
        "start": _("Click on the map to begin."),
        "next": _("Click to set the next corner."),
        "end": _("Click the first corner to close the area."),
        "end_line": _("Click the last corner to finish the line."),
        "crossing": _("The edges must not cross."),
        "edit_hint": _("Drag the corners, then choose “Done”."),
        "remove_hint": _("Click a shape to remove it, then choose “Done”."),
        "unreadable": _("These are no coordinates in GeoJSON; the map shows what was there before."),
    }


class MapAdmin(LeafletGeoAdminMixin):
    """Mix-in: every geometry column of the page gets the map."""

    widget = MapWidget
    map_template = MapWidget.template_name


class StillMaps:
    """Mix-in for pages that show :func:`still_map`, which is no form field and brings no files along."""

    def render_change_form(self, request: Any, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add the map's files to a single page; lists need none."""
        context["media"] = context["media"] + MapWidget().media
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]


def still_map(geom: Any, name: str) -> str:
    """Return the HTML of a map that shows ``geom`` (EPSG:4326) and cannot be changed."""
    widget = MapWidget(attrs={"geom_type": geom.geom_type.upper()})
    widget.modifiable = False
    return widget.render(name, geom, {"id": f"still_{name}"})
