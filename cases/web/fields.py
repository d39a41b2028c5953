"""Form fields for the inputs of moves. They only show and keep; the engine alone judges what was sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from cases.casework.checks import UNDISPATCHED, Proposal, proposal_for
from cases.evidence.models import Evidence
from cases.web.lists import EMPTY, LISTS, conditions
from cases.workflow.inputs import MAX_TEXT
from cases.workflow.people import Acting
from cases.workflow.table import Input, InputType

YES_NO = [("true", _("yes")), ("false", _("no"))]
FEW = 6  # so many choices are shown at once
LONG_TEXTS = frozenset(
    {"result", "order", "reply", "text", "opinion", "reason", "asked", "why_not_alone", "conclusion", "feedback",
     "plan", "description", "answer", "advice", "measures", "public_text", "internal_text", "minutes", "resolution",
     "follow_up"}
)  # fmt: skip


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
    if item.type == InputType.BOOL and item.required:  # an empty box would be no answer
        return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **common)
    return forms.Field(widget=_PLAIN.get(item.type, _text)(item), **common)


def _text(item: Input) -> forms.Widget:
    longest = item.longest or MAX_TEXT
    if item.name in LONG_TEXTS or item.name == "note":
        return forms.Textarea(attrs={"rows": 3 if item.name in LONG_TEXTS else 2, "maxlength": longest})
    return forms.TextInput(attrs={"maxlength": longest})


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
        return forms.ChoiceField(choices=conditions(subject, acting), widget=ConditionSelect, **common)
    if listed not in LISTS:
        return forms.Field(widget=forms.TextInput(attrs={"class": "cg-code", "list": f"{listed}-nearby"}), **common)
    offered = LISTS[listed](subject, acting)
    if listed == "departments" and subject.state in UNDISPATCHED:
        _propose(item, proposal_for(subject, acting.at), common)
    if item.many:
        return forms.MultipleChoiceField(choices=offered, widget=forms.CheckboxSelectMultiple, **common)
    empty = _("choose") if item.required else EMPTY.get(listed, "–")
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


def _is_id(key: str) -> bool:
    return len(key) == 36 and all(char in "0123456789abcdef-" for char in key)
