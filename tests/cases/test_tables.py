"""Every lifecycle's table as a whole: sound, labelled, drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.utils.translation import override

from cases.casework.models import Case
from cases.whistles.sources import WhistleSource
from cases.workflow.draw import document
from cases.workflow.engine import LIFECYCLES
from cases.workflow.inputs import MAX_TEXT
from cases.workflow.structure import faults
from cases.workflow.table import InputType, Lifecycle, Transition
from tests.cases import (
    test_council_matrix,
    test_lane_walks,
    test_matrix,
    test_request_matrix,
    test_ticket_matrix,
    test_whistle_matrix,
)
from tests.cases.grids import named

LIVES = sorted(LIFECYCLES.values(), key=lambda life: life.name)


def test_there_are_tables():
    assert {life.name for life in LIVES} >= {"case", "field_task", "approval"}


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.name)
def test_the_table_is_sound(life: Lifecycle):
    assert faults(life) == []


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.name)
def test_every_state_and_move_is_drawn(life: Lifecycle):
    text = document(life)
    for name in [*life.states, *(row.name for row in life.rows)]:
        assert name in text


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.name)
def test_every_label_exists_in_both_languages(life: Lifecycle):
    labels = [life.label, *life.states.values(), *(row.label for row in life.rows)]
    labels += [item.label for row in life.rows for item in row.inputs]
    for label in labels:
        with override("en"):
            english = str(label)
        with override("zh-hans"):
            chinese = str(label)
        assert english.isascii(), english
        assert not chinese.isascii(), f"{english} has no Chinese"


def _broken(life: Lifecycle, *, drop: str = "", **changes: object) -> Lifecycle:
    rows = tuple(row for row in life.rows if row.name != drop)
    return replace(life, rows=rows, **changes)  # type: ignore[arg-type]


def test_each_fault_is_found():
    case = next(life for life in LIVES if life.name == "case")
    assert "checking: cannot be reached" in faults(_broken(case, drop="send_check"))
    assert "reported: nobody's turn" in faults(
        replace(case, turn={k: v for k, v in case.turn.items() if k != "reported"})
    )
    assert any("no limit for the clock" in fault for fault in faults(replace(case, limits={})))
    dead_end = Transition("stray", "Stray", ("reported",), ("nowhere",), system=True)
    assert "stray: unknown state nowhere" in faults(replace(case, rows=(*case.rows, dead_end)))
    only_system = tuple(row for row in case.rows if row.system or not row.sources)
    assert "accepted: only the system can move it on" in faults(replace(case, rows=only_system))


# The grid that is held against each table, and the moves of it that are tried elsewhere: a co-department's only one,
# and those of guests from another district.
GRIDS: dict[str, tuple[str, set[str]]] = {
    "approval": (test_request_matrix.REQUESTS, set()),
    "case": (test_matrix.GRID, {"finish_part"}),
    "council_matter": (test_council_matrix.MATTERS, set()),
    "field_task": (test_request_matrix.TASKS, set()),
    "lane_walk": (test_lane_walks.WALKS, set()),
    "report_in": (test_whistle_matrix.REPORT_INS, set()),
    "ticket": (test_ticket_matrix.GRID.rstrip() + test_ticket_matrix.WITHOUT_LEADERS, set()),
    "whistle": (test_whistle_matrix.WHISTLES, test_whistle_matrix.GUESTS),
}


def test_every_table_has_a_grid_written_by_hand():
    """A table that is added comes with its grid, which its own test holds against the engine cell by cell."""
    assert set(GRIDS) == {life.name for life in LIVES}


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.name)
def test_the_grid_names_every_move_of_people(life: Lifecycle):
    grid, elsewhere = GRIDS[life.name]
    _states, _people, moves = named(grid)
    assert moves | elsewhere == {row.name for row in life.rows if row.sources and not row.system}


# Where a move writes its text, if not into the column of that name of its own subject.
WRITTEN = {
    ("whistle", "add_source", "reference"): WhistleSource, ("council_matter", "link_case", "address"): Case,
    ("ticket", "raise_case", "address"): Case,
}  # fmt: skip


@pytest.mark.parametrize("model", LIFECYCLES, ids=lambda model: model._meta.model_name)
def test_no_text_of_a_move_is_longer_than_its_column(model: Any):
    """A database cuts none: PostgreSQL fails, and the person would see an error instead of a sentence."""
    life = LIFECYCLES[model]
    for row in life.rows:
        for item in row.inputs if not row.system else ():
            columns = WRITTEN.get((life.name, row.name, item.name), model)._meta.concrete_fields
            room = next((one.max_length for one in columns if one.name == item.name), None)
            if item.type == InputType.TEXT and room:
                assert (item.longest or MAX_TEXT) <= room, f"{life.name}.{row.name}: {item.name} has room for {room}"


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.name)
def test_in_every_state_somebody_of_the_grid_can_move_it_on(life: Lifecycle):
    """Not on paper alone: one of the cast, in a post that exists, has a move out of the state, if not at once."""
    grid, _elsewhere = GRIDS[life.name]
    states, _people, _moves = named(grid)
    whole = not states & set(life.states)  # a request: its lines name what is asked, its one open state is all of them
    for state in set(life.states) - life.terminal:
        out = {row.name for row in life.from_state(state) if row.actors and set(row.targets) - {state}}
        able: set[str] = set()
        for line in grid.strip().splitlines():
            head, _colon, rest = line.partition(":")
            if whole or head in (state, "every", "open", "*"):
                able |= {word.strip("()") for word in rest.split()[1:]}
        assert able & out, f"{life.name}: nobody moves on what is “{state}”"


def test_a_table_without_a_grid_is_found():
    with pytest.raises(KeyError, match="stray"):
        test_the_grid_names_every_move_of_people(replace(LIVES[0], name="stray"))
