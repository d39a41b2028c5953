"""The form of a call: what the operator types while talking. A refused one loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from cases.hotline.intake import GIVEN, Step, take_call
from cases.hotline.limits import limit_of
from cases.hotline.models import Ticket
from cases.hotline.reference import DemandType, TicketCategory
from cases.hotline.services import CallerTold
from cases.hotline.states import Identity, Level, OtherChannel
from cases.hotline.units import units
from cases.web.forms import InputForm
from cases.workflow.inputs import MAX_TEXT, clean
from cases.workflow.people import Acting
from cases.workflow.table import Input, InputType
from citygrid.common.errors import Invalid, Refusal
from gridmap.places.words import pinyin, plain
from gridmap.registers import checks

IDENTITIES = (
    (Identity.OPEN, gettext_lazy("gives name or number")),
    (Identity.CONFIDENTIAL, gettext_lazy("confidential: the unit learns nothing")),
    (Identity.ANONYMOUS, gettext_lazy("anonymous: nothing is kept, no callback")),
)
INPUTS = (
    Input("caller_phone", gettext_lazy("phone"), required=False),
    Input("caller_name", gettext_lazy("caller's name"), required=False),
    Input("identity", gettext_lazy("identity"), InputType.CHOICE, choices=IDENTITIES),
    Input("other_phone", gettext_lazy("another phone of the caller"), required=False),
    Input("caller_address", gettext_lazy("address of the caller"), required=False),
    Input("contact_wish", gettext_lazy("when and how to be contacted"), required=False),
    Input("no_callback", gettext_lazy("does not want to be called back"), InputType.BOOL, required=False),
    Input("content", gettext_lazy("what the caller tells")),
    Input("demand_type", gettext_lazy("type of demand"), InputType.REF, ref="demand-types"),
    Input("title", gettext_lazy("title"), required=False,
          help=gettext_lazy("Left empty, the beginning of the text.")),
    Input("event_at", gettext_lazy("happened at"), InputType.DATETIME, required=False),
    Input("area", gettext_lazy("area"), InputType.REF, ref="areas", required=False),
    Input("address", gettext_lazy("address or landmark"), required=False),
    Input("position", gettext_lazy("position"), InputType.POINT, required=False,
          help=gettext_lazy("Longitude, latitude in degrees; set by the place, by a click on the map, or typed.")),
    Input("category", gettext_lazy("category"), InputType.REF, ref="ticket-categories", required=False),
    Input("level", pgettext_lazy("of a ticket", "level"), InputType.CHOICE, choices=tuple(Level.choices),
          required=False),
    Input("target", gettext_lazy("same matter as the ticket"), InputType.REF, ref="tickets", required=False),
    Input("step", gettext_lazy("what happens now"), InputType.CHOICE, choices=tuple(Step.choices)),
    Input("unit", gettext_lazy("unit"), InputType.REF, ref="units", required=False),
    Input("answer", gettext_lazy("answer to the caller"), required=False),
    Input("other_channel", gettext_lazy("competent channel"), InputType.CHOICE, choices=tuple(OtherChannel.choices),
          required=False),
    Input("advice", gettext_lazy("what the caller is told"), required=False,
          help=gettext_lazy("Who is competent, why, and how to reach them.")),
)  # fmt: skip
# The columns take so many characters, blanks around not counted.
LONGEST = {
    "caller_phone": 30, "caller_name": 60, "other_phone": 30, "caller_address": 200, "contact_wish": 100, "title": 100,
    "address": 200,
}  # fmt: skip
_OTHER_NAMES = {"lon": "position", "lat": "position", "other_phones": "other_phone", "note": "content"}


class Findable(forms.Select):
    """A choice whose entries are found by name, code and pinyin initials; a script makes it a combobox."""

    def __init__(self) -> None:
        super().__init__(attrs={"data-cg-combo": ""})

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **more: Any) -> dict[str, Any]:
        """Add what an entry is found by."""
        found = super().create_option(name, value, label, *args, **more)
        found["attrs"]["data-words"] = _words(f"{label}{value}")
        return found


@lru_cache(maxsize=2000)
def _words(label: str) -> str:
    return f"{plain(label)} {pinyin(label)[0]}"


class IntakeForm(InputForm):
    """The call as it was typed."""

    def __init__(self, acting: Acting, *, initial: dict[str, str] | None = None, **sent: Any) -> None:
        plainly = tuple(item for item in INPUTS if item.name not in ("demand_type", "category", "unit", "level"))
        super().__init__(plainly, None, acting, name="call", **sent)
        self.inputs = INPUTS
        self.initial = {"identity": Identity.OPEN.value, "step": Step.DISPATCH.value, **(initial or {})}
        own = self.fields
        own["demand_type"] = forms.ChoiceField(
            label=_("Type of demand"), widget=forms.RadioSelect, choices=_once(lambda: _types(acting))
        )
        own["category"] = forms.ChoiceField(
            label=_("Category"), required=False, widget=Findable(),
            choices=_once(lambda: [("", "–"), *_categories(acting)]),
        )  # fmt: skip
        own["level"] = forms.ChoiceField(
            label=pgettext("of a ticket", "Level"), widget=forms.RadioSelect, choices=_once(_levels)
        )
        own["unit"] = forms.ChoiceField(
            label=_("Unit"), widget=Findable(),
            choices=_once(lambda: [("", "–"), *_units(acting)]),
        )  # fmt: skip
        own["content"].widget = forms.Textarea(attrs={"rows": 5, "maxlength": MAX_TEXT})
        own["caller_phone"].widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "inputmode": "tel"})
        for name in ("answer", "other_channel", "advice"):  # needed by the step that shows them
            own[name].required = True
        own["answer"].widget = own["advice"].widget = forms.Textarea(attrs={"rows": 3, "maxlength": MAX_TEXT})
        own["area"].widget = own["target"].widget = forms.HiddenInput()
        for name, most in LONGEST.items():
            own[name].widget.attrs |= {"maxlength": most, "autocomplete": "off"}

    def refuse(self, refusal: Refusal) -> None:
        """Say why, each fault beside the field that the operator sees."""
        faults = getattr(refusal, "fields", {})
        super().refuse(Invalid(str(refusal), fields={_OTHER_NAMES.get(name, name): said
                                                     for name, said in faults.items()}))  # fmt: skip

    def save(self, call_reference: str, request_id: str) -> Ticket:
        """Take the call. Raises the refusal with every fault that could be found."""
        sent = self.given()
        if sent.get("step") == Step.URGE:
            # Nothing new is logged, so nothing but the ticket is needed.
            inputs: Iterable[Input] = [item for item in INPUTS if item.name in ("step", "target")]
            given = clean(tuple(inputs), {name: sent[name] for name in ("step", "target") if name in sent},
                          by=self.acting.user, at=self.acting.at)  # fmt: skip
            return take_call(by=self.acting.user, at=self.acting.at, step=given["step"], target=given["target"],
                             caller=_told(sent), content=sent.get("content", "").strip()[:MAX_TEXT])  # fmt: skip
        given = self._clean(sent)
        step, point = given["step"], given["position"]
        return take_call(
            by=self.acting.user, at=self.acting.at, step=step, target=given["target"],
            given={name: given[name] for name in GIVEN.get(Step(step), ()) if given[name]},
            demand_type=given["demand_type"], content=given["content"], title=given["title"] or "",
            caller=_told(given),
            anonymous=given["identity"] == Identity.ANONYMOUS, confidential=given["identity"] == Identity.CONFIDENTIAL,
            category=given["category"], level=given["level"] or "", event_at=given["event_at"],
            lon=point.x if point else None, lat=point.y if point else None, area=given["area"],
            address=given["address"] or "", contact_wish=given["contact_wish"] or "",
            wants_callback=not given["no_callback"], call_reference=call_reference[:64],
            client_request_id=request_id[:64],
        )  # fmt: skip

    def _clean(self, sent: dict[str, Any]) -> dict[str, Any]:
        """Return the values, with what is too long or missing for the chosen step named together with the rest."""
        faults: dict[str, list[str]] = {
            name: [_("This is longer than %(limit)s characters.") % {"limit": most}]
            for name, most in LONGEST.items() if len(sent.get(name, "").strip()) > most
        }  # fmt: skip
        for name in GIVEN.get(sent.get("step", ""), ()):
            if name != "level" and not str(sent.get(name, "")).strip():
                faults[name] = [_("This is needed.")]
        if sent.get("identity") != Identity.ANONYMOUS:
            faults |= _phone_faults(sent)
        try:
            given = clean(INPUTS, sent, by=self.acting.user, at=self.acting.at)
        except Invalid as refusal:
            faults = {**refusal.fields, **faults}
        if faults:
            raise Invalid(_("The call is not saved yet; each fault is explained beside its field."), fields=faults)
        return given


def _told(given: dict[str, Any]) -> CallerTold:
    told = {name: given.get(name) or "" for name in ("caller_name", "caller_phone", "caller_address", "other_phone")}
    return CallerTold(
        name=told["caller_name"], phone=told["caller_phone"], address=told["caller_address"],
        other_phones=[told["other_phone"]],
    )  # fmt: skip


def _phone_faults(sent: dict[str, Any]) -> dict[str, list[str]]:
    faults = {}
    if not (sent.get("caller_phone") or sent.get("caller_name")):
        faults["caller_phone"] = [_("Give a number or a name, or choose “anonymous”.")]
    for name in ("caller_phone", "other_phone"):
        try:
            if typed := sent.get(name, "").strip():
                checks.phone(typed)
        except Invalid as fault:
            faults[name] = [str(fault)]
    return faults


def _once(choices: Callable[[], list[tuple[str, str]]]) -> Callable[[], list[tuple[str, str]]]:
    """Return choices that are read when the form is shown, and then once: a call that is saved shows none."""
    return cache(choices)


def _units(acting: Acting) -> list[tuple[str, str]]:
    return [(one.code, one.label) for one in units(acting).order_by("kind", "code")]


def _types(acting: Acting) -> list[tuple[str, str]]:
    return [(one.code, one.label) for one in DemandType.objects.in_force(acting.at).order_by("pk")]


def _categories(acting: Acting) -> list[tuple[str, str]]:
    """Return the tree as lines, each with the names above it."""
    entries = {one.pk: one for one in TicketCategory.objects.in_force(acting.at).order_by("code")}
    return [(one.code, " › ".join(_upwards(one, entries))) for one in entries.values()]


def _upwards(entry: TicketCategory, entries: dict[int, TicketCategory]) -> list[str]:
    above = entries.get(entry.parent_id) if entry.parent_id else None
    return [*(_upwards(above, entries) if above is not None else ()), entry.label]


def _levels() -> list[tuple[str, str]]:
    return [(one.value, f"{limit_of('reply', one).words} · {one.label}") for one in Level]
