"""The table of storylines of councils and lane stewards. ``c.`` begins what a council does, ``l.`` what lanes see."""

from __future__ import annotations

from cases.councils.states import MatterState as M
from cases.demo.storylines import CHECKED, DONE, Storyline
from cases.demo.whistle_lines import COME, RATED, REVIEWED
from cases.demo.whistle_lines import DONE as CAME
from cases.stewards.states import WalkState as L
from citygrid.accounts.roles import Role

MET = "c.propose c.agenda c.meet"
DECIDED = f"{MET} c.resolve"
WHISTLED = f"{DECIDED} c.whistle w.judge w.blow {REVIEWED} r.sign:1 r.sign:2"
RAISED = f"{DECIDED} c.case send_verify task:accept verify:true accept file dispatch sign assign"


def _matter(name: str, script: str, ends: M, waits: str | None = "", weight: int = 0, needs: str = "") -> Storyline:
    return Storyline(name, script, ends, weight, waits, needs=frozenset(needs.split()), about="matter")


def _walk(name: str, script: str, ends: L, weight: int = 0, each: Role | None = None) -> Storyline:
    return Storyline(name, script, ends, weight, "", each=each, about="walk")


NEIGHBOURHOOD_LINES: tuple[Storyline, ...] = (
    _matter("proposal taken", "c.propose", M.PROPOSED),
    _matter("proposal waits again", "c.propose c.agenda c.off", M.PROPOSED),
    _matter("meeting to come", "c.propose c.agenda", M.ON_AGENDA),
    _matter("to be resolved", MET, M.DISCUSSED),
    _matter("resolution to carry out", DECIDED, M.DECIDED),
    _matter("resolution under a whistle", WHISTLED, M.IN_HAND, needs="whistle"),
    _matter("resolution as a case", RAISED, M.IN_HAND),
    _matter("done by the residents", f"{DECIDED} c.carry", M.DONE),
    _matter("to be carried out again", f"{DECIDED} c.carry c.again", M.DECIDED),
    _matter("published after a whistle", f"{WHISTLED} {COME} {CAME} {RATED} w.feed_back c.publish", M.PUBLISHED, None,
            needs="whistle"),
    _matter("published after a case", f"{RAISED} {DONE} {CHECKED} close c.publish", M.PUBLISHED, None),
    _matter("published, done by the residents", f"{DECIDED} c.carry c.publish", M.PUBLISHED, None, 3),
    _matter("proposal declined", f"{MET} c.decline", M.DECLINED, None, 1),
    _walk("walk to be read", "l.walk", L.RECORDED, 1, each=Role.LANE_STEWARD),
    _walk("walk with a report", "l.walk:report", L.RECORDED),
    _walk("walk with a small repair, read", "l.walk:fix l.read", L.READ, 3),
    _walk("all in order, read", "l.walk l.read", L.READ, 3),
)  # fmt: skip
