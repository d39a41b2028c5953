"""The table of storylines of the hotline: what can happen to a ticket, how often, and how it stands at the end.

Words that begin with ``t.`` are deeds about the ticket, with ``t2.`` and ``t3.`` about the tickets of further callers.
"""

from __future__ import annotations

from cases.demo.storylines import CHECKED, DONE, GREEN, MIXED, MOSTLY_GREEN, RED, YELLOW, Storyline
from cases.hotline.states import TicketState as T
from citygrid.accounts.roles import Role

SENT = "t.log t.dispatch"
TAKEN = f"{SENT} t.sign"
SPOKEN = f"{TAKEN} t.contact"
REPLIED = f"{SPOKEN} t.reply"
ASKED = f"{REPLIED} t.open"
# From the ticket to a case, which is looked at first; and through its work.
RAISED = "t.raise send_verify task:accept verify:true accept file dispatch sign assign"
SOLVED = f"{DONE} {CHECKED} close"
# Two callers about one matter: the second hangs on the first, and each has an answer.
BOTH = "t.log t2.log:other t2.link t.dispatch t2.dispatch t.sign t2.sign t.contact t2.contact"


def _line(
    name: str, script: str, ends: T, weight: int = 0, waits: str | None = None, lamps: tuple[str, ...] = (GREEN,),
    *, each: Role | None = None, needs: str = "",
) -> Storyline:  # fmt: skip
    return Storyline(name, script, ends, weight, waits, lamps, each, frozenset(needs.split()), about="ticket")


def _rest() -> tuple[Storyline, ...]:
    """What stands still at present, by the order of the states."""
    return (
        _line("ticket to dispatch", "t.log", T.LOGGED, 2, "dispatch_ticket", (GREEN, YELLOW, RED)),
        _line("ticket from the web to dispatch", "t.log:web", T.LOGGED, 1, "dispatch_ticket", MOSTLY_GREEN),
        _line("question to answer", "t.log", T.LOGGED, 0, "dispatch_ticket", needs="consultation"),
        _line("one more caller, to be linked", f"{SPOKEN} t2.log:other", T.HANDLING, 0, ""),
        _line("ticket returned, to dispatch again", f"{SENT} t.ask:return t.decide:approve", T.LOGGED, 0,
              "dispatch_ticket", (RED,), needs="street"),
        _line("ticket to sign", SENT, T.DISPATCHED, 1, "sign", MIXED, each=Role.STREET_STAFF, needs="street"),
        _line("ticket to sign at a department", SENT, T.DISPATCHED, 1, "sign", (RED, GREEN), needs="department"),
        _line("ticket to sign at the platform", SENT, T.DISPATCHED, 0, "sign", needs="platform"),
        _line("return of a ticket asked for", f"{SENT} t.ask:return", T.DISPATCHED, 1, "", needs="street"),
        _line("ruled finally, to sign", f"{SENT} t.ask:return t.decide:approve t.dispatch:final", T.DISPATCHED, 0,
              "sign", needs="street"),
        _line("caller to contact", TAKEN, T.HANDLING, 1, "contact", MIXED, needs="street"),
        _line("caller not reached yet", f"{TAKEN} t.contact:no", T.HANDLING, 1, "", needs="street"),
        _line("reply owed", SPOKEN, T.HANDLING, 1, "reply", (GREEN, YELLOW), each=Role.STREET_STAFF, needs="street"),
        _line("reply owed by a department", SPOKEN, T.HANDLING, 0, "reply", needs="department"),
        _line("reply owed by the platform", SPOKEN, T.HANDLING, 0, "reply", needs="platform"),
        _line("reply overdue", SPOKEN, T.HANDLING, 1, "reply", (RED,), needs="quick"),
        _line("nobody knows who called", "t.log:anonymous t.dispatch t.sign", T.HANDLING, 0, "reply"),
        _line("caller in confidence, handler named", "t.log:confidential t.dispatch t.sign t.name t.contact",
              T.HANDLING, 0, "reply", needs="street"),
        _line("report without its caller", TAKEN, T.HANDLING, 1, "", needs="report"),
        _line("report, contact allowed", f"{TAKEN} t.allow", T.HANDLING, 0, "", needs="report street"),
        _line("return of a ticket refused", f"{TAKEN} t.ask:return t.decide:refuse", T.HANDLING, 0, "", needs="street"),
        _line("reply to sign off", f"{SPOKEN} t.reply", T.HANDLING, 1, "", needs="supervised"),
        _line("reply to write again", f"{SPOKEN} t.reply t.refuse", T.HANDLING, 0, "", needs="supervised"),
        _line("case raised and at work", f"{SPOKEN} {RAISED}", T.HANDLING, 0, "", needs="case"),
        _line("case solved, reply owed", f"{SPOKEN} {RAISED} {SOLVED}", T.HANDLING, 0, "", needs="case"),
        _line("ticket to call back", REPLIED, T.REPLIED, 3, "callback", (GREEN, YELLOW, RED)),
        _line("two to call back, their case waits", f"{BOTH} {RAISED} {SOLVED} t.reply@soon t2.reply@soon", T.REPLIED,
              0, "", needs="case"),
        _line("being called back", ASKED, T.CALLBACK_OPEN, 1, "callback"),
        _line("nobody answered once", f"{ASKED} t.vain", T.CALLBACK_OPEN, 1, ""),
        _line("nobody answered twice", f"{ASKED} t.vain t.vain@day", T.CALLBACK_OPEN, 0, ""),
        _line("answered by the link, not content", f"{REPLIED} t.online:bad", T.CALLBACK_OPEN, 0, ""),
        _line("to be done again by the unit", f"{ASKED} t.redo", T.DISPATCHED, 1, "sign"),
        _line("done again elsewhere", f"{ASKED} t.redo:other t.sign", T.HANDLING, 0, "contact", needs="street"),
        _line("done again, to call back", f"{ASKED} t.redo t.sign t.contact t.reply", T.REPLIED, 0, "callback"),
        _line("exclusion before the hotline", f"{ASKED} t.close:5 t.ask:exclusion", T.CLOSED, 0, ""),
        _line("exclusion before the manager", f"{ASKED} t.close:conditions t.ask:exclusion t.decide:approve",
              T.CLOSED, 0, ""),
    )  # fmt: skip


def _past() -> tuple[Storyline, ...]:
    """What came to an end, the usual first."""
    case = f"{SPOKEN} {RAISED} {SOLVED} t.reply@soon t.open"
    return (
        _line("solved and content", f"{ASKED} t.close:5", T.CLOSED, 9),
        _line("content", f"{ASKED} t.close:4", T.CLOSED, 5, needs="street"),
        _line("fairly content", f"{ASKED} t.close:3", T.CLOSED, 2, needs="department"),
        _line("solved by the platform", f"{ASKED} t.close:4", T.CLOSED, 1, needs="platform"),
        _line("replied late", f"{SPOKEN} t.reply@late t.open t.close:3", T.CLOSED, 2, needs="quick"),
        _line("not content, nothing to be done", f"{ASKED} t.close:conditions", T.CLOSED, 1),
        _line("not content, asks too much", f"{ASKED} t.close:caller", T.CLOSED, 1),
        _line("content by the link", f"{REPLIED} t.online:5", T.CLOSED, 2),
        _line("nobody answered", f"{ASKED} t.vain t.vain@day t.vain@day", T.CLOSED, 1),
        _line("anonymous and replied", "t.log:anonymous t.dispatch t.sign t.reply", T.CLOSED, 1),
        _line("no callback wanted", "t.log:uncalled t.dispatch t.sign t.contact t.reply", T.CLOSED, 1),
        _line("answered at once", "t.log t.answer", T.ANSWERED, 6, needs="consultation"),
        _line("praise", "t.log t.answer", T.ANSWERED, 1, needs="praise"),
        _line("not for the hotline", "t.log t.scope", T.OUT_OF_SCOPE, 3, needs="outside"),
        _line("ticket withdrawn", f"{TAKEN} t.withdraw", T.WITHDRAWN, 1),
        _line("in confidence, content", "t.log:confidential t.dispatch t.sign t.name t.contact t.reply t.open "
              "t.close:5", T.CLOSED, 1, needs="street"),
        _line("report answered", f"{TAKEN} t.allow t.contact t.reply t.open t.close:4", T.CLOSED, 1,
              needs="report street"),
        _line("signed off", f"{SPOKEN} t.reply t.sign_off t.open t.close:4", T.CLOSED, 1, needs="supervised"),
        _line("written again and signed off", f"{SPOKEN} t.reply t.refuse t.reply@soon t.sign_off t.open t.close:3",
              T.CLOSED, 0, needs="supervised"),
        _line("returned, then at the right unit", "t.log t.dispatch:wrong t.ask:return t.decide:approve t.dispatch "
              "t.sign t.contact t.reply t.open t.close:4", T.CLOSED, 2, needs="street"),
        _line("ruled finally and solved", f"{SENT} t.ask:return t.decide:approve t.dispatch:final t.sign t.contact "
              "t.reply t.open t.close:3", T.CLOSED, 0, needs="street"),
        _line("done again, then content", f"{ASKED} t.redo t.sign t.contact t.reply t.open t.close:4", T.CLOSED, 2),
        _line("done again twice", f"{ASKED} t.redo t.sign t.contact t.reply@soon t.open t.redo t.sign t.contact "
              "t.reply@soon t.open t.close:unit", T.CLOSED, 0, needs="quick"),
        _line("solved by a case", f"{case} t.close:5", T.CLOSED, 3, needs="case"),
        _line("case worked on again", f"{case} t.redo:case submit confirm pass {CHECKED} close t.sign t.contact "
              "t.reply@soon t.open t.close:4", T.CLOSED, 0, needs="case"),
        _line("the same caller again", "t.log t2.log:same t2.link t.dispatch t2.dispatch t.sign t2.sign t.contact "
              "t2.contact t.reply t2.reply@soon t.open t.close:4 t2.open t2.close:4", T.CLOSED, 1, needs="street"),
        _line("three callers, one case", f"{BOTH} {RAISED} t3.log:other t3.link t3.dispatch t3.sign t3.contact "
              f"{SOLVED} t.reply@soon t2.reply@soon t3.reply@soon t.open t.close:5 t2.open t2.close:4 t3.open "
              "t3.close:3", T.CLOSED, 0, needs="case"),
        _line("excluded from scoring", f"{ASKED} t.close:conditions t.ask:exclusion t.decide:approve t.decide:approve",
              T.CLOSED, 1),
        _line("exclusion refused", f"{ASKED} t.close:caller t.ask:exclusion t.decide:refuse", T.CLOSED, 0),
    )  # fmt: skip


TICKET_LINES: tuple[Storyline, ...] = (*_rest(), *_past())
