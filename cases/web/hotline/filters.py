"""Narrow a list of tickets. What cannot be understood is said beside its field, and nothing is listed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.deadlines.lamps import Lamp
from cases.hotline.reference import DemandType, TicketCategory
from cases.hotline.states import Channel, Level, TicketState
from cases.hotline.units import units
from cases.hotline.words import worded
from cases.web.filters import own_areas
from cases.workflow.people import Acting
from citygrid.accounts.permissions import Perm
from gridmap.areas.models import AreaLink

ANY: list[tuple[str, Any]] = [("", _("any"))]
_COLUMNS = {"state": "state", "level": "level", "channel": "channel", "demand": "demand_type__code",
            "category": "category__code", "unit": "unit__code"}  # fmt: skip


class TicketFilter(forms.Form):
    """The query string of a list of tickets."""

    q = forms.CharField(
        label=_("Number or words"), max_length=100, required=False, widget=forms.TextInput(attrs={"type": "search"})
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=[*ANY, *TicketState.choices])
    lamp = forms.ChoiceField(label=_("Lamp"), required=False, choices=[*ANY, *Lamp.choices])
    level = forms.ChoiceField(label=_("Level"), required=False, choices=[*ANY, *Level.choices])
    demand = forms.ChoiceField(label=_("Type of demand"), required=False)
    category = forms.ChoiceField(label=_("Ticket category"), required=False)
    area = forms.ChoiceField(label=_("Area"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=[*ANY, *Channel.choices])

    def __init__(self, data: Any, *, acting: Acting) -> None:
        super().__init__(data)
        self.acting = acting
        self._offer("demand", [(one.code, one.label) for one in DemandType.objects.order_by("pk")])
        self._offer("category", [(one.code, one.label) for one in TicketCategory.objects.order_by("code")])
        self._offer("area", own_areas(acting))
        if acting.holds(Perm.TICKET_VIEW):
            self._offer("unit", [(one.code, one.label) for one in units(acting).order_by("kind", "code")])
        else:
            del self.fields["unit"]

    @property
    def narrows(self) -> bool:
        """Whether anything was chosen."""
        return any(self.data.get(name) for name in self.fields)

    @property
    def narrows_further(self) -> bool:
        """Whether more was chosen than words."""
        return any(self.data.get(name) for name in self.fields if name != "q")

    def narrow(self, tickets: Any) -> Any:
        """Keep what was asked for; nothing, where that cannot be understood."""
        if not self.is_valid():
            return tickets.none()
        asked = self.cleaned_data
        tickets = tickets.filter(**{column: asked[name] for name, column in _COLUMNS.items() if asked.get(name)})
        if asked["area"]:
            below = AreaLink.objects.filter(ancestor__code=asked["area"]).values("descendant")
            tickets = tickets.filter(area__in=below)
        if asked["lamp"]:
            tickets = tickets.lit(asked["lamp"], self.acting.at)
        text = asked["q"].strip()
        return worded(tickets, text, self.acting) if text else tickets

    def _offer(self, name: str, offered: list[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = ANY + offered
