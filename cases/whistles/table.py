"""The rulebook of the whistle (lifecycles §3): Chaoyang's seven steps and the side ways."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.casework.states import Outcome
from cases.whistles import closing, effects, guards, limits
from cases.whistles.states import ENDED, LINKED, ReviewVerdict, SourceKind, WhistleState
from cases.workflow.table import Actor, ClockRule, ClockVerb, Input, InputType, Lifecycle, Relation, Transition
from citygrid.accounts.roles import Role

W = WhistleState
SS, SD, MG = Actor(Role.STREET_STAFF), Actor(Role.STREET_LEADER), Actor(Role.MANAGER)
DP = Actor(Role.PLATFORM_CLERK, Relation.PLATFORM)
GUEST = Actor(Role.PLATFORM_CLERK, Relation.GUEST_PLATFORM)
LEAD = (Actor(Role.DEPT_CLERK, Relation.DEPARTMENT), Actor(Role.HANDLER, Relation.DEPARTMENT))
CALLED = (Actor(Role.DEPT_CLERK, Relation.CO_DEPARTMENT), Actor(Role.HANDLER, Relation.CO_DEPARTMENT))
START_REVIEW = ClockRule(ClockVerb.START, limits.REVIEW)
STOP_REVIEW = ClockRule(ClockVerb.STOP, limits.REVIEW)

INSIDE = (W.DRAFT, W.JUDGED)
AT_WORK = (W.ISSUED, W.HANDLING)
SOURCES = tuple((value, label) for value, label in SourceKind.choices if value not in LINKED)
NAMED = Input("department", _("department"), InputType.REF, ref="called-departments?whistle={whistle}")
POSITION = Input("position", _("position"), InputType.POINT, required=False)
ADDRESS = Input("address", _("address"), required=False, longest=200)
APPEAR_AT = Input("appear_at", _("time to appear"), InputType.DATETIME, required=False,
                  help=_("Leave this empty for the limit of the kind."))  # fmt: skip
CONCLUSION = (
    Input("outcome", _("outcome"), InputType.CHOICE, choices=tuple(Outcome.choices)),
    Input("conclusion", _("joint conclusion")),
)

ROWS: tuple[Transition, ...] = (
    # 1 哨源形成
    Transition("draft", _("Draft a whistle"), (), (W.DRAFT,), actors=(SS, SD)),
    Transition("draft_again", _("Draft the next whistle"), (), (W.JUDGED,), system=True,
               inputs=(Input("again_of", _("whistle number")),)),
    Transition("source_joined", _("A source joined"), INSIDE, (), system=True, inputs=(Input("source", _("source")),)),
    Transition(
        "add_source", _("Add a source"), INSIDE, (), actors=(SS, SD), effect=effects.add_source,
        inputs=(Input("kind", _("kind"), InputType.CHOICE, choices=SOURCES),
                Input("reference", _("number or name"), required=False, longest=100), Input("note", _("note"))),
    ),
    Transition(
        "edit", _("Change the draft"), INSIDE, (), actors=(SS, SD), effect=effects.edit,
        inputs=(Input("description", _("what it is about"), required=False), POSITION, ADDRESS),
    ),
    # 2 街乡分析研判
    Transition(
        "name_department", _("Name a department"), INSIDE, (), actors=(SS, SD), effect=effects.name_department,
        inputs=(Input("department", _("department"), InputType.REF, ref="whistle-departments"),
                Input("asked", _("what is asked of it"))),
    ),
    Transition("drop_department", _("Leave a department out"), INSIDE, (), actors=(SS, SD), inputs=(NAMED,),
               effect=effects.drop_department),
    Transition(
        "judge", _("Judge"), (W.DRAFT,), (W.JUDGED,), actors=(SS, SD), guards=(guards.names_departments,),
        inputs=(Input("why_not_alone", _("why the street cannot solve it alone")),), effect=effects.judge,
    ),
    Transition("self_handle", _("Handle it ourselves"), (W.JUDGED,), (W.SELF_HANDLED,), actors=(SS, SD), opinion=True,
               effect=effects.ends_without_result),
    # 3 街乡吹哨
    Transition(
        "blow", _("Blow the whistle"), (W.JUDGED,), (W.WHISTLED,), actors=(SD, SS), guards=(guards.names_departments,),
        inputs=(Input("kind", _("kind of whistle"), InputType.REF, ref="whistle-kinds"),
                Input("lead", _("lead department"), InputType.REF, ref="called-departments?whistle={whistle}"),
                POSITION, ADDRESS, APPEAR_AT),
        checks=(effects.may_blow_kind,), effect=effects.blow, clocks=(START_REVIEW,),
    ),
    # 4 区级平台受理：联审、立项、派发
    Transition("start_review", _("Take up the joint review"), (W.WHISTLED,), (W.UNDER_REVIEW,), actors=(DP,)),
    Transition("approve", pgettext_lazy("whistle move", "Approve"), (W.UNDER_REVIEW,), (W.APPROVED,), actors=(DP,),
               effect=effects.approve, clocks=(STOP_REVIEW,)),
    Transition("send_back", _("Send back to the street"), (W.UNDER_REVIEW,), (W.JUDGED,), actors=(DP,), opinion=True,
               effect=effects.send_back, clocks=(STOP_REVIEW,)),
    Transition("convert", _("Convert to ordinary dispatch"), (W.UNDER_REVIEW,), (W.CONVERTED,), actors=(DP,),
               opinion=True, effect=effects.ends_without_result, clocks=(STOP_REVIEW,)),
    Transition("agree", _("Agree to the call of our units"), (W.UNDER_REVIEW, W.APPROVED), (), actors=(GUEST,),
               guards=(guards.has_open_guests,), effect=effects.agree),
    Transition("disagree", _("Refuse the call of our units"), (W.UNDER_REVIEW, W.APPROVED), (), actors=(GUEST,),
               opinion=True, guards=(guards.has_open_guests,), effect=effects.disagree),
    Transition("issue", _("Issue"), (W.APPROVED,), (W.ISSUED,), actors=(DP,), guards=(guards.guests_answered,),
               inputs=(APPEAR_AT,), effect=effects.issue),
    Transition("issue_at_once", _("Issued at once"), (W.WHISTLED,), (W.ISSUED,), system=True, effect=effects.issue),
    Transition(
        "review_afterwards", _("Review afterwards"), (*AT_WORK, W.SUBMITTED, W.RATED, W.FED_BACK, W.BLOWN_AGAIN), (),
        actors=(DP,), guards=(guards.to_review_afterwards,), effect=effects.review_afterwards, clocks=(STOP_REVIEW,),
        inputs=(Input("verdict", _("verdict"), InputType.CHOICE, choices=tuple(ReviewVerdict.choices)),),
    ),
    # 5 部门报到
    Transition("first_arrival", _("The first department arrived"), (W.ISSUED,), (W.HANDLING,), system=True,
               inputs=(Input("department", _("department")),)),
    Transition("name_lead", _("Name another lead"), (W.UNDER_REVIEW, W.APPROVED, *AT_WORK), (), actors=(DP,),
               opinion=True, inputs=(NAMED,), effect=effects.name_lead),
    Transition(
        "submit_joint", _("Submit the joint conclusion"), (W.HANDLING,), (W.SUBMITTED,), actors=LEAD,
        inputs=CONCLUSION, guards=(guards.all_settled, guards.lead_takes_part), effect=closing.conclude,
    ),
    Transition(
        "conclude", _("Conclude in place of the lead"), AT_WORK, (W.SUBMITTED, W.RATED), actors=(SS, SD),
        inputs=CONCLUSION, guards=(guards.all_settled, guards.lead_is_away), choose=closing.rated_or_submitted,
        effect=closing.conclude,
    ),
    # 6 评价监督
    Transition(
        "rate", _("Rate a department"), (W.SUBMITTED,), (W.SUBMITTED, W.RATED), actors=(SS, SD),
        inputs=(NAMED,
                *(Input(name, label, InputType.NUMBER, help=scale) for name, label, scale in closing.SHEET),
                Input("reason", _("reason"), required=False, help=_("Needed below 60 points."))),
        checks=(closing.check_points,), choose=closing.next_to_rate, effect=closing.rate,
    ),
    Transition("urge", _("Urge"), AT_WORK, (), actors=(SS, SD, DP), guards=(guards.somebody_is_awaited,),
               inputs=(Input("note", _("note"), required=False),)),
    # 7 结果反馈
    Transition("feed_back", _("Feed back to the source"), (W.RATED,), (W.FED_BACK,), actors=(SS, SD),
               inputs=(Input("feedback", _("feedback to the source")),), effect=closing.feed_back),
    Transition("blow_again", _("Blow again"), (W.RATED, W.FED_BACK), (W.BLOWN_AGAIN,), actors=(SD,), opinion=True,
               effect=closing.blow_again),
    # side ways
    Transition("discard", _("Discard the draft"), (W.DRAFT,), (W.RECALLED,), actors=(SS, SD), opinion=True,
               effect=effects.ends_without_result),
    Transition(
        "recall", _("Recall"), (W.JUDGED, W.WHISTLED, W.UNDER_REVIEW, W.APPROVED, W.ISSUED), (W.RECALLED,),
        actors=(SD,), opinion=True, effect=effects.recall, clocks=(STOP_REVIEW,),
    ),
    Transition(
        "escalate", _("Escalate to the level above"), (W.WHISTLED, W.UNDER_REVIEW, W.APPROVED, *AT_WORK), (),
        actors=(DP,), opinion=True, guards=(guards.has_level_above,), effect=effects.escalate,
    ),
    Transition("comment", _("Comment"), tuple(W), (), actors=(SS, SD, DP, GUEST, MG, *CALLED),
               inputs=(Input("text", _("comment")),)),
)  # fmt: skip

_STREET = (Role.STREET_STAFF, Role.STREET_LEADER)
WHISTLE = Lifecycle(
    name="whistle", label=_("whistle"), states=dict(W.choices), initial=W.DRAFT, terminal=ENDED,
    turn={
        W.DRAFT: _STREET, W.JUDGED: _STREET, W.WHISTLED: (Role.PLATFORM_CLERK,), W.UNDER_REVIEW: (Role.PLATFORM_CLERK,),
        W.APPROVED: (Role.PLATFORM_CLERK,), W.ISSUED: (Role.DEPT_CLERK, Role.HANDLER),
        W.HANDLING: (Role.DEPT_CLERK, Role.HANDLER), W.SUBMITTED: _STREET, W.RATED: _STREET,
    },
    rows=ROWS, limits=limits.WHISTLE_LIMITS,
)  # fmt: skip
