"""The rulebook of the ticket (lifecycles §2): every move, who may make it, what it needs and which clocks it moves."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.casework.states import Outcome
from cases.casework.table import start, stop
from cases.hotline import calling, effects, ended, guards, identity, limits, linking, suggesting, taking_over
from cases.hotline.states import (
    OPEN,
    TERMINAL,
    TO_CALL,
    Fault,
    Level,
    Medium,
    OtherChannel,
    Satisfaction,
    Solved,
    TicketState,
)
from cases.workflow.table import Actor, Input, InputType, Lifecycle, Relation, Transition
from citygrid.accounts.roles import Role

T = TicketState
HO, HL, CB = Actor(Role.HOTLINE_OPERATOR), Actor(Role.HOTLINE_LEADER), Actor(Role.CALLBACK_AGENT)
SS, SD = Actor(Role.STREET_STAFF, Relation.UNIT), Actor(Role.STREET_LEADER, Relation.UNIT)
DC, DP = Actor(Role.DEPT_CLERK, Relation.UNIT), Actor(Role.PLATFORM_CLERK, Relation.UNIT)
HA, MG = Actor(Role.HANDLER, Relation.PERSON), Actor(Role.MANAGER)
UNIT = (SS, SD, DC, DP)
CALLER = (guards.impartial, guards.not_anothers_call)
ALL_STOP = tuple(stop(kind) for kind in limits.KINDS)

OUTCOMES = tuple((value, label) for value, label in Outcome.choices if value != Outcome.WITHDRAWN)
NOTE = Input("note", _("note"), required=False)
HANDLER = Input("handler", _("handler"), InputType.REF, ref="unit-staff?ticket={ticket}")
CONTACTED = Input("contacted", _("did the unit contact you?"), InputType.BOOL)
SOLVED = Input("solved", _("is it solved?"), InputType.CHOICE, choices=tuple(Solved.choices))
SATISFIED = Input(
    "satisfaction", _("how satisfied are you?"), InputType.CHOICE,
    choices=tuple((str(value), label) for value, label in Satisfaction.choices),
)  # fmt: skip
RESULT = (Input("outcome", _("outcome"), InputType.CHOICE, choices=tuple(Outcome.choices)),
          Input("result", _("what was done")), Input("origin", _("number of the case or whistle")))  # fmt: skip

_ROWS: tuple[Transition, ...] = (
    Transition("log", _("Log"), (), (T.LOGGED,), actors=(HO, HL), clocks=(start("dispatch_ticket"),),
               effect=suggesting.note),
    Transition("receive", _("Receive from outside"), (), (T.LOGGED,), clocks=(start("dispatch_ticket"),), system=True,
               effect=suggesting.note),
    Transition(
        "import_history", _("Take over from an older system"), (), taking_over.STATES, inputs=taking_over.INPUTS,
        checks=(taking_over.times_fit,), choose=lambda move: move.inputs["state"], effect=taking_over.take_over,
        born=taking_over.keep, clocks=(start("dispatch_ticket", to=T.LOGGED),), system=True,
    ),
    Transition(
        "answer", _("Answer at once"), (T.LOGGED,), (T.ANSWERED,), actors=(HO, HL), guards=(guards.answerable,),
        inputs=(Input("answer", _("answer")),), effect=effects.answer, clocks=ALL_STOP,
    ),
    Transition(
        "out_of_scope", _("Refer to another channel"), (T.LOGGED,), (T.OUT_OF_SCOPE,), actors=(HO, HL),
        inputs=(Input("other_channel", _("competent channel"), InputType.CHOICE, choices=tuple(OtherChannel.choices)),
                Input("advice", _("what the caller is told"),
                      help=_("Who is competent, why, and how to reach them."))),
        effect=effects.out_of_scope, clocks=ALL_STOP,
    ),
    Transition(
        "link", _("Link to an earlier ticket"), (T.LOGGED, T.DISPATCHED, T.HANDLING), (), actors=(HO, HL),
        inputs=(Input("target", _("earlier ticket"), InputType.REF, ref="tickets"),),
        guards=(guards.not_linked,), checks=(linking.check_link,), effect=linking.link,
    ),
    Transition("linked", _("Another ticket was linked"), tuple(T), (), system=True,
               inputs=(Input("linked", _("ticket number")),)),
    Transition(
        "dispatch", pgettext_lazy("ticket move", "Dispatch"), (T.LOGGED,), (T.DISPATCHED,), actors=(HO, HL),
        inputs=(Input("unit", _("unit"), InputType.REF, ref="units"),
                Input("level", _("level"), InputType.CHOICE, required=False, choices=tuple(Level.choices),
                      help=_("Left empty, the level proposed.")),
                Input("final", _("final ruling: the unit must keep it"), InputType.BOOL, required=False)),
        checks=(effects.check_dispatch,), effect=effects.dispatch, clocks=(stop("dispatch_ticket"), start("sign")),
    ),
    Transition(
        "sign", _("Sign for"), (T.DISPATCHED,), (T.HANDLING,), actors=(SS, DC, DP), effect=effects.sign,
        clocks=(stop("sign"),),
    ),
    Transition(
        "name_handler", _("Name the handler"), (T.HANDLING,), (), actors=UNIT, inputs=(HANDLER,),
        guards=(guards.unit_names_handler,), effect=effects.name_handler,
    ),
    Transition(
        "allow_contact", _("Allow contact"), (T.DISPATCHED, T.HANDLING), (), actors=(HO, HL), opinion=True,
        inputs=(HANDLER,), guards=(guards.withheld,), effect=effects.allow_contact,
    ),
    Transition(
        "contact", _("Contact the caller"), (T.HANDLING,), (), actors=(*UNIT, HA),
        inputs=(Input("how", _("how"), InputType.CHOICE, choices=tuple(Medium.choices)),
                Input("reached", _("reached"), InputType.BOOL),
                Input("contacted_at", _("contacted at"), InputType.DATETIME, required=False,
                      help=_("Left empty, now.")), NOTE),
        guards=(guards.somebody_to_contact, guards.is_the_named_handler), effect=effects.contact,
    ),
    Transition(
        "raise_case", _("Raise a case"), (T.HANDLING,), (), actors=(*UNIT, HO, HL),
        inputs=(Input("case", _("open case to join"), InputType.REF, ref="cases", required=False,
                      help=_("Leave this empty to open a new case.")),
                Input("category", _("category of the case"), InputType.REF, ref="categories", required=False,
                      help=_("Left empty, the one to which the ticket's category leads.")),
                Input("position", _("position"), InputType.POINT, required=False,
                      help=_("Left empty, the place of the ticket.")),
                Input("address", _("address"), required=False, longest=200)),
        guards=(guards.without_case,), checks=(linking.lock_group,), effect=linking.raise_case,
    ),
    Transition("join_case", _("Joins the case of its group"), OPEN, (), system=True, effect=linking.join_case,
               inputs=(Input("case", _("case number")),)),
    Transition("feed_outcome", _("Outcome reported back"), OPEN, (), system=True, inputs=RESULT,
               effect=effects.feed_outcome),
    Transition(
        "reply", _("Reply"), (T.HANDLING,), (T.REPLIED, T.HANDLING), actors=UNIT,
        inputs=(Input("accepted_at", _("accepted at"), InputType.DATETIME),
                Input("spoke_to", _("spoke to whom"), help=_("The role, not the name: the caller, the manager …")),
                Input("measures", _("measures")),
                Input("deadline", _("done, or to be done, by"), InputType.DATE),
                Input("outcome", _("outcome"), InputType.CHOICE, choices=OUTCOMES),
                Input("public_text", _("answer to the caller")),
                Input("internal_text", _("internal text"), required=False)),
        guards=(guards.no_open_return,), checks=(effects.check_reply, ended.lock_case), choose=effects.after_reply,
        effect=effects.reply,
    ),
    Transition(
        "sign_off", _("Sign the reply off"), (T.HANDLING,), (T.REPLIED,), actors=(SD, DC, DP),
        guards=(guards.reply_waits, guards.not_the_writer, guards.no_open_return), checks=(ended.lock_case,),
        effect=effects.sign_off,
    ),
    Transition(
        "refuse_sign_off", _("Have the reply written again"), (T.HANDLING,), (), actors=(SD, DC, DP), opinion=True,
        guards=(guards.reply_waits, guards.not_the_writer), effect=effects.refuse_sign_off,
    ),
    Transition(
        "close_uncalled", _("Closed without a callback"), (T.REPLIED,), (T.CLOSED,), system=True,
        effect=calling.close_uncalled, clocks=ALL_STOP,
    ),
    Transition(
        "open_callback", _("Call back"), TO_CALL, (T.CALLBACK_OPEN,), actors=(CB,),
        guards=(guards.impartial, guards.free_call), effect=calling.open_callback,
    ),
    Transition(
        "put_back", _("Put the call back"), (T.CALLBACK_OPEN,), (), actors=(CB,), guards=(guards.own_call,),
        effect=calling.put_back,
    ),
    Transition(
        "send_link", _("Ask by a link instead"), TO_CALL, (), actors=(CB,),
        guards=CALLER, effect=calling.send_link,
    ),
    Transition(
        "attempt_callback", _("Nobody was reached"), (T.CALLBACK_OPEN,), (T.CALLBACK_OPEN, T.CLOSED, T.DISPATCHED),
        actors=(CB,),
        inputs=(Input("how", _("how"), InputType.CHOICE, choices=tuple(Medium.choices)), NOTE),
        guards=CALLER, checks=(ended.lock_case,), choose=calling.after_attempt, effect=calling.attempt,
    ),
    Transition(
        "close_callback", _("Close with the caller's opinion"), (T.CALLBACK_OPEN,), (T.CLOSED,), actors=(CB,),
        inputs=(CONTACTED, SOLVED, SATISFIED,
                Input("reason", _("reason"), required=False),
                Input("fault", _("why not content"), InputType.CHOICE, required=False, choices=tuple(Fault.choices))),
        guards=CALLER, checks=(calling.check_close, ended.lock_case), effect=calling.close,
        clocks=ALL_STOP,
    ),
    Transition(
        "redo", pgettext_lazy("ticket move", "Have it done again"), (T.CALLBACK_OPEN,), (T.DISPATCHED,), actors=(CB,),
        opinion=True,
        inputs=(CONTACTED, SOLVED, SATISFIED,
                Input("unit", _("other unit"), InputType.REF, ref="units", required=False,
                      help=_("Left empty, the same unit.")),
                Input("rework_case", _("rework the case too"), InputType.BOOL, required=False)),
        guards=(*CALLER, guards.redo_left), checks=(calling.check_redo, ended.lock_case), effect=calling.redo,
        clocks=(stop("callback"),),
    ),
    Transition(
        "answer_online", _("The caller answered by the link"), (T.REPLIED, T.CALLBACK_OPEN),
        (T.CLOSED, T.CALLBACK_OPEN), system=True,
        inputs=(CONTACTED, SOLVED, SATISFIED, Input("reason", _("reason"), required=False)),
        checks=(ended.lock_case,), choose=calling.online_target, effect=calling.answer_online,
    ),
    Transition(
        "reopen", _("The caller says that it is not solved"), (T.CLOSED,), (T.DISPATCHED,), system=True,
        inputs=(Input("reason", _("what is still wrong")),), guards=(guards.may_be_reopened,),
        checks=(ended.lock_case,), effect=calling.reopen,
    ),
    Transition(
        "take_back", _("Take back a returned ticket"), (T.DISPATCHED, T.HANDLING), (T.LOGGED,), system=True,
        effect=effects.take_back, clocks=(stop("sign"), start("dispatch_ticket")),
    ),
    Transition(
        "urge", _("Urge"), (T.DISPATCHED, T.HANDLING), (), actors=(HO, HL, CB), inputs=(NOTE,), effect=effects.urge,
    ),
    Transition(
        "comment", _("Comment"), tuple(T), (), actors=(HO, HL, CB, *UNIT, HA, MG),
        inputs=(Input("text", _("comment")),),
    ),
    Transition("exclude", _("Exclude from scoring"), tuple(T), (), system=True, effect=effects.exclude),
    Transition(
        "withdraw", pgettext_lazy("ticket move", "Withdraw for the caller"), OPEN, (T.WITHDRAWN,), actors=(HO, HL),
        opinion=True, checks=(ended.lock_case,), effect=effects.withdraw, clocks=ALL_STOP,
    ),
)  # fmt: skip

# What people type never carries the caller's name or number into a column or the journal.
ROWS = tuple(replace(row, checks=(identity.scrub, *row.checks)) if row.sources else row for row in _ROWS)

# Whose turn it is: read by worklists and by the sentence that refuses a move. Every open state has an owner.
_UNIT_ROLES = (Role.STREET_STAFF, Role.DEPT_CLERK, Role.PLATFORM_CLERK)
TURN: dict[str, tuple[Role, ...]] = {
    T.LOGGED: (Role.HOTLINE_OPERATOR,),
    T.DISPATCHED: _UNIT_ROLES,
    T.HANDLING: _UNIT_ROLES,
    T.REPLIED: (Role.CALLBACK_AGENT,),
    T.CALLBACK_OPEN: (Role.CALLBACK_AGENT,),
}

TICKET = Lifecycle(
    name="ticket", label=_("ticket"), states=dict(T.choices), initial=T.LOGGED, terminal=TERMINAL, turn=TURN, rows=ROWS,
    limits=limits.LIMITS,
)  # fmt: skip
