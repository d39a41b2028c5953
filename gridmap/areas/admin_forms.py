"""Forms of the area pages: what is drawn and counted is no column of the area but makes a new version of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.contrib.gis.forms import MultiPolygonField
from django.utils.translation import gettext_lazy as _

from gridmap.areas.models import Area, AreaVersion, Grid, Level, ResponsibilityGrid
from gridmap.map_widget import MapWidget


class AreaForm(forms.ModelForm):
    """An area with the outline and figures of its version in force."""

    outline = MultiPolygonField(
        label=_("outline"), required=False, srid=4326, widget=MapWidget,
        help_text=_("A new outline begins a new version now. Earlier cases keep the version they were reported in."),
    )  # fmt: skip
    population = forms.IntegerField(label=_("population"), required=False, min_value=0)
    households = forms.IntegerField(label=_("households"), required=False, min_value=0)

    class Meta:
        model = Area
        fields = ["level", "parent", "code", "code_is_provisional", "name", "name_en", "kind"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.current = (
            AreaVersion.objects.filter(area=self.instance, valid_to=None).first() if self.instance.pk else None
        )
        if self.current:
            self.initial.update(
                outline=self.current.geom, population=self.current.population, households=self.current.households
            )

    def clean_outline(self) -> Any:
        """Refuse rings that cross themselves, and the removal of an outline that is in force."""
        shape = self.cleaned_data["outline"]
        if shape is None:
            if self.current:
                raise forms.ValidationError(_("An outline can be redrawn but not removed. Abolish the area instead."))
            return None
        if not shape.valid:
            raise forms.ValidationError(
                _("This outline crosses itself (%(reason)s). Move the corners apart."),
                params={"reason": shape.valid_reason},
            )
        return shape

    def clean(self) -> Any:
        """Figures need an outline to belong to."""
        data = super().clean() or self.cleaned_data
        counted = data.get("population") is not None or data.get("households") is not None
        if counted and not data.get("outline") and "outline" not in self.errors:
            self.add_error("outline", _("Figures belong to an outline. Draw one, or leave the figures empty."))
        return data

    def figures(self) -> dict[str, Any]:
        """Return what the version is to hold."""
        data = self.cleaned_data
        return {"geom": data["outline"], "population": data["population"], "households": data["households"]}


class GridForm(forms.ModelForm):
    """The attributes of a unit grid."""

    class Meta:
        model = Grid
        fields = ["area", "kind", "management_grade", "area_class", "land_use", "responsible_department"]


class ResponsibilityGridForm(forms.ModelForm):
    """A responsibility grid with its present members."""

    unit_grids = forms.ModelMultipleChoiceField(
        label=_("unit grids"), required=False, queryset=Area.objects.filter(level=Level.GRID),
        help_text=_("A unit grid belongs to one responsibility grid at a time; choosing it here takes it over."),
    )  # fmt: skip

    class Meta:
        model = ResponsibilityGrid
        fields = ["code", "name", "community"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["unit_grids"]
        field.widget = AutocompleteSelectMultiple(
            ResponsibilityGrid._meta.get_field("grids"), admin.site, choices=field.choices
        )
        if self.instance.pk:
            self.initial["unit_grids"] = list(
                self.instance.members.filter(ends_at=None).values_list("area_id", flat=True)
            )
