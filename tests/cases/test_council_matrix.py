"""State × move × role of council matters: every cell of the table against a grid written by hand (see grids.py)."""

from __future__ import annotations

import pytest

from cases.councils.states import MatterState
from cases.councils.table import COUNCIL_MATTER
from tests.cases.council_walk import MatterWalk
from tests.cases.grids import assert_as_written, named
from tests.cases.whistling import load_kinds

pytestmark = pytest.mark.django_db

PEOPLE = ["street", "streetlead", "platform", "manager", "clerk", "handler", "gw", "acceptor", "leader", "dispatcher",
          "operator", "callback", "hotlinelead", "auditor", "sysadmin", "secadmin", "stranger_gw",
          "stranger_street"]  # fmt: skip

MATTERS = """
every: street+streetlead+manager comment
proposed: street+streetlead put_on_agenda decline
on_agenda: street+streetlead take_off_agenda hold_meeting decline
discussed: street+streetlead resolve decline
decided: street link_case
decided: street+streetlead link_whistle carry_out decline
in_hand: street+streetlead stop_waiting
done: street+streetlead take_up_again publish
"""


@pytest.mark.parametrize("state", MatterState.values)
def test_every_cell_of_the_matter_is_as_written(people, state):
    load_kinds()
    walk = MatterWalk(people)
    matter = walk.to(state)
    assert_as_written(MATTERS, COUNCIL_MATTER, matter, people, PEOPLE, walk.at)


def test_the_grid_names_no_unknown_move_state_or_person():
    states, people, moves = named(MATTERS)
    assert states <= set(COUNCIL_MATTER.states)
    assert people <= set(PEOPLE)
    assert moves == {row.name for row in COUNCIL_MATTER.rows if row.sources and not row.system}
