"""Form fields for the inputs of moves. They only show and keep; the engine alone judges what was sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from cases.casework import staff
from cases.casework.checks import Proposal, proposal_for
from cases.casework.limits import work_day_mode
from cases.casework.states import State
from cases.catalogue.conditions import FilingCondition
from cases.evidence.models import Evidence
from cases.whistles.kinds import WhistleKind
from cases.whistles.models import Whistle
from cases.whistles.table import INSIDE
from cases.whistles.wiring import callable_departments
from cases.workflow.inputs import MAX_TEXT
from cases.workflow.people import Acting
from cases.workflow.table import Input, InputType
from gridmap.areas.models import Grid, Level

UNDISPATCHED = (State.REPORTED, State.ACCEPTED, State.FILED)  # here the rules say who shall handle it
FEW = 6  # so many choices are shown at once
LONG_TEXTS = frozenset(
    {"result", "order", "reply", "text", "opinion", "reason", "asked", "why_not_alone", "conclusion", "feedback",
     "plan", "description"}
)  # fmt: skip
Options = list[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Condition:
    """What is shown of a filing condition."""

    text: str
    closing: str
    limits: list[str]


class EvidenceWidget(forms.FileInput):
    """Files to be sent, and those sent already: a refused form keeps them by their ids."""

    template_name = "cases/moves/evidence.html"
    allow_multiple_selected = True

    def __init__(self, acting: Acting, *, camera: bool) -> None:
        kinds = "image/*" if camera else "image/*,application/pdf,video/mp4,video/webm"
        super().__init__(attrs={"multiple": True, "accept": kinds} | ({"capture": "environment"} if camera else {}))
        self.acting = acting

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the ids of what was sent before."""
        return data.getlist(name)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Add what was sent already, as far as it is the person's own and unused."""
        context = super().get_context(name, None, attrs)
        ids = [key for key in value or [] if _is_id(key)]
        own = Evidence.objects.filter(move="", uploaded_by=self.acting.user.pk, pk__in=ids) if ids else []
        context["pieces"] = list(own)
        return context


class ConditionSelect(forms.RadioSelect):
    """Filing conditions with what each one means: its limit and when the case may be closed."""

    template_name = "cases/moves/conditions.html"


def field_for(item: Input, subject: Any, acting: Acting) -> forms.Field:
    """Return the field that shows an input of a move on ``subject``."""
    common: dict[str, Any] = {"label": capfirst(item.label), "required": item.required, "help_text": item.help}
    if item.type == InputType.EVIDENCE:
        return forms.Field(widget=EvidenceWidget(acting, camera=item.name.endswith("photos")), **common)
    if item.type == InputType.REF:
        return _reference(item, subject, acting, common)
    if item.type in (InputType.CHOICE, InputType.MULTICHOICE):
        return _choice(item, subject, common)
    return forms.Field(widget=_PLAIN.get(item.type, _text)(item), **common)


def _text(item: Input) -> forms.Widget:
    if item.name in LONG_TEXTS or item.name == "note":
        return forms.Textarea(attrs={"rows": 3 if item.name in LONG_TEXTS else 2, "maxlength": MAX_TEXT})
    return forms.TextInput(attrs={"maxlength": MAX_TEXT})


_PLAIN: dict[InputType, Callable[[Input], forms.Widget]] = {
    InputType.BOOL: lambda item: forms.CheckboxInput(),
    InputType.NUMBER: lambda item: forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    InputType.DATE: lambda item: forms.DateInput(attrs={"type": "date"}),
    InputType.DATETIME: lambda item: forms.DateTimeInput(attrs={"type": "datetime-local"}),
    InputType.POINT: lambda item: forms.TextInput(
        attrs={"data-cg-position": "", "placeholder": "120.20016,27.33217", "autocomplete": "off", "inputmode": "text"}
    ),
}


def _choice(item: Input, subject: Any, common: dict[str, Any]) -> forms.Field:
    fitting = set(item.fits(subject)) if item.fits else None
    offered = [(value, label) for value, label in item.choices if fitting is None or value in fitting]
    if item.type == InputType.MULTICHOICE:
        return forms.MultipleChoiceField(choices=offered, widget=forms.CheckboxSelectMultiple, **common)
    if len(offered) <= FEW:
        return forms.ChoiceField(choices=offered, widget=forms.RadioSelect, **common)
    return forms.ChoiceField(choices=[("", _("choose")), *offered], **common)


def _reference(item: Input, subject: Any, acting: Acting, common: dict[str, Any]) -> forms.Field:
    listed = item.ref.partition("?")[0]
    if listed == "filing-conditions":
        return forms.ChoiceField(choices=_conditions(subject, acting), widget=ConditionSelect, **common)
    if listed not in _LISTS:
        return forms.Field(widget=forms.TextInput(attrs={"class": "cg-code", "list": f"{listed}-nearby"}), **common)
    offered = _LISTS[listed](subject, acting)
    if listed == "departments" and subject.state in UNDISPATCHED:
        _propose(item, proposal_for(subject, acting.at), common)
    if item.many:
        return forms.MultipleChoiceField(choices=offered, widget=forms.CheckboxSelectMultiple, **common)
    empty = _("choose") if item.required else _EMPTY.get(listed, "–")
    return forms.ChoiceField(choices=[("", empty), *offered], **common)


def _propose(item: Input, proposal: Proposal | None, common: dict[str, Any]) -> None:
    """Choose beforehand what the rules propose, and say why."""
    if proposal is None:
        return
    if item.many:
        common["initial"] = [one.code for one in proposal.co_departments]
        return
    common["initial"] = proposal.department.code
    common["help_text"] = _("Proposed: %(department)s. %(reason)s To choose another one, say why in the opinion.") % {
        "department": proposal.department.label, "reason": proposal.reason,
    }  # fmt: skip


def _workers(subject: Any, acting: Acting) -> Options:
    wide = [area for area in acting.path(subject.area_id) if area.level != Level.GRID]
    around = wide[-1].code if wide else subject.area.code
    return _people(staff.grid_workers(acting, around))


def _handlers(subject: Any, acting: Acting) -> Options:
    return _people(staff.handlers(acting, subject.lead_department.code if subject.lead_department else ""))


def _people(found: Any) -> Options:
    return [(one.username, str(one)) for one in found.order_by("display_name", "username")]


def _departments(subject: Any, acting: Acting) -> Options:
    return [(one.code, one.label) for one in staff.staffed_departments(acting).order_by("code")]


def _conditions(case: Any, acting: Acting) -> Options:
    found = FilingCondition.objects.in_force(acting.at).filter(category=case.category_id).prefetch_related("limits")
    area_class = Grid.objects.filter(area=case.area_id).values_list("area_class", flat=True).first() or ""
    mode = work_day_mode()
    return [
        (
            one.code,
            Condition(one.label, one.closing_label, [row.as_limit(mode).words for row in one.stages_for(area_class)]),
        )
        for one in found.order_by("code")
    ]


def _whistle_departments(subject: Any, acting: Acting) -> Options:
    """Return first the departments around, then those of other districts with the district's name."""
    near = staff.departments(acting).order_by("code")
    far = callable_departments(acting.user, acting.at).exclude(pk__in=near.values("pk")).select_related("area_served")
    return [(one.code, one.label) for one in near] + [
        (one.code, f"{one.label} · {one.area_served.label}") for one in far.order_by("code")
    ]


def _called(subject: Any, acting: Acting) -> Options:
    calls = subject.calls.select_related("department").order_by("pk")
    return [(call.department.code, call.department.label) for call in calls]


def _whistle_kinds(subject: Any, acting: Acting) -> Options:
    kinds = WhistleKind.objects.in_force(acting.at).order_by("position")
    return [(kind.code, kind.label) for kind in kinds if any(acting.holds_role(role) for role in kind.blown_by)]


def _whistles(case: Any, acting: Acting) -> Options:
    """Return the whistles of the person's streets that a case can still join."""
    drafts = Whistle.objects.visible_to(acting.user, acting.at).filter(state__in=INSIDE).order_by("-drafted_at")
    return [(one.number, f"{one.number} {one.description[:40]}") for one in drafts[:50]]


# What no choice means, where the choice is free.
_EMPTY = {"grid-workers": _("the nearest one on duty"), "whistles": _("a whistle of its own")}
_LISTS: dict[str, Callable[[Any, Acting], Options]] = {
    "whistle-departments": _whistle_departments,
    "called-departments": _called,
    "whistle-kinds": _whistle_kinds,
    "whistles": _whistles,
    "departments": _departments,
    "grid-workers": _workers,
    "handlers": _handlers,
}


def _is_id(key: str) -> bool:
    return len(key) == 36 and all(char in "0123456789abcdef-" for char in key)
