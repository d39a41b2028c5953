"""The rulebook of the case (lifecycles §1): every move, who may make it, what it needs and which clocks it moves."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.casework import checks, effects, guards, limits, merging, taking_over, trust, whistle_rows
from cases.casework.states import OPEN, TERMINAL, DeclineReason, Outcome, State
from cases.workflow.clock_rules import pause, restart, resume, revive, start, stop
from cases.workflow.table import Actor, Input, InputType, Lifecycle, Relation, Transition
from citygrid.accounts.roles import Role

S = State
GW, AC, SL, DI = Actor(Role.GRID_WORKER), Actor(Role.ACCEPTOR), Actor(Role.SHIFT_LEADER), Actor(Role.DISPATCHER)
HO, CB, SS, MG = Actor(Role.HOTLINE_OPERATOR), Actor(Role.CALLBACK_AGENT), Actor(Role.STREET_STAFF), Actor(Role.MANAGER)
DC = Actor(Role.DEPT_CLERK, Relation.DEPARTMENT)
HA = Actor(Role.HANDLER, Relation.PERSON)
CO_DC = Actor(Role.DEPT_CLERK, Relation.CO_DEPARTMENT)

ALL_STOP = tuple(stop(kind) for kind in limits.KINDS)
PHOTOS = Input("photos", _("photos"), InputType.EVIDENCE, required=False, many=True)
RESULT = Input("result", _("what was done"))
DEPARTMENT = Input("department", _("lead department"), InputType.REF, ref="departments")
CO_DEPARTMENTS = Input(
    "co_departments", _("co-departments"), InputType.REF, ref="departments", required=False, many=True
)
OUTCOME = Input("outcome", _("outcome"), InputType.CHOICE, choices=tuple(Outcome.choices))
MERGED = Input("merged", _("case number"))

ROWS: tuple[Transition, ...] = (
    Transition(
        "report", _("Report"), (), (S.REPORTED,),
        actors=(GW, SS, HO, Actor(Role.DEPT_CLERK), Actor(Role.LANE_STEWARD)), inputs=(PHOTOS,),
        clocks=(start("accept"),),
    ),
    Transition(
        "receive", _("Receive from outside"), (), (S.REPORTED,), inputs=(PHOTOS,), clocks=(start("accept"),),
        system=True,
    ),
    Transition(
        "import_history", _("Take over from an older system"), (), taking_over.STATES, inputs=taking_over.INPUTS,
        checks=(taking_over.times_fit,), choose=lambda move: move.inputs["state"], effect=taking_over.take_over,
        born=taking_over.keep, system=True,
    ),
    Transition(
        "fix_on_spot", _("Fix on the spot"), (S.REPORTED,), (S.PENDING_CLOSE,), actors=(GW,),
        inputs=(
            RESULT,
            Input("before_photos", _("photos before"), InputType.EVIDENCE, many=True),
            Input("after_photos", _("photos after"), InputType.EVIDENCE, many=True),
        ),
        guards=(guards.category_allows_fixing,), effect=effects.fix_on_spot, clocks=(stop("accept"), start("close")),
    ),
    Transition(
        "send_verify", _("Send for verification"), (S.REPORTED,), (S.VERIFYING,), actors=(AC,),
        inputs=(Input("worker", _("grid worker"), InputType.REF, ref="grid-workers?area={area}", required=False),
                Input("note", _("what to look for"), required=False)),
        effect=effects.send_verify, clocks=(pause("accept"), start("verify")),
    ),
    Transition(
        "verify_result", _("Verification result"), (S.VERIFYING,), (S.REPORTED,), system=True,
        inputs=(Input("verdict", _("verdict"), InputType.CHOICE, choices=tuple(checks.VERDICTS)), PHOTOS,
                Input("note", _("note"), required=False)),
        effect=effects.note_verdict, clocks=(resume("accept"), stop("verify")),
    ),
    Transition(
        "recall_verify", _("Call the verification off"), (S.VERIFYING,), (S.REPORTED,), actors=(AC,),
        effect=effects.recall_verify, clocks=(resume("accept"), stop("verify")),
    ),
    Transition(
        "verify_lapsed", _("Nobody verified in time"), (S.VERIFYING,), (S.REPORTED,), system=True,
        clocks=(resume("accept"), stop("verify")),
    ),
    Transition(
        "decline", _("Decline"), (S.REPORTED,), (S.DECLINED,), actors=(AC,), opinion=True,
        inputs=(Input("reason", _("reason"), InputType.CHOICE, choices=tuple(DeclineReason.choices)),
                Input("competent_unit", _("competent unit or channel"), longest=200,
                      help=_("Where the person can turn to instead, with a phone number if there is one."))),
        effect=effects.decline, clocks=ALL_STOP,
    ),
    Transition(
        "merge", _("Merge into another case"), (S.REPORTED, S.ACCEPTED), (S.MERGED,), actors=(AC, SL),
        inputs=(Input("target", _("case it belongs to"), InputType.REF, ref="cases"),),
        checks=(merging.check_merge,), effect=merging.merge, clocks=ALL_STOP,
    ),
    Transition(
        "unmerge", _("Undo the merge"), (S.MERGED,), (S.REPORTED, S.ACCEPTED), actors=(SL,), opinion=True,
        choose=lambda move: move.subject.state_before_merge or S.REPORTED,
        checks=(merging.lock_both,), effect=merging.unmerge,
        clocks=(revive("accept", to=S.REPORTED), revive("file", to=S.ACCEPTED)),
    ),
    Transition("absorb", _("Another case was merged in"), tuple(OPEN), (), system=True, inputs=(MERGED,)),
    Transition(
        "release", _("A merge was undone"), tuple(S), (), system=True, inputs=(MERGED,),
    ),
    Transition(
        "accept", _("Accept"), (S.REPORTED,), (S.ACCEPTED,), actors=(AC,), guards=(guards.believed,),
        clocks=(stop("accept"), start("file")),
    ),
    Transition(
        "file", pgettext_lazy("case move", "File"), (S.ACCEPTED,), (S.FILED,), actors=(SL,),
        inputs=(Input("condition", _("filing condition"), InputType.REF, ref="filing-conditions?category={category}",
                      help=_("It sets the time limit and the closing condition.")),),
        effect=effects.file, clocks=(stop("file"), start("dispatch")),
    ),
    Transition(
        "refuse_file", _("Do not file"), (S.ACCEPTED,), (S.NOT_FILED,), actors=(SL,), opinion=True,
        effect=effects.ends, clocks=ALL_STOP,
    ),
    Transition(
        "give_back", _("Give back to the acceptor"), (S.ACCEPTED,), (S.REPORTED,), actors=(SL,), opinion=True,
        clocks=(stop("file"), start("accept")),
    ),
    Transition(
        "dispatch", _("Dispatch"), (S.FILED,), (S.DISPATCHED,), actors=(DI,), inputs=(DEPARTMENT, CO_DEPARTMENTS),
        checks=(checks.somebody_can_sign, checks.override_needs_opinion), effect=effects.dispatch,
        clocks=(stop("dispatch"), start("sign")),
    ),
    Transition(
        "send_back", _("Send back to be accepted"), (S.FILED,), (S.ACCEPTED,), actors=(DI,), opinion=True,
        effect=effects.send_back, clocks=(stop("dispatch"), stop("handle"), start("file")),
    ),
    Transition(
        "redispatch", _("Dispatch elsewhere"), (S.DISPATCHED, S.FED_BACK), (S.DISPATCHED,), actors=(DI,), opinion=True,
        inputs=(DEPARTMENT, CO_DEPARTMENTS), guards=(guards.no_open_request,), checks=(checks.somebody_can_sign,),
        effect=effects.redispatch, clocks=(restart("sign"),),
    ),
    Transition(
        "sign", _("Sign for"), (S.DISPATCHED,), (S.HANDLING,), actors=(DC,), guards=(guards.no_open_request,),
        effect=effects.sign, clocks=(stop("sign"),),
    ),
    Transition(
        "assign_handler", _("Assign a handler"), (S.HANDLING,), (), actors=(DC,),
        inputs=(Input("handler", _("handler"), InputType.REF, ref="handlers?department={department}"),),
        guards=(guards.no_open_request, guards.not_under_whistle), effect=effects.assign_handler,
    ),
    Transition(
        "revoke_handler", _("Revoke the handler"), (S.HANDLING,), (), actors=(DC,), guards=(guards.has_handler,),
        effect=effects.revoke_handler,
    ),
    Transition(
        "finish_part", _("Finish our part"), (S.HANDLING,), (), actors=(CO_DC,), inputs=(RESULT, PHOTOS),
        effect=effects.finish_part,
    ),
    Transition(
        "take_back", _("Take back a returned case"), (S.DISPATCHED, S.HANDLING), (S.FILED,), system=True,
        guards=(guards.handler_revoked,), effect=effects.take_back,
        clocks=(stop("sign"), pause("handle"), start("dispatch")),
    ),
    *whistle_rows.ROWS,
    Transition(
        "submit", _("Submit the work"), (S.HANDLING,), (S.SUBMITTED,), actors=(HA, DC),
        inputs=(OUTCOME, RESULT,
                Input("after_photos", _("photos after"), InputType.EVIDENCE, required=False, many=True)),
        guards=(guards.no_open_request, guards.not_under_whistle, guards.parts_done),
        checks=(checks.solved_shows_photo,), effect=effects.submit,
    ),
    Transition(
        "redo_inside", _("Have it done again"), (S.SUBMITTED,), (S.HANDLING,), actors=(DC,), opinion=True,
    ),
    Transition(
        "confirm", _("Confirm"), (S.SUBMITTED,), (S.FED_BACK,), actors=(DC,), guards=(guards.other_than_submitter,),
        effect=trust.confirm, clocks=(stop("handle"),),
    ),
    Transition(
        "pass_feedback", _("Pass the feedback"), (S.FED_BACK,), (S.PENDING_CHECK,), actors=(DI,),
        guards=(guards.not_after_return,), clocks=(start("check"),),
    ),
    Transition(
        "pass_by_trust", _("Pass the feedback of a trusted department"), (S.FED_BACK,), (S.PENDING_CHECK,), system=True,
        guards=(trust.is_trusted,), clocks=(start("check"),),
    ),
    Transition(
        "rework", _("Send back for rework"), (S.FED_BACK, S.PENDING_CHECK, S.PENDING_CLOSE, S.CALLBACK), (S.HANDLING,),
        actors=(DI, AC, SL, CB), opinion=True, guards=(guards.was_dispatched,), effect=effects.rework,
        clocks=(stop("check"), stop("close"), restart("handle")),
    ),
    # The clock runs on meanwhile: the 30 minutes are the whole stage's, and lists keep their lamp. How long the grid
    # worker took is measured by the field task.
    Transition(
        "send_check", _("Send for a check"), (S.PENDING_CHECK,), (S.CHECKING,), actors=(AC,),
        inputs=(Input("worker", _("grid worker"), InputType.REF, ref="grid-workers?area={area}", required=False),
                Input("note", _("what to look for"), required=False)),
        effect=effects.send_check,
    ),
    Transition(
        "check_result", _("Check result"), (S.CHECKING,), (S.PENDING_CLOSE, S.PENDING_CHECK), system=True,
        inputs=(Input("verdict", _("verdict"), InputType.CHOICE, choices=tuple(checks.CHECK_VERDICTS)), PHOTOS,
                Input("note", _("note"), required=False)),
        choose=lambda move: S.PENDING_CLOSE if move.inputs["verdict"] == "pass" else S.PENDING_CHECK,
        clocks=(stop("check", to=S.PENDING_CLOSE), start("close", to=S.PENDING_CLOSE)),
    ),
    Transition(
        "recall_check", _("Call the check off"), (S.CHECKING,), (S.PENDING_CHECK,), actors=(AC,),
        effect=effects.recall_check,
    ),
    Transition("check_lapsed", _("Nobody checked in time"), (S.CHECKING,), (S.PENDING_CHECK,), system=True),
    Transition(
        "skip_check", _("Skip the check"), (S.PENDING_CHECK,), (S.PENDING_CLOSE,), actors=(AC,), opinion=True,
        guards=(guards.did_not_handle, guards.photos_prove_it), clocks=(stop("check"), start("close")),
    ),
    Transition(
        "close", pgettext_lazy("case move", "Close"), (S.PENDING_CLOSE,), (S.CLOSED, S.CALLBACK), actors=(SL,),
        guards=(guards.did_not_handle, guards.order_is_answered),
        choose=lambda move: S.CALLBACK if checks.somebody_waits_for_a_call(move.subject) else S.CLOSED,
        effect=effects.close, clocks=ALL_STOP,
    ),
    Transition(
        "callback_done", _("All callbacks done"), (S.CALLBACK,), (S.CLOSED,), system=True, effect=effects.ends,
        clocks=ALL_STOP,
    ),
    Transition(
        "reopen", _("Reopen"), (S.CLOSED, S.DECLINED, S.NOT_FILED), (S.ACCEPTED,), actors=(SL, MG), opinion=True,
        guards=(guards.within_reopening_days,), effect=effects.reopen, clocks=(start("file"),),
    ),
    Transition(
        "suspend", _("Suspend"), (S.HANDLING,), (S.SUSPENDED,), system=True,
        inputs=(Input("until", _("until"), InputType.DATETIME),), effect=effects.suspend, clocks=(pause("handle"),),
    ),
    Transition(
        "resume", _("Resume"), (S.SUSPENDED,), (S.HANDLING,), actors=(DC, DI), effect=effects.resume,
        clocks=(resume("handle"),),
    ),
    Transition(
        "wake", _("Resumes on its date"), (S.SUSPENDED,), (S.HANDLING,), system=True, effect=effects.resume,
        clocks=(resume("handle"),),
    ),
    Transition(
        "cancel", pgettext_lazy("case move", "Cancel"), tuple(OPEN), (S.CANCELLED,), system=True, effect=effects.ends,
        clocks=ALL_STOP,
    ),
    Transition(
        "force_close", _("Close by force"), tuple(OPEN), (S.CLOSED,), actors=(MG,), opinion=True,
        effect=effects.force_close, clocks=ALL_STOP,
    ),
    Transition(
        "urge", _("Urge"), tuple(OPEN), (), actors=(AC, DI, HO), effect=effects.urge,
        inputs=(Input("note", _("note"), required=False),),
    ),
    Transition(
        "supervise", _("Supervise"), tuple(OPEN), (), actors=(MG,), guards=(guards.no_open_supervision,),
        inputs=(Input("order", _("order")),
                Input("hours", _("answer within so many hours"), InputType.NUMBER, required=False)),
        effect=effects.supervise,
    ),
    Transition(
        "answer_supervision", _("Answer the order"), tuple(OPEN), (), actors=(DC, DI, AC, SL),
        guards=(guards.has_open_supervision,), inputs=(Input("reply", pgettext_lazy("supervision order", "answer")),),
        effect=effects.answer_supervision,
    ),
    Transition(
        "comment", _("Comment"), tuple(S), (),
        actors=(GW, AC, SL, DI, DC, HA, CO_DC, HO, CB, SS, MG, Actor(Role.STREET_LEADER), Actor(Role.PLATFORM_CLERK)),
        guards=(guards.not_merged,), inputs=(Input("text", _("comment")), PHOTOS),
    ),
)  # fmt: skip

# Whose turn it is: read by worklists and by the sentence that refuses a move. Every open state has an owner.
TURN: dict[str, tuple[Role, ...]] = {
    S.REPORTED: (Role.ACCEPTOR,),
    S.VERIFYING: (Role.GRID_WORKER,),
    S.ACCEPTED: (Role.SHIFT_LEADER,),
    S.FILED: (Role.DISPATCHER,),
    S.DISPATCHED: (Role.DEPT_CLERK,),
    S.HANDLING: (Role.DEPT_CLERK, Role.HANDLER),
    S.SUSPENDED: (Role.DEPT_CLERK,),
    S.SUBMITTED: (Role.DEPT_CLERK,),
    S.FED_BACK: (Role.DISPATCHER,),
    S.PENDING_CHECK: (Role.ACCEPTOR,),
    S.CHECKING: (Role.GRID_WORKER,),
    S.PENDING_CLOSE: (Role.SHIFT_LEADER,),
    S.CALLBACK: (Role.CALLBACK_AGENT,),
}

CASE = Lifecycle(
    name="case", label=_("case"), states=dict(S.choices), initial=S.REPORTED, terminal=TERMINAL, turn=TURN, rows=ROWS,
    limits=limits.LIMITS,
)  # fmt: skip
