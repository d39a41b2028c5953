"""The table of storylines: what can happen to a case, how often, and how it stands at the end."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from cases.casework.states import State as S
from cases.demo.script import Word
from cases.fieldwork.states import TaskState
from citygrid.accounts.roles import Role

GREEN, YELLOW, RED = "green", "yellow", "red"
# In which order the copies of a storyline get their lamps; the first of each colour before any again.
MIXED = (GREEN, YELLOW, RED, GREEN, GREEN)
MOSTLY_GREEN = (GREEN, RED, GREEN, GREEN)
# Parts of a storyline that occur in many.
FILED = "in file"
SENT = f"{FILED} dispatch"
HELD = f"{SENT} sign assign"
DONE = "submit confirm pass"
CHECKED = "send_check task:accept check:pass"
WORKED = f"{HELD} {DONE} {CHECKED}"


@dataclass(frozen=True)
class Storyline:
    """One way that things go.

    ``ends`` is the state at the end. With ``waits`` it ends now: the case stands still, and the clock of that name (""
    for none) shows the lamps in turn. Otherwise it ended some time ago. ``each`` plays it once for every holder of a
    role. ``weight`` is how often it comes beyond that. ``needs`` narrows what it is about: ``self`` (may be fixed on
    the spot), ``handler`` (a department with handlers), ``helper`` (a matter for two departments),
    ``colleague`` (a place with a second grid worker near by).
    """

    name: str
    script: str
    ends: str
    weight: int = 0
    waits: str | None = None
    lamps: tuple[str, ...] = (GREEN,)
    each: Role | None = None
    needs: frozenset[str] = frozenset()
    about: str = "case"  # or ticket, whistle, matter, walk: whose state and clock the line speaks of

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """The deeds in their order."""
        return tuple(Word.read(text) for text in self.script.split())

    @property
    def is_patrol(self) -> bool:
        """Whether it is a grid worker's round, without a case."""
        return self.words[0].deed == "patrol"


def _needs(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _rest() -> tuple[Storyline, ...]:
    """What stands still at present, by the order of the states."""
    return (
        Storyline("to accept", "report", S.REPORTED, 3, "accept", MOSTLY_GREEN),
        Storyline("to verify first", "report:hotline", S.REPORTED, 2, "accept", MOSTLY_GREEN),
        Storyline("verified, to accept", "report:street send_verify task:accept verify:true@quick", S.REPORTED, 1, ""),
        Storyline("found untrue", "report:citizen send_verify verify:false", S.REPORTED, 0, ""),
        Storyline("to look whether it is so", "report:other send_verify", S.VERIFYING, 1, "verify",
                  MIXED, Role.GRID_WORKER),
        Storyline("looking whether it is so", "report:street send_verify task:accept@quick", S.VERIFYING, 1, "verify"),
        Storyline("to file", "in", S.ACCEPTED, 3, "file", MOSTLY_GREEN),
        Storyline("reopened, to file", f"{WORKED} close reopen:shift_leader", S.ACCEPTED, 0, "file"),
        Storyline("to dispatch", FILED, S.FILED, 3, "dispatch", MOSTLY_GREEN),
        Storyline("returned, to dispatch again", f"{SENT} ask:return@office decide:approve", S.FILED, 0, "dispatch"),
        Storyline("to sign", SENT, S.DISPATCHED, 2, "sign", MIXED, Role.DEPT_CLERK),
        Storyline("return asked for", f"{SENT} ask:return@office", S.DISPATCHED, 1, ""),
        Storyline("to give to a handler", f"{SENT} sign", S.HANDLING, 1, "handle", (GREEN, YELLOW),
                  needs=_needs("handler")),
        Storyline("in hand", HELD, S.HANDLING, 4, "handle", MIXED, Role.HANDLER, _needs("handler")),
        Storyline("urged", f"{HELD} urge urge", S.HANDLING, 1, "handle", (RED, YELLOW)),
        Storyline("to be done again", f"{HELD} {DONE} rework:acceptor", S.HANDLING, 1, "handle", (GREEN, YELLOW)),
        Storyline("part of a helper owed", f"{FILED} dispatch:help sign assign", S.HANDLING, 2, "handle",
                  needs=_needs("helper")),
        Storyline("extended", f"{HELD} ask:extension decide:approve decide:approve", S.HANDLING, 0, "handle",
                  needs=_needs("handler")),
        Storyline("extension asked of the clerk", f"{HELD} ask:extension", S.HANDLING, 1, "",
                  needs=_needs("handler")),
        Storyline("extension asked of the dispatcher", f"{HELD} ask:extension decide:approve", S.HANDLING, 0, "",
                  needs=_needs("handler")),
        Storyline("suspension asked for", f"{SENT} sign ask:suspension", S.HANDLING, 1, ""),
        Storyline("cancellation asked for", f"{FILED} ask:cancellation@slow", S.FILED, 1, "dispatch", (RED,)),
        Storyline("supervised", f"{HELD} supervise", S.HANDLING, 1, "handle", (RED, GREEN)),
        Storyline("supervised, no answer in time", f"{HELD} supervise:short comment:street@lapse", S.HANDLING, 0, ""),
        Storyline("suspended", f"{SENT} sign ask:suspension decide:approve", S.SUSPENDED, 2, ""),
        Storyline("to confirm", f"{HELD} submit", S.SUBMITTED, 2, "", needs=_needs("handler")),
        Storyline("to pass on", f"{HELD} submit confirm", S.FED_BACK, 3, ""),
        Storyline("to have checked", f"{HELD} {DONE}", S.PENDING_CHECK, 2, "check", MOSTLY_GREEN),
        Storyline("check failed", f"{HELD} {DONE} send_check@quick check:fail@quick", S.PENDING_CHECK, 0, ""),
        Storyline("to check", f"{HELD} {DONE} send_check@quick", S.CHECKING, 1, "check", MIXED,
                  Role.GRID_WORKER),
        Storyline("checking", f"{HELD} {DONE} send_check@quick task:accept@quick", S.CHECKING, 0, "check"),
        Storyline("to close", WORKED, S.PENDING_CLOSE, 3, "close", MOSTLY_GREEN),
        Storyline("fixed, to close", "report fix", S.PENDING_CLOSE, 1, "close", needs=_needs("self")),
        Storyline("to call back", f"{FILED} dispatch sign assign {DONE} {CHECKED} close:call", S.CALLBACK, 1, ""),
        Storyline("appeal, before the dispatcher", f"{HELD} submit@late confirm pass {CHECKED} close ask:appeal",
                  S.CLOSED, 0, ""),
        Storyline("appeal, before the acceptor",
                  f"{HELD} submit@late confirm pass {CHECKED} close ask:appeal decide:approve", S.CLOSED, 0, ""),
        Storyline("two reports of one thing", f"{SENT} twin merge sign assign", S.HANDLING, 1, "handle"),
        Storyline("a merge undone", f"{SENT} twin merge unmerge sign", S.HANDLING, 0, "handle"),
        Storyline("on patrol", "patrol task:accept", TaskState.ACCEPTED, 0, ""),
        Storyline("to patrol", "patrol", TaskState.ASSIGNED, 1, ""),
    )  # fmt: skip


def _past() -> tuple[Storyline, ...]:
    """What came to an end, the usual first."""
    late = f"{HELD} submit@late confirm pass {CHECKED} close"
    return (
        Storyline("solved in time", f"{WORKED} close", S.CLOSED, 40),
        Storyline("solved late", late, S.CLOSED, 8),
        Storyline("fixed on the spot", "report fix close", S.CLOSED, 14, needs=_needs("self")),
        Storyline("done again", f"{HELD} {DONE} rework:acceptor submit confirm pass {CHECKED} close", S.CLOSED, 5),
        Storyline("check failed, done again", f"{HELD} {DONE} send_check check:fail rework:acceptor "
                  f"submit confirm pass {CHECKED} close", S.CLOSED, 3),
        Storyline("sent back by the dispatcher", f"{HELD} submit confirm rework:dispatcher submit confirm pass "
                  f"{CHECKED} close", S.CLOSED, 1),
        Storyline("sent back before closing", f"{WORKED} rework:shift_leader submit confirm pass {CHECKED} close",
                  S.CLOSED, 1),
        Storyline("done again inside", f"{HELD} submit redo submit@soon confirm pass {CHECKED} close", S.CLOSED, 2,
                  needs=_needs("handler")),
        Storyline("proved by photos", f"{HELD} {DONE} skip_check close", S.CLOSED, 6),
        Storyline("not to be solved", f"{HELD} submit:cannot confirm pass {CHECKED} close", S.CLOSED, 1),
        Storyline("returned, then elsewhere", f"{SENT} ask:return@office decide:approve dispatch:other sign assign "
                  f"{DONE} {CHECKED} close", S.CLOSED, 3),
        Storyline("handler revoked, returned to the same", f"{HELD} revoke ask:return@office decide:approve "
                  f"dispatch:same sign assign {DONE} {CHECKED} close", S.CLOSED, 1),
        Storyline("returned, sent back", f"{SENT} ask:return@office decide:approve send_back file dispatch sign assign "
                  f"{DONE} {CHECKED} close", S.CLOSED, 0),
        Storyline("return refused", f"{SENT} ask:return@office decide:refuse sign assign {DONE} {CHECKED} close",
                  S.CLOSED, 2),
        Storyline("return lapsed", f"{SENT} ask:return@office await:dispatched@week sign assign {DONE} {CHECKED} close",
                  S.CLOSED, 0),
        Storyline("dispatched elsewhere", f"{SENT} redispatch@slow sign assign {DONE} {CHECKED} close", S.CLOSED, 3),
        Storyline("extended, solved", f"{HELD} ask:extension decide:approve decide:approve {DONE} {CHECKED} close",
                  S.CLOSED, 2, needs=_needs("handler")),
        Storyline("extension refused", f"{HELD} ask:extension decide:refuse {DONE} {CHECKED} close", S.CLOSED, 1,
                  needs=_needs("handler")),
        Storyline("extension withdrawn", f"{HELD} ask:extension withdraw {DONE} {CHECKED} close", S.CLOSED, 0,
                  needs=_needs("handler")),
        Storyline("suspended and woken", f"{SENT} sign ask:short_suspension decide:approve await:handling@woken assign "
                  f"{DONE} {CHECKED} close", S.CLOSED, 0),
        Storyline("suspended and resumed", f"{SENT} sign ask:suspension decide:approve resume@lapse assign {DONE} "
                  f"{CHECKED} close", S.CLOSED, 0),
        Storyline("with a helper", f"{FILED} dispatch:help sign assign part {DONE} {CHECKED} close", S.CLOSED, 5,
                  needs=_needs("helper")),
        Storyline("supervised and answered", f"{HELD} supervise reply submit@late confirm pass {CHECKED} close",
                  S.CLOSED, 2),
        Storyline("urged and solved", f"{HELD} urge {DONE} {CHECKED} close", S.CLOSED, 4),
        Storyline("commented", f"{HELD} comment:manager comment:street {DONE} {CHECKED} comment:worker close",
                  S.CLOSED, 3),
        Storyline("handed over", f"{HELD} {DONE} send_check task:hand_over@quick task:accept check:pass close",
                  S.CLOSED, 2, needs=_needs("colleague")),
        Storyline("check called off", f"{HELD} {DONE} send_check recall_check {CHECKED} close", S.CLOSED, 0),
        Storyline("nobody checked", f"{HELD} {DONE} send_check await:pending_check@lapse {CHECKED} close",
                  S.CLOSED, 0),
        Storyline("nobody looked", "report:hotline send_verify await:reported@lapse send_verify task:accept "
                  f"verify:true accept file dispatch sign assign {DONE} {CHECKED} close", S.CLOSED, 0),
        Storyline("verification called off", "report:street send_verify recall_verify send_verify verify:unclear "
                  "send_verify verify:false decline:not_found", S.DECLINED, 0),
        Storyline("not so", "report:citizen send_verify task:accept verify:false decline:not_found", S.DECLINED, 4),
        Storyline("not ours", "report:hotline decline:other_channel", S.DECLINED, 3),
        Storyline("not in this city", "report:hotline decline:outside_city", S.DECLINED, 0),
        Storyline("no problem", "report:citizen decline:no_problem", S.DECLINED, 1),
        Storyline("too unclear", "report:media decline:unclear", S.DECLINED, 1),
        Storyline("not filed", "in refuse_file", S.NOT_FILED, 4),
        Storyline("given back once", f"in give_back accept file dispatch sign assign {DONE} {CHECKED} close",
                  S.CLOSED, 1),
        Storyline("merged and solved", f"{SENT} twin merge sign assign {DONE} {CHECKED} close", S.CLOSED, 4),
        Storyline("cancelled", f"{FILED} ask:cancellation@slow decide:approve", S.CANCELLED, 2),
        Storyline("cancellation refused", f"{FILED} ask:cancellation@slow decide:refuse dispatch sign assign {DONE} "
                  f"{CHECKED} close", S.CLOSED, 0),
        Storyline("closed by force", f"{HELD} urge supervise force_close@late", S.CLOSED, 2),
        Storyline("reopened and solved", f"{WORKED} close reopen:manager file dispatch sign assign {DONE} "
                  f"{CHECKED} close", S.CLOSED, 2),
        Storyline("called back", f"{WORKED} close:call called", S.CLOSED, 2),
        Storyline("called back, done again", f"{WORKED} close:call rework:callback_agent submit confirm pass {CHECKED} "
                  "close", S.CLOSED, 0),
        Storyline("appeal upheld", f"{late} ask:appeal@office decide:approve decide:approve", S.CLOSED, 1),
        Storyline("appeal refused", f"{late} ask:appeal@office decide:refuse", S.CLOSED, 1),
        Storyline("patrolled", "patrol task:accept patrolled", TaskState.DONE, 3),
        Storyline("nobody patrolled", "patrol await:expired@lapse_of_patrol", TaskState.EXPIRED, 0),
    )  # fmt: skip


STORYLINES: tuple[Storyline, ...] = (*_rest(), *_past())
