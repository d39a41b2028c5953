"""The three rates over tickets that went their way by real moves: who counts, in which period, with what answer."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from cases.evaluation import boards, scope
from cases.evaluation.boards import BOARDS
from cases.evaluation.periods import parse
from cases.hotline.models import Ticket
from cases.workflow.people import Acting
from tests.cases.ticket_walk import ANSWERS, SAD, TicketWalk, hotline
from tests.cases.walk import AT, photo

pytestmark = pytest.mark.django_db
HOTLINE = BOARDS["hotline"]
MARCH = parse("2026-03")


@pytest.fixture(autouse=True)
def ready(people, city):
    hotline(people, city)


def rates(at=AT + timedelta(days=60), period=MARCH, unit="SQ"):
    """Return (numerator, denominator) of every figure of a unit, and its counters."""
    for row in boards.rows(HOTLINE, boards.items(HOTLINE, period, at)):
        if row.unit.code == unit:
            return {one.figure.name: (one.numerator, one.denominator) for one in row.values} | row.counters
    return {}


def test_one_ticket_solved_and_satisfied(people):
    TicketWalk(people).to("closed")
    assert rates() == {
        "response": (1, 1), "solution": (1, 1), "satisfaction": (1, 1), "redo": (0, 1),
        "tickets": 1, "excluded": 0, "unreached": 0,
    }  # fmt: skip
    (row,) = boards.rows(HOTLINE, boards.items(HOTLINE, MARCH, AT + timedelta(days=60)))
    assert (row.score, row.place) == (Fraction(1), 1)


def test_nothing_is_no_rate_and_no_score(people):
    walk = TicketWalk(people)
    walk.to("dispatched")
    (row,) = boards.rows(HOTLINE, boards.items(HOTLINE, MARCH, walk.at))
    assert [one.share for one in row.values] == [None] * 4
    assert (row.score, row.place) == (None, None)
    assert rates(period=parse("2026-04")) == {}


def test_the_contact_counts_once_it_is_due_and_only_in_time(people):
    walk = TicketWalk(people)
    walk.do("dispatch", "operator", unit="SQ", level="h24")  # to be contacted within two hours
    due = walk.at + timedelta(hours=2)
    assert rates(at=due)["response"] == (0, 0)
    assert rates(at=due + timedelta(seconds=1))["response"] == (0, 1)
    walk.do("sign", "street")
    walk.wait(hours=3)
    walk.do("contact", "street", how="phone", reached=True)
    assert rates(at=walk.at)["response"] == (0, 1)
    other = TicketWalk(people)
    other.do("dispatch", "operator", unit="SQ", level="h24")
    other.do("sign", "street")
    other.do("contact", "street", how="phone", reached=False)
    assert rates(at=other.at)["response"] == (0, 1)  # trying is not reaching
    other.do("contact", "street", how="phone", reached=True)
    assert rates(at=other.at)["response"] == (1, 2)


def test_a_reply_without_contact_missed_it_before_it_was_due(people):
    walk = TicketWalk(people)
    walk.to("handling")
    walk.reply()
    assert rates(at=walk.at)["response"] == (0, 1)


def test_withdrawn_before_the_contact_was_due_owes_none(people):
    early, late = TicketWalk(people), TicketWalk(people)
    for walk in (early, late):
        walk.do("dispatch", "operator", unit="SQ", level="h24")
    early.do("withdraw", "operator", opinion="诉求人撤回")
    late.wait(hours=3)
    late.do("withdraw", "operator", opinion="诉求人撤回")
    assert rates()["response"] == (0, 1)
    assert rates()["tickets"] == 2


def test_a_caller_who_denies_the_contact_is_believed(people):
    walk = TicketWalk(people)
    walk.to("callback_open")
    assert rates(at=walk.at)["response"] == (1, 1)
    walk.do("close_callback", "callback", **{**ANSWERS, "contacted": False})
    assert rates()["response"] == (0, 1)


@pytest.mark.parametrize(
    ("solved", "satisfaction", "solution", "satisfied"),
    [("yes", "5", 1, 1), ("yes", "3", 1, 1), ("yes", "2", 1, 0), ("partly", "4", 0, 1), ("no", "1", 0, 0)],
)
def test_only_solved_is_solved_and_fairly_satisfied_is_satisfied(people, solved, satisfaction, solution, satisfied):
    walk = TicketWalk(people)
    walk.to("callback_open")
    given = {"contacted": True, "solved": solved, "satisfaction": satisfaction}
    fault = {} if solved == "yes" and int(satisfaction) > 2 else {"fault": "conditions"}
    walk.do("close_callback", "callback", **given, **fault)
    assert (rates()["solution"], rates()["satisfaction"]) == ((solution, 1), (satisfied, 1))


def test_done_again_the_last_answer_counts_and_the_redo_shows(people):
    walk = TicketWalk(people)
    walk.to("callback_open")
    walk.do("redo", "callback", opinion="垃圾还在", **SAD)
    assert rates()["solution"] == (0, 1)  # until there is another answer, the first one stands
    walk.do("sign", "street")
    walk.do("contact", "street", how="phone", reached=True)
    walk.reply()
    walk.do("open_callback", "callback")
    walk.do("close_callback", "callback", **ANSWERS)
    assert rates() == {
        "response": (1, 1), "solution": (1, 1), "satisfaction": (1, 1), "redo": (1, 1),
        "tickets": 1, "excluded": 0, "unreached": 0,
    }  # fmt: skip


def test_done_again_elsewhere_each_unit_keeps_its_own_answer(people):
    walk = TicketWalk(people)
    walk.to("callback_open")
    walk.do("redo", "callback", opinion="垃圾还在", unit="CGJ", **SAD)
    walk.do("sign", "clerk")
    walk.do("contact", "clerk", how="phone", reached=True)
    walk.reply("clerk")
    walk.do("open_callback", "callback")
    walk.do("close_callback", "callback", **ANSWERS)
    assert (rates()["solution"], rates()["redo"]) == ((0, 1), (1, 1))
    assert (rates(unit="CGJ")["solution"], rates(unit="CGJ")["redo"]) == ((1, 1), (0, 1))


def test_nobody_reached_counts_in_no_answer(people):
    walk = TicketWalk(people)
    walk.to("callback_open")
    for _day in range(3):
        walk.wait(days=1)
        walk.do("attempt_callback", "callback", how="phone")
    assert walk.ticket.state == "closed"
    found = rates()
    assert [found[name] for name in ("response", "solution", "satisfaction")] == [(1, 1), (0, 0), (0, 0)]
    assert found["unreached"] == 1


def test_nobody_reached_after_a_redo_leaves_the_first_answer(people):
    walk = TicketWalk(people)
    walk.to("callback_open")
    walk.do("redo", "callback", opinion="垃圾还在", **SAD)
    walk.do("sign", "street")
    walk.reply()
    walk.do("open_callback", "callback")
    for _day in range(3):
        walk.wait(days=1)
        walk.do("attempt_callback", "callback", how="phone")
    found = rates()
    assert (found["solution"], found["unreached"]) == ((0, 1), 0)


def test_anonymous_callers_are_in_no_rate(people):
    walk = TicketWalk(people, caller=None)
    walk.to("handling")
    walk.reply()
    found = rates()
    assert (found["tickets"], found["response"], found["solution"]) == (1, (0, 0), (0, 0))


def test_an_excluded_ticket_leaves_every_rate_and_stays_in_the_number(people):
    good, bad = TicketWalk(people), TicketWalk(people)
    good.to("closed")
    before = rates()
    bad.to("callback_open")
    bad.do("close_callback", "callback", fault="conditions", **SAD)
    assert rates()["solution"] == (1, 2)
    asked = bad.ask("exclusion", "street", "已进入诉讼程序", evidence=[str(photo(people["street"]).pk)])
    assert rates()["solution"] == (1, 2)
    asked = bad.decide(asked, "hotlinelead")
    assert rates()["solution"] == (1, 2)  # the first level alone excludes nothing
    bad.decide(asked, "manager")
    found = rates()
    assert {**found, "tickets": 1, "excluded": 0} == before
    assert (found["tickets"], found["excluded"]) == (2, 1)


def test_a_granted_return_is_as_if_the_unit_never_had_it(people):
    walk = TicketWalk(people)
    walk.to("handling")
    walk.decide(walk.ask("return", "street"), "hotlinelead")
    assert rates() == {}
    walk.do("dispatch", "operator", unit="CGJ")
    assert rates(at=walk.at, unit="CGJ")["tickets"] == 1
    assert rates(at=walk.at) == {}


def test_given_back_to_the_same_unit_it_counts_with_the_clock_that_ran_on(people):
    walk = TicketWalk(people)
    walk.do("dispatch", "operator", unit="SQ", level="h24")
    first = walk.at
    walk.decide(walk.ask("return", "street"), "hotlinelead")
    walk.do("dispatch", "operator", unit="SQ", level="h24")
    assert rates(at=first + timedelta(hours=2))["response"] == (0, 0)
    assert rates(at=first + timedelta(hours=2, seconds=1))["response"] == (0, 1)


def test_a_ticket_belongs_to_the_period_of_its_first_dispatch_however_long_it_takes(people):
    walk = TicketWalk(people, at=MARCH.end - timedelta(minutes=10))
    walk.to("handling")
    walk.wait(days=1)
    walk.reply(deadline="2026-04-02")
    walk.do("open_callback", "callback")
    walk.do("redo", "callback", opinion="垃圾还在", **SAD)
    april = parse("2026-04")
    assert april.start < walk.at < april.end
    assert rates()["tickets"] == 1
    assert rates(period=april) == {}
    halves = [rates(period=parse(code)) for code in ("2026-03-01..2026-03-30", "2026-03-31..2026-03-31")]
    assert [found.get("tickets", 0) for found in halves] == [0, 1]


def test_own_figures_are_those_of_what_one_sees(people):
    TicketWalk(people).to("closed")
    TicketWalk(people, unit="CGJ").to("closed")
    found = boards.items(HOTLINE, MARCH, AT + timedelta(days=60))
    seen = {}
    who_asks = (
        "manager", "hotlinelead", "street", "streetlead", "clerk", "platform", "stranger_street", "operator", "gw",
    )  # fmt: skip
    for who in who_asks:
        acting = Acting(people[who], AT + timedelta(days=60))
        own = scope.own(HOTLINE, found, acting)
        assert set(own.values_list("ticket", flat=True)) <= set(
            Ticket.objects.visible_to(people[who], acting.at).values_list("pk", flat=True)
        )
        seen[who] = sorted(own.values_list("unit__code", flat=True))
    assert seen == {
        "manager": ["CGJ", "SQ"], "hotlinelead": ["CGJ", "SQ"], "street": ["SQ"], "streetlead": ["SQ"],
        "clerk": ["CGJ"], "platform": [], "stranger_street": [], "operator": [], "gw": [],
    }  # fmt: skip


def test_the_list_behind_a_figure_is_what_it_counted(people):
    """Every figure of every unit, every part: as many as the figure says, and none outside."""
    TicketWalk(people).to("closed")
    TicketWalk(people, unit="CGJ").to("closed")
    TicketWalk(people, caller=None).to("handling")
    bad = TicketWalk(people)
    bad.to("callback_open")
    bad.do("redo", "callback", opinion="垃圾还在", unit="CGJ", **SAD)
    unheard = TicketWalk(people)
    unheard.to("handling")
    found = boards.items(HOTLINE, MARCH, AT + timedelta(days=60))
    looked = 0
    for row in boards.rows(HOTLINE, found):
        for one in row.values:
            sizes = {
                part: boards.listed(HOTLINE, found, unit=row.unit.pk, figure=one.figure, part=part).count()
                for part in one.figure.parts
            }
            assert sizes == {
                "counted": one.denominator, "good": one.numerator, "missed": one.denominator - one.numerator
            }  # fmt: skip
            looked += one.denominator
    assert looked > 8
    (office,) = [row for row in boards.rows(HOTLINE, found) if row.unit.code == "SQ"]
    wrong = {}
    for one in office.values[:2]:
        missed = boards.listed(HOTLINE, found, unit=office.unit.pk, figure=one.figure, part="missed")
        wrong[one.figure.name] = [ticket.number for ticket in missed]
    assert wrong == {"response": [unheard.ticket.number], "solution": [bad.ticket.number]}


def test_a_board_takes_two_queries_however_many_units(people, django_assert_num_queries):
    for unit in ("SQ", "CGJ", "PT"):
        TicketWalk(people, unit=unit).to("handling")
    with django_assert_num_queries(2):
        assert len(boards.rows(HOTLINE, boards.items(HOTLINE, MARCH, AT))) == 3
