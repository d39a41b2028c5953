"""State × move × role: every cell of the ticket's table against a grid written by hand, for each sort of unit.

A line names a state, a person, and the moves that this person may make there now; those in brackets are the role's, but
greyed with a reason. What is not named is refused. ``unit`` and ``leader`` stand for the people of the unit that has
the ticket: of the street, of a department, of the district platform.
"""

from __future__ import annotations

from typing import Any

import pytest

from cases.hotline.models import Ticket
from cases.hotline.states import TicketState
from cases.hotline.table import ROWS, TICKET
from cases.workflow.engine import Move, why_not
from cases.workflow.people import Acting
from citygrid.common.errors import Conflict, NotAllowed
from tests.cases.ticket_walk import TicketWalk, hotline

pytestmark = pytest.mark.django_db

PEOPLE = [
    "gw", "acceptor", "leader", "dispatcher", "clerk", "clerk2", "handler", "operator", "callback", "hotlinelead",
    "street", "streetlead", "platform", "manager", "auditor", "sysadmin", "secadmin", "stranger_street",
]  # fmt: skip
UNITS = {"SQ": ("street", "streetlead"), "CGJ": ("clerk", "clerk2"), "PT": ("platform", "")}

GRID = """
logged: operator (answer) out_of_scope link dispatch withdraw
logged: hotlinelead (answer) out_of_scope link dispatch withdraw
dispatched: operator link (allow_contact) withdraw
dispatched: hotlinelead link (allow_contact) withdraw
dispatched: unit sign
handling: operator link (allow_contact) raise_case withdraw
handling: hotlinelead link (allow_contact) raise_case withdraw
handling: unit name_handler contact raise_case reply
handling: leader name_handler contact raise_case reply (sign_off) (refuse_sign_off)
replied: operator withdraw
replied: hotlinelead withdraw
replied: callback open_callback send_link
callback_open: operator withdraw
callback_open: hotlinelead withdraw
callback_open: callback (open_callback) put_back send_link attempt_callback close_callback redo
dispatched: operator urge
dispatched: hotlinelead urge
dispatched: callback urge
handling: operator urge
handling: hotlinelead urge
handling: callback urge
*: operator comment
*: hotlinelead comment
*: callback comment
*: manager comment
with_unit: unit comment
with_unit: leader comment
"""
# A comment is written in any state; the unit writes one from the dispatch on, also after the end.
UNSENT = {"logged", "answered", "out_of_scope", "withdrawn"}  # as the walk reaches them
# Departments and the platform have no role of their own for leaders: a colleague signs off, and anybody signs for.
WITHOUT_LEADERS = """
dispatched: leader sign
handling: unit (sign_off) (refuse_sign_off)
"""


def expected(state: str, who: str, unit: str) -> tuple[set[str], set[str]]:
    """Return the moves the person may make in ``state``, and those that are greyed."""
    staff, leader = UNITS[unit]
    named = {"unit": staff, "leader": leader}
    may: set[str] = set()
    greyed: set[str] = set()
    for line in (GRID + ("" if unit == "SQ" else WITHOUT_LEADERS)).strip().splitlines():
        head, _colon, rest = line.partition(":")
        if not rest:
            continue
        name, *moves = rest.split()
        here = {"*": True, "with_unit": state not in UNSENT}.get(head, head == state)
        if named.get(name, name) == who and here:
            for move in moves:
                (greyed if move.startswith("(") else may).add(move.strip("()"))
    return may, greyed


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("state", TicketState)
def test_every_cell_is_as_written(people, city, state, unit):
    hotline(people, city)
    kind = "consultation" if state == "answered" else "complaint"
    walk = TicketWalk(people, unit=unit, kind=kind)
    walk.to(state)
    ticket = walk.fresh()
    for who in PEOPLE:
        acting = Acting(people[who], walk.at)
        may, greyed = expected(state, who, unit)
        seen = Ticket.objects.visible_to(people[who], walk.at).filter(pk=ticket.pk).exists()
        assert seen or not may | greyed, who
        for row in ROWS:
            if not row.sources or row.system:
                continue
            reason = why_not(Move(TICKET, row, ticket, acting))
            cell = f"{state} × {row.name} × {who} × {unit}: {reason}"
            if row.name in may:
                assert reason is None, cell
            elif row.name in greyed:
                assert isinstance(reason, Conflict), cell
                assert reason.code == "not_now", cell
            else:
                assert isinstance(reason, NotAllowed | Conflict), cell
                assert isinstance(reason, NotAllowed) or reason.code == "wrong_state", cell
                assert len(str(reason)) > 20, cell


def test_the_grid_names_no_unknown_move_state_or_person():
    names = {row.name for row in ROWS if row.sources and not row.system}
    seen: set[str] = set()
    for line in (GRID + WITHOUT_LEADERS).strip().splitlines():
        if not line.strip():
            continue
        head, _colon, rest = line.partition(":")
        who, *moves = rest.split()
        assert head in {*TicketState.values, "*", "with_unit"}
        assert who in {*PEOPLE, "unit", "leader"}
        seen |= {move.strip("()") for move in moves}
    assert seen == names


def test_who_may_see_a_ticket_is_who_the_rule_names(people, city):
    hotline(people, city)
    walk = TicketWalk(people, unit="CGJ")
    walk.to("handling")

    def sees() -> set[str]:
        return {who for who in PEOPLE if Ticket.objects.visible_to(people[who], walk.at).exists()}

    hot: set[Any] = {"operator", "callback", "hotlinelead", "manager"}
    assert sees() == hot | {"clerk", "clerk2", "handler"}
    walk.decide(walk.ask("return", "clerk"), "hotlinelead")
    walk.do("dispatch", "operator", unit="SQ")
    assert sees() == hot | {"clerk", "clerk2", "handler", "street", "streetlead"}  # who had it sees what came of it
