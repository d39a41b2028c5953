"""The rulebook of a council matter: residents propose, a meeting resolves, a case or whistle follows, all is told."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.casework.states import Outcome
from cases.councils import effects
from cases.councils.states import ENDED, MatterState
from cases.workflow.table import Actor, Input, InputType, Lifecycle, Transition
from citygrid.accounts.roles import Role

M = MatterState
SS, SD, MG = Actor(Role.STREET_STAFF), Actor(Role.STREET_LEADER), Actor(Role.MANAGER)
STREET = (SS, SD)
ORIGIN = Input("origin", _("number of the case or whistle"))
OUTCOME = Input("outcome", _("outcome"), InputType.CHOICE, choices=tuple(Outcome.choices))
RESULT = Input("result", _("what was done"))
RESOLUTION = 3800  # characters: with the title before it, it becomes the description of a case

ROWS: tuple[Transition, ...] = (
    Transition("propose", _("Take a proposal"), (), (M.PROPOSED,), actors=STREET),
    Transition(
        "put_on_agenda", _("Put on the agenda"), (M.PROPOSED,), (M.ON_AGENDA,), actors=STREET,
        inputs=(Input("meeting_at", _("time of the meeting"), InputType.DATETIME),
                Input("meeting_place", _("place of the meeting"), longest=200)),
        checks=(effects.check_meeting,), effect=effects.put_on_agenda,
    ),
    Transition("take_off_agenda", _("Take off the agenda"), (M.ON_AGENDA,), (M.PROPOSED,), actors=STREET, opinion=True,
               effect=effects.take_off_agenda),
    Transition(
        "hold_meeting", _("Keep the minutes"), (M.ON_AGENDA,), (M.DISCUSSED,), actors=STREET,
        inputs=(Input("held_at", _("held at"), InputType.DATETIME),
                Input("attended", _("people who took part"), InputType.NUMBER),
                Input("minutes", pgettext_lazy("council", "minutes"),
                      help=_("Who spoke for whom, and what was said; no private data."))),
        checks=(effects.check_minutes,), effect=effects.hold_meeting,
    ),
    Transition(
        "resolve", _("Keep the resolution"), (M.DISCUSSED,), (M.DECIDED,), actors=STREET,
        inputs=(Input("resolution", _("resolution"), longest=RESOLUTION),
                Input("in_favour", _("votes in favour"), InputType.NUMBER),
                Input("against", _("votes against"), InputType.NUMBER)),
        checks=(effects.check_votes,), effect=effects.resolve,
    ),
    Transition("decline", pgettext_lazy("council move", "Decline"), (M.PROPOSED, M.ON_AGENDA, M.DISCUSSED, M.DECIDED),
               (M.DECLINED,), actors=STREET, opinion=True, effect=effects.ends),
    Transition(
        "link_case", _("Raise or join a case"), (M.DECIDED,), (M.IN_HAND,), actors=(SS,),
        inputs=(Input("case", _("open case to join"), InputType.REF, ref="cases", required=False,
                      help=_("Leave this empty to open a new case.")),
                Input("category", _("category of the case"), InputType.REF, ref="categories", required=False),
                Input("position", _("position"), InputType.POINT, required=False),
                Input("address", _("address"), required=False, longest=200)),
        effect=effects.link_case,
    ),
    Transition("link_whistle", _("Draft a whistle from it"), (M.DECIDED,), (M.IN_HAND,), actors=STREET,
               effect=effects.link_whistle),
    Transition("carry_out", _("Residents did it themselves"), (M.DECIDED,), (M.DONE,), actors=STREET, inputs=(RESULT,),
               effect=effects.carried_out),
    Transition("told", _("Outcome reported back"), (M.IN_HAND,), (M.DONE,), system=True,
               inputs=(OUTCOME, RESULT, ORIGIN), effect=effects.told),
    Transition("let_go", _("The case or whistle came to nothing"), (M.IN_HAND,), (M.DECIDED,), system=True,
               inputs=(ORIGIN,), effect=effects.let_go),
    Transition("stop_waiting", _("Wait for it no longer"), (M.IN_HAND,), (M.DECIDED,), actors=STREET, opinion=True,
               effect=effects.let_go),
    Transition("handed_on", _("The whistle was blown again"), (M.IN_HAND,), (), system=True, inputs=(ORIGIN,),
               effect=effects.handed_on),
    Transition("take_up_again", _("Take it up again"), (M.DONE,), (M.DECIDED,), actors=STREET, opinion=True,
               effect=effects.take_up_again),
    Transition(
        "publish", _("Publish the follow-up"), (M.DONE,), (M.PUBLISHED,), actors=STREET,
        inputs=(Input("follow_up", _("follow-up for the residents"), help=_("Everybody may read it; no names.")),),
        effect=effects.publish,
    ),
    Transition("comment", pgettext_lazy("council move", "Comment"), tuple(M), (), actors=(*STREET, MG),
               inputs=(Input("text", _("comment")),)),
)  # fmt: skip

_STREET = (Role.STREET_STAFF, Role.STREET_LEADER)
COUNCIL_MATTER = Lifecycle(
    name="council_matter", label=_("council matter"), states=dict(M.choices), initial=M.PROPOSED, terminal=ENDED,
    turn={state: _STREET for state in M if state not in ENDED}, rows=ROWS,
)  # fmt: skip
