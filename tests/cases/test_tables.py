"""Every lifecycle's table as a whole: sound, labelled, drawn."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils.translation import override

from cases.workflow.draw import document
from cases.workflow.engine import LIFECYCLES
from cases.workflow.structure import faults
from cases.workflow.table import Lifecycle, Transition

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
