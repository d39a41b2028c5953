"""The rows of the case's rulebook that deal with whistles: taken up, handed on, let go, moved on by the feedback."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cases.casework import guards, whistled
from cases.casework.states import Outcome
from cases.casework.states import State as S
from cases.workflow.table import Actor, ClockRule, Input, InputType, Transition
from cases.workflow.table import ClockVerb as V
from citygrid.accounts.roles import Role

WHISTLE = Input("whistle", _("whistle number"))
OUTCOME = Input("outcome", _("outcome"), InputType.CHOICE, choices=tuple(Outcome.choices))
RESULT = Input("result", _("what was done"))

ROWS: tuple[Transition, ...] = (
    Transition(
        "whistle", _("Whistle for departments"), (S.FILED, S.DISPATCHED, S.HANDLING), (S.HANDLING,),
        actors=(Actor(Role.STREET_STAFF), Actor(Role.STREET_LEADER)),
        inputs=(Input("whistle", _("whistle it joins"), InputType.REF, ref="whistles?open=1", required=False,
                      help=_("Leave this empty to draft a whistle of its own.")),),
        guards=(guards.no_open_request, guards.not_under_whistle), effect=whistled.take_up,
        clocks=(ClockRule(V.STOP, "dispatch"), ClockRule(V.STOP, "sign"), ClockRule(V.PAUSE, "handle")),
    ),
    Transition(
        "whistle_again", _("Waits for the next whistle"), (S.HANDLING,), (), system=True, inputs=(WHISTLE,),
        effect=whistled.wait_on,
    ),
    Transition(
        "whistle_ended", _("The whistle ended without a result"), (S.HANDLING,), (S.FILED,), system=True,
        inputs=(WHISTLE,), effect=whistled.let_go, clocks=(ClockRule(V.START, "dispatch"),),
    ),
    Transition(
        "whistle_fed_back", _("The whistle was fed back"), (S.HANDLING,), (S.FED_BACK,), system=True,
        inputs=(WHISTLE, OUTCOME, RESULT), effect=whistled.fed_back, clocks=(ClockRule(V.STOP, "handle"),),
    ),
)  # fmt: skip
