"""State × move × role of whistles and report-ins: every cell of both tables against grids written by hand.

A line names a state (``every``: all of them), people who are alike there, and the moves that they may make; moves in
brackets are the role's, but greyed with a reason. What is not named is refused: with "not allowed" where the role has
no part in the move, "wrong state" where it has but not in this state. ``clerk`` and ``handler`` stand at the lead
department, ``zj`` at another one that is called.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.whistles.report_table import REPORT_IN
from cases.whistles.states import ReportState, WhistleState
from cases.whistles.table import WHISTLE
from tests.cases.grids import assert_as_written, named
from tests.cases.whistling import Tune, add_departments

pytestmark = pytest.mark.django_db

OTHERS = ["gw", "acceptor", "leader", "dispatcher", "operator", "callback", "hotlinelead", "auditor", "sysadmin",
          "secadmin", "stranger_gw", "stranger_street"]  # fmt: skip
PEOPLE = ["street", "streetlead", "platform", "manager", "clerk", "handler", "zj", *OTHERS]

WHISTLES = """
every: street+streetlead+platform+manager comment
draft: street+streetlead add_source edit name_department drop_department discard (judge)
judged: street+streetlead add_source edit name_department drop_department self_handle blow
judged: streetlead recall
whistled: streetlead recall
whistled: platform start_review (escalate)
under_review: streetlead recall
under_review: platform approve send_back convert name_lead (escalate)
approved: streetlead recall
approved: platform issue name_lead (escalate)
issued: street+streetlead urge (conclude)
issued: streetlead recall
issued: platform name_lead urge (escalate) (review_afterwards)
issued: clerk+handler+zj comment
handling: street+streetlead urge (conclude)
handling: platform name_lead urge (escalate) (review_afterwards)
handling: clerk+handler (submit_joint)
handling: clerk+handler+zj comment
submitted: street+streetlead rate
submitted: platform (review_afterwards)
submitted: clerk+handler+zj comment
rated: street+streetlead feed_back
rated: streetlead blow_again
rated: platform (review_afterwards)
rated: clerk+handler+zj comment
fed_back: streetlead blow_again
fed_back: platform (review_afterwards)
fed_back: clerk+handler+zj comment
blown_again: platform (review_afterwards)
blown_again: clerk+handler+zj comment
recalled: clerk+handler+zj comment
"""

REPORT_INS = """
called: clerk+handler sign arrive
called: clerk object (answer_supervision)
called: platform excuse
called: platform+manager supervise
signed: clerk+handler arrive (contact) (plan)
signed: clerk object (answer_supervision)
signed: platform excuse
signed: platform+manager supervise
arrived: clerk+handler begin submit (contact) (plan)
arrived: clerk (answer_supervision)
arrived: platform+manager supervise
handling: clerk+handler submit (contact) (plan)
handling: clerk (answer_supervision)
handling: platform+manager supervise
submitted: street+streetlead accept rework
submitted: clerk (answer_supervision)
submitted: platform+manager supervise
accepted: clerk (contest_rating) (answer_supervision)
accepted: platform (rule_on_rating)
objected: clerk withdraw_objection (answer_supervision)
objected: platform uphold reject
objected: platform+manager supervise
excused: clerk (answer_supervision)
absent: clerk contest_rating answer_supervision
absent: platform (rule_on_rating)
called_off: clerk (answer_supervision)
"""


@pytest.fixture
def tune(people, city):
    add_departments(people, city)
    return Tune(people)


@pytest.mark.parametrize("state", WhistleState.values)
def test_every_cell_of_the_whistle_is_as_written(tune, people, state):
    whistle = tune.to(state)
    assert_as_written(WHISTLES, WHISTLE, whistle, people, PEOPLE, tune.at)


def go_to(tune: Tune, state: str) -> None:
    """Bring the lead department's report-in to ``state``."""
    tune.to("issued")
    if state == "absent":
        tune.wait_for_absence()
    elif state == "called_off":
        tune.do("recall", "streetlead", opinion="已消除")
    elif state in ("objected", "excused"):
        tune.tell("CGJ", "object", opinion="不属我局")
        if state == "excused":
            tune.tell("CGJ", "uphold", "platform", opinion="确不属")
    elif state == "signed":
        tune.tell("CGJ", "sign")
    elif state != "called":
        tune.arrive("CGJ")
        if state == "handling":
            tune.tell("CGJ", "begin")
        if state in ("submitted", "accepted"):
            tune.tell("CGJ", "submit", outcome="solved", result="已清运")
        if state == "accepted":
            tune.tell("CGJ", "accept", "street")


@pytest.mark.parametrize("state", ReportState.values)
def test_every_cell_of_the_report_in_is_as_written(tune, people, state):
    go_to(tune, state)
    one = tune.report("CGJ")
    assert one.state == state
    assert_as_written(REPORT_INS, REPORT_IN, one, people, PEOPLE, tune.at)


# Moves that only other districts' platforms make; they have tests of their own.
GUESTS = {"agree", "disagree"}


def test_the_grids_name_no_unknown_move_state_or_person():
    for grid, life, but in ((WHISTLES, WHISTLE, GUESTS), (REPORT_INS, REPORT_IN, set[str]())):
        states, people, moves = named(grid)
        assert states <= set(life.states)
        assert people <= set(PEOPLE)
        assert moves == {row.name for row in life.rows if row.sources and not row.system} - but


def test_a_department_sees_a_whistle_only_once_it_is_called(tune, people):
    from cases.whistles.models import Whistle

    for state, seen in (("draft", False), ("approved", False)):
        whistle = Tune(people).to(state)
        assert Whistle.objects.visible_to(people["zj"], tune.at).filter(pk=whistle.pk).exists() is seen
    whistle = tune.to("issued")
    assert Whistle.objects.visible_to(people["zj"], tune.at + timedelta(hours=1)).filter(pk=whistle.pk).exists()
