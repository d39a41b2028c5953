"""Narrow a list of cases. What cannot be understood is said beside its field, and nothing is listed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.casework.states import Source, State
from cases.casework.words import worded
from cases.catalogue.models import Category
from cases.deadlines.lamps import Lamp
from cases.workflow.people import Acting
from citygrid.accounts.permissions import Perm
from citygrid.common.prepared import Prepared
from gridmap.areas.models import Area, AreaLink, Level

PLACES = 200  # so many are offered below a street


def _below(roots: list[int], at: datetime, levels: list[str]) -> Any:
    within = AreaLink.objects.filter(ancestor__in=roots).values("descendant")
    return Area.objects.filter(pk__in=within, level__in=levels).in_force(at).order_by("code")


_STREETS = Prepared(_below)
_CATEGORIES = Prepared(lambda: Category.objects.filter(standard__in_use=True).order_by("code"))
_PLACES = Prepared(lambda roots, at, levels: _below(roots, at, levels)[:PLACES])


class CaseFilter(forms.Form):
    """The query string of a list of cases."""

    q = forms.CharField(
        label=_("Number or words"), max_length=100, required=False, widget=forms.TextInput(attrs={"type": "search"})
    )
    state = forms.ChoiceField(label=_("State"), required=False)
    lamp = forms.ChoiceField(label=_("Lamp"), required=False)
    category = forms.ChoiceField(label=_("Category"), required=False)
    area = forms.ChoiceField(label=_("Area"), required=False)
    source = forms.ChoiceField(label=pgettext_lazy("case", "Source"), required=False)

    def __init__(self, data: Any, *, acting: Acting) -> None:
        super().__init__(data)
        self.acting = acting
        any_one = [("", _("any"))]
        self._offer("state", any_one + list(State.choices))
        self._offer("lamp", any_one + list(Lamp.choices))
        self._offer("source", any_one + list(Source.choices))
        self._offer("category", any_one + categories_by_class(_CATEGORIES()))
        self._offer("area", any_one + own_areas(acting))

    @property
    def narrows(self) -> bool:
        """Whether anything was chosen."""
        return any(self.data.get(name) for name in self.fields)

    @property
    def narrows_further(self) -> bool:
        """Whether more was chosen than words."""
        return any(self.data.get(name) for name in self.fields if name != "q")

    def narrow(self, cases: Any) -> Any:
        """Keep what was asked for; nothing, where that cannot be understood."""
        if not self.is_valid():
            return cases.none()
        asked = self.cleaned_data
        plain = {name: asked[name] for name in ("state", "source") if asked[name]}
        cases = cases.filter(**plain)
        if asked["category"]:
            cases = cases.filter(category__code=asked["category"])
        if asked["area"]:
            cases = cases.filter(area__in=AreaLink.objects.filter(ancestor__code=asked["area"]).values("descendant"))
        if asked["lamp"]:
            cases = cases.lit(asked["lamp"], self.acting.at)
        return self._words(cases, asked["q"].strip())

    def _words(self, cases: Any, text: str) -> Any:
        return worded(cases, text) if text else cases

    def _offer(self, name: str, offered: list[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = offered


def own_areas(acting: Acting) -> list[tuple[str, str]]:
    """Return the streets that the person sees; within one street the places below."""
    seen = {"roots": acting.roots(Perm.AREA_VIEW), "at": acting.at}
    streets = _STREETS(**seen, levels=[Level.COUNTY.value, Level.STREET.value])
    if len(streets) < 2:
        streets += _PLACES(**seen, levels=[Level.COMMUNITY.value, Level.GRID.value])
    return [(area.code, area.label) for area in streets]


def categories_by_class(found: Iterable[Category]) -> list[tuple[str, Any]]:
    """Return categories, which come by their codes, as choices grouped by their major class."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in found:
        groups.setdefault(one.major_name, []).append((one.code, one.label))
    return list(groups.items())
