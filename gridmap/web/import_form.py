"""The form of the import page: a file and how to read it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from citygrid.common.errors import Invalid
from gridmap.areas.models import Level
from gridmap.crs import Crs
from gridmap.importing.options import FIELDS, Options, mapping_of


def _zone(*, meridian: int, code: int) -> Any:
    text = _("CGCS2000, 3° zone, central meridian {meridian}° E (EPSG:{code})")
    return format_lazy(text, meridian=meridian, code=code)


_OTHER_CRS = [
    ("EPSG:4490", _("CGCS2000 longitude/latitude (EPSG:4490)")),
    *((f"EPSG:{4534 + zone - 25}", _zone(meridian=zone * 3, code=4534 + zone - 25)) for zone in range(25, 46)),
]


class ImportForm(forms.Form):
    """Choices of one import; all but the level may be left to the file."""

    file = forms.FileField(
        label=_("File"), required=False,
        help_text=_("GeoJSON, zipped Shapefile, GeoPackage or KML. Leave empty to go on with the file sent before."),
    )  # fmt: skip
    level = forms.ChoiceField(label=_("Level of the areas in the file"), choices=Level.choices)
    crs = forms.ChoiceField(
        label=_("Coordinate system"), initial="auto",
        choices=[("auto", _("as the file says")), *Crs.choices, *_OTHER_CRS],
    )  # fmt: skip
    encoding = forms.ChoiceField(
        label=_("Text encoding of a Shapefile"), required=False,
        choices=[("", _("found out from the file")), ("utf-8", "UTF-8"), ("gb18030", "GBK / GB 18030")],
    )  # fmt: skip
    layer = forms.CharField(label=_("Layer"), required=False, help_text=_("When the file holds several."))
    parent = forms.CharField(
        label=_("Code of the area above"), required=False,
        help_text=_("Everything in the file belongs to this area or to one below it."),
    )  # fmt: skip
    mapping = forms.CharField(
        label=_("Columns"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=format_lazy(
            _("One field=column on each line, where the names do not say it. Fields: {fields}."),
            fields=", ".join(FIELDS),
        ),
    )  # fmt: skip
    valid_from = forms.DateTimeField(
        label=_("Valid from"), required=False, help_text=_("Empty: from now on."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    adopt_codes = forms.BooleanField(
        label=_("Let the codes in the file replace provisional codes of the areas above"), required=False
    )
    retire_missing = forms.BooleanField(label=_("Retire stored areas that the file lacks"), required=False)

    def clean_mapping(self) -> dict[str, str]:
        """Turn the lines into a mapping."""
        try:
            return mapping_of(line.strip() for line in self.cleaned_data["mapping"].splitlines() if line.strip())
        except Invalid as fault:
            raise forms.ValidationError(str(fault)) from fault

    def options(self) -> Options:
        """Return the choices for the importer."""
        data: dict[str, Any] = self.cleaned_data
        names = ("mapping", "crs", "encoding", "layer", "parent", "adopt_codes", "retire_missing")
        return Options(level=Level(data["level"]), **{name: data[name] for name in names})

    def at(self, now: datetime) -> datetime:
        """Return the time from which the areas are valid."""
        return self.cleaned_data["valid_from"] or now
