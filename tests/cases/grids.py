"""A grid written by hand, state × person → moves, held against what a table really allows."""

from __future__ import annotations

from typing import Any

from cases.workflow.engine import Move, why_not
from cases.workflow.people import Acting
from cases.workflow.table import Lifecycle
from citygrid.common.errors import Conflict, NotAllowed


def expected(grid: str, state: str, who: str) -> tuple[set[str], set[str]]:
    """Return the moves the person may make in ``state``, and those that are greyed (in brackets)."""
    may: set[str] = set()
    greyed: set[str] = set()
    for line in grid.strip().splitlines():
        head, _colon, rest = line.partition(":")
        people, *moves = rest.split()
        if head in ("every", state) and who in people.split("+"):
            for move in moves:
                (greyed if move.startswith("(") else may).add(move.strip("()"))
    return may, greyed


def named(grid: str) -> tuple[set[str], set[str], set[str]]:
    """Return the states, people and moves that a grid names."""
    states, people, moves = set[str](), set[str](), set[str]()
    for line in grid.strip().splitlines():
        head, _colon, rest = line.partition(":")
        who, *names = rest.split()
        states.add(head)
        people |= set(who.split("+"))
        moves |= {name.strip("()") for name in names}
    return states - {"every"}, people, moves


def assert_as_written(
    grid: str, life: Lifecycle, subject: Any, people: dict[str, Any], who: list[str], at: Any, head: str = ""
) -> None:
    """Hold every cell of the subject's state against the grid (``head``: of those lines); refusals must say why."""
    for name in who:
        acting = Acting(people[name], at)
        may, greyed = expected(grid, head or subject.state, name)
        if type(subject).objects.find_for(people[name], at, pk=subject.pk) is None:  # the engine finds nothing
            assert not may | greyed, (subject.state, name)
            continue
        for row in life.rows:
            if not row.sources or row.system:
                continue
            reason = why_not(Move(life, row, subject, acting))
            cell = f"{subject.state} × {row.name} × {name}: {reason}"
            if row.name in may:
                assert reason is None, cell
            elif row.name in greyed:
                assert isinstance(reason, Conflict), cell
                assert reason.code == "not_now", cell
            else:
                assert isinstance(reason, NotAllowed | Conflict), cell
                assert isinstance(reason, NotAllowed) or reason.code == "wrong_state", cell
                assert len(str(reason)) > 20, cell
