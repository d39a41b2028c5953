"""The rulebook of the report-in (lifecycles §3): called → signed → arrived → at work → submitted → accepted."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.casework.states import Outcome
from cases.whistles import limits
from cases.whistles import report_effects as effects
from cases.whistles import report_guards as guards
from cases.whistles.kinds import ClockKind
from cases.whistles.states import EXPECTED, SETTLED, ReportState
from cases.workflow.table import Actor, ClockRule, ClockVerb, Input, InputType, Lifecycle, Relation, Transition
from citygrid.accounts.roles import Role

R = ReportState
DC, HA = Actor(Role.DEPT_CLERK, Relation.DEPARTMENT), Actor(Role.HANDLER, Relation.DEPARTMENT)
SS, SD = Actor(Role.STREET_STAFF), Actor(Role.STREET_LEADER)
DP, MG = Actor(Role.PLATFORM_CLERK, Relation.PLATFORM), Actor(Role.MANAGER)
AT_WORK = (R.ARRIVED, R.HANDLING)
OPEN = tuple(state for state in R if state not in SETTLED)
PHOTOS = Input("photos", _("photos"), InputType.EVIDENCE, many=True)


def stop(*kinds: str) -> tuple[ClockRule, ...]:
    """Stop clocks."""
    return tuple(ClockRule(ClockVerb.STOP, kind) for kind in kinds)


ALL_STOP = stop(*ClockKind.values)
HERE = stop(ClockKind.SIGN, ClockKind.ARRIVE, ClockKind.MEETING, ClockKind.CONTACT)

ROWS: tuple[Transition, ...] = (
    Transition("call", _("Call the department"), (), (R.CALLED,), system=True, effect=effects.call),
    Transition(
        "sign", pgettext_lazy("report-in move", "Sign for"), (R.CALLED,), (R.SIGNED,), actors=(DC, HA),
        effect=effects.sign, clocks=stop(ClockKind.SIGN),
    ),
    Transition(
        "contact", _("Note the contact with the street"), (R.SIGNED, *AT_WORK), (), actors=(DC, HA),
        inputs=(Input("note", _("with whom, and what was agreed")),), guards=(guards.has_contact_clock,),
        effect=effects.contact, clocks=stop(ClockKind.CONTACT),
    ),
    Transition(
        "arrive", _("Check in on site"), EXPECTED, (R.ARRIVED,), actors=(DC, HA),
        inputs=(
            Input("people", _("who came"), longest=200, help=_("Names of the people on site.")),
            Input("position", _("position"), InputType.POINT, help=_("Where you stand, from the phone or the map.")),
            Input("accuracy", _("accuracy in metres"), InputType.NUMBER, required=False),
            PHOTOS,
            Input("far_reason", _("why so far from the place"), required=False),
        ),
        effect=effects.arrive, clocks=HERE,
    ),
    Transition(
        "plan", _("Hand in the plan"), (R.SIGNED, *AT_WORK), (), actors=(DC, HA), guards=(guards.has_plan_clock,),
        inputs=(Input("plan", _("plan")),), effect=effects.plan, clocks=stop(ClockKind.PLAN),
    ),
    Transition("begin", _("Begin the work"), (R.ARRIVED,), (R.HANDLING,), actors=(DC, HA)),
    Transition(
        "submit", _("Submit the result"), AT_WORK, (R.SUBMITTED,), actors=(DC, HA),
        inputs=(
            Input("outcome", _("outcome"), InputType.CHOICE, choices=tuple(Outcome.choices)),
            Input("result", _("what was done")),
            Input("after_photos", _("photos after"), InputType.EVIDENCE, required=False, many=True),
        ),
        effect=effects.submit, clocks=stop(ClockKind.PLAN),
    ),
    Transition(
        "accept", _("Accept the result"), (R.SUBMITTED,), (R.ACCEPTED,), actors=(SS, SD), effect=effects.ends,
        clocks=ALL_STOP,
    ),
    Transition(
        "rework", _("Send back for rework"), (R.SUBMITTED,), (R.HANDLING,), actors=(SS, SD), opinion=True,
        effect=effects.rework,
    ),
    Transition(
        "object", _("Object to the call"), EXPECTED, (R.OBJECTED,), actors=(DC,), opinion=True,
        guards=(guards.not_objected_before,), effect=effects.object_,
    ),
    Transition(
        "withdraw_objection", _("Withdraw the objection"), (R.OBJECTED,), (R.CALLED, R.SIGNED), actors=(DC,),
        choose=effects.where_it_was, effect=effects.goes_on,
    ),
    Transition(
        "uphold", _("Uphold the objection"), (R.OBJECTED,), (R.EXCUSED,), actors=(DP,), opinion=True,
        effect=effects.ruled, clocks=ALL_STOP,
    ),
    Transition(
        "reject", _("Reject the objection"), (R.OBJECTED,), (R.CALLED, R.SIGNED), actors=(DP,), opinion=True,
        choose=effects.where_it_was, effect=effects.ruled,
    ),
    Transition(
        "excuse", _("Excuse the department"), EXPECTED, (R.EXCUSED,), actors=(DP,), opinion=True,
        effect=effects.ruled, clocks=ALL_STOP,
    ),
    Transition(
        "absent", _("Did not come"), EXPECTED, (R.ABSENT,), system=True, guards=(guards.time_ran_out,),
        effect=effects.absent, clocks=ALL_STOP,
    ),
    Transition(
        "call_off", _("Called off with the whistle"), (*EXPECTED, R.OBJECTED), (R.CALLED_OFF,), system=True,
        effect=effects.ends, clocks=ALL_STOP,
    ),
    Transition(
        "supervise", pgettext_lazy("report-in move", "Supervise"), OPEN, (), actors=(DP, MG),
        guards=(guards.no_open_order,), inputs=(Input("order", _("order")),), effect=effects.supervise,
    ),
    Transition(
        "answer_supervision", _("Answer the order"), tuple(R), (), actors=(DC,), guards=(guards.has_open_order,),
        inputs=(Input("reply", _("answer")),), effect=effects.answer_order,
    ),
    Transition(
        "contest_rating", _("Contest the rating"), (R.ACCEPTED, R.ABSENT), (), actors=(DC,), opinion=True,
        guards=(guards.may_contest,), effect=effects.contest,
    ),
    Transition(
        "rule_on_rating", _("Rule on the contested rating"), (R.ACCEPTED, R.ABSENT), (), actors=(DP,), opinion=True,
        guards=(guards.is_contested,),
        inputs=(Input("set_aside", _("set the rating aside"), InputType.BOOL,
                      help=_("A rating set aside is not scored; the points stay on record.")),),
        effect=effects.rule_on_rating,
    ),
)  # fmt: skip

_DEPARTMENT = (Role.DEPT_CLERK, Role.HANDLER)
REPORT_IN = Lifecycle(
    name="report_in", label=_("report-in"), states=dict(R.choices), initial=R.CALLED, terminal=SETTLED,
    turn={
        R.CALLED: _DEPARTMENT, R.SIGNED: _DEPARTMENT, R.ARRIVED: _DEPARTMENT, R.HANDLING: _DEPARTMENT,
        R.SUBMITTED: (Role.STREET_STAFF, Role.STREET_LEADER), R.OBJECTED: (Role.PLATFORM_CLERK,),
    },
    rows=ROWS, limits=limits.REPORT_LIMITS,
)  # fmt: skip
