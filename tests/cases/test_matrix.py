"""State × move × role: every cell of the case's table against a grid written by hand.

A line names a state, then for each role the moves that person may make there now. What is not named is refused: with
"not allowed" where the role has no part in the move, "conflict" where it has but not in this state or not now. Moves in
brackets are the role's, but greyed with a reason. ``open:`` lines hold in every state that is not an end.
"""

from __future__ import annotations

from typing import Any

import pytest

from cases.casework.models import Case
from cases.casework.states import OPEN, State
from cases.casework.table import CASE, ROWS
from cases.workflow.engine import Move, why_not
from cases.workflow.people import Acting
from citygrid.accounts.roles import Role
from citygrid.common.errors import Conflict, NotAllowed
from gridmap.departments.models import Department, DepartmentKind
from tests import cast
from tests.cases.ticket_walk import TicketWalk, case_of, drive_to_close, hotline
from tests.cases.walk import Walk, catalogue

pytestmark = pytest.mark.django_db

PEOPLE = {
    "gw": "grid_worker", "acceptor": "acceptor", "leader": "shift_leader", "dispatcher": "dispatcher",
    "clerk": "dept_clerk",
    "handler": "handler", "operator": "hotline_operator", "callback": "callback_agent", "street": "street_staff",
    "streetlead": "street_leader", "platform": "platform_clerk", "manager": "manager", "hotlinelead": "hotline_leader",
}  # fmt: skip

GRID = """
open: acceptor urge comment (answer_supervision)
open: leader comment (answer_supervision)
open: dispatcher urge comment (answer_supervision)
open: operator urge comment
open: manager force_close supervise comment
open: gw comment
open: callback comment
open: street comment
open: streetlead comment
open: platform comment
reported: gw fix_on_spot
reported: acceptor accept send_verify decline merge
reported: leader merge
verifying: acceptor recall_verify
accepted: acceptor merge
accepted: leader file refuse_file give_back merge
filed: dispatcher dispatch send_back
filed: street whistle
filed: streetlead whistle
dispatched: street whistle
dispatched: streetlead whistle
handling: street whistle
handling: streetlead whistle
dispatched: dispatcher redispatch
dispatched: clerk sign comment (answer_supervision)
handling: clerk assign_handler revoke_handler submit comment (answer_supervision)
handling: handler submit comment
suspended: clerk resume comment (answer_supervision)
suspended: handler comment
suspended: dispatcher resume
submitted: clerk redo_inside confirm comment (answer_supervision)
submitted: handler comment
fed_back: clerk comment (answer_supervision)
fed_back: handler comment
fed_back: dispatcher pass_feedback redispatch rework
fed_back: acceptor rework
fed_back: leader rework
fed_back: callback rework
pending_check: clerk comment (answer_supervision)
pending_check: handler comment
pending_check: acceptor send_check rework (skip_check)
pending_check: dispatcher rework
pending_check: leader rework
pending_check: callback rework
checking: clerk comment (answer_supervision)
checking: handler comment
checking: acceptor recall_check
pending_close: clerk comment (answer_supervision)
pending_close: handler comment
pending_close: leader close rework
pending_close: acceptor rework
pending_close: dispatcher rework
pending_close: callback rework
callback: clerk comment (answer_supervision)
callback: handler comment
callback: callback rework
callback: acceptor rework
callback: dispatcher rework
callback: leader rework
closed: leader reopen comment
closed: manager reopen comment
closed: gw comment
closed: acceptor comment
closed: dispatcher comment
closed: clerk comment
closed: operator comment
closed: callback comment
closed: street comment
closed: streetlead comment
closed: platform comment
declined: leader reopen comment
declined: manager reopen comment
declined: gw comment
declined: acceptor comment
declined: dispatcher comment
declined: operator comment
declined: callback comment
declined: street comment
declined: streetlead comment
declined: platform comment
not_filed: leader reopen comment
not_filed: manager reopen comment
not_filed: gw comment
not_filed: acceptor comment
not_filed: dispatcher comment
not_filed: operator comment
not_filed: callback comment
not_filed: street comment
not_filed: streetlead comment
not_filed: platform comment
cancelled: gw comment
cancelled: acceptor comment
cancelled: leader comment
cancelled: dispatcher comment
cancelled: operator comment
cancelled: callback comment
cancelled: street comment
cancelled: streetlead comment
cancelled: platform comment
cancelled: manager comment
merged: leader unmerge (comment)
merged: gw (comment)
merged: acceptor (comment)
merged: dispatcher (comment)
merged: operator (comment)
merged: callback (comment)
merged: street (comment)
merged: streetlead (comment)
merged: platform (comment)
merged: manager (comment)
"""


def expected(state: str, who: str) -> tuple[set[str], set[str]]:
    """Return the moves the person may make in ``state``, and those that are greyed."""
    may: set[str] = set()
    greyed: set[str] = set()
    for line in GRID.strip().splitlines():
        head, _colon, rest = line.partition(":")
        name, *moves = rest.split()
        if name == who and (head == state or (head == "open" and state in OPEN)):
            for move in moves:
                (greyed if move.startswith("(") else may).add(move.strip("()"))
    return may, greyed


# A clerk of the department above may what the department's own clerk may; one of a department below may nothing.
AS = {"above": "clerk", "below": "nobody"}


def _department(code: str, city: dict[str, Any], **fields: Any) -> Department:
    return Department.objects.create(
        code=code, name=code, kind=DepartmentKind.BUREAU, area_served=city[cast.CITY], **fields
    )


@pytest.fixture
def walk(people: dict[str, Any], city: dict[str, Any]) -> Walk:
    """A case just reported, with a second grid worker at hand."""
    people["gw2"] = cast.person("gw2", Role.GRID_WORKER, area=city[cast.GRIDS[0]])
    bureau = Department.objects.get(code="CGJ")
    bureau.parent, team = _department("FDZF", city), _department("CGDD", city, parent=bureau)
    bureau.save()
    people["above"] = cast.person("above", Role.DEPT_CLERK, department=bureau.parent)
    people["below"] = cast.person("below", Role.DEPT_CLERK, department=team)
    return Walk(people, catalogue())


def waiting_for_callers(walk: Walk, people: dict[str, Any], city: dict[str, Any]) -> Case:
    """Close a case that a ticket raised: it waits until its caller is called back."""
    hotline(people, city)
    ticket = TicketWalk(people)
    ticket.to("handling")
    road = drive_to_close(case_of(ticket, walk.condition), people, walk.condition, ticket.at)
    case = road.do("close", "leader")
    assert case.state == State.CALLBACK
    return case


@pytest.mark.parametrize("state", State)
def test_every_cell_is_as_written(walk, people, city, state):
    case = waiting_for_callers(walk, people, city) if state == State.CALLBACK else walk.to(state)
    for who in (*PEOPLE, *AS):
        acting = Acting(people[who], walk.at)
        may, greyed = expected(state, AS.get(who, who))
        assert Case.objects.visible_to(people[who], walk.at).filter(pk=case.pk).exists() or not may | greyed, who
        for row in ROWS:
            if not row.sources or row.system:
                continue
            reason = why_not(Move(CASE, row, case, acting))
            cell = f"{state} × {row.name} × {who}: {reason}"
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
    for line in GRID.strip().splitlines():
        head, _colon, rest = line.partition(":")
        who, *moves = rest.split()
        assert head == "open" or head in State.values
        assert who in PEOPLE
        seen |= {move.strip("()") for move in moves}
    assert seen == names - {"finish_part"}  # a co-department's only move, tried in its own test


def test_the_people_of_the_grid_hold_the_roles_they_stand_for():
    assert {name: cast.PEOPLE[name][0].value for name in PEOPLE} == PEOPLE
