"""Scores of departments and of streets, over whistles that went their way by real moves."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from cases.evaluation import boards, scope
from cases.evaluation.boards import BOARDS
from cases.evaluation.periods import parse
from cases.whistles.models import Whistle
from cases.whistles.report_ins import ReportIn
from cases.workflow.people import Acting
from tests.cases.walk import AT
from tests.cases.whistling import POINTS, Tune, add_departments, add_neighbour

pytestmark = pytest.mark.django_db
REPORTS, STREETS = BOARDS["whistle"], BOARDS["whistle_street"]
MARCH, LATER = parse("2026-03"), AT + timedelta(days=60)


@pytest.fixture(autouse=True)
def ready(people, city):
    add_departments(people, city)


def of(board, unit, at=LATER):
    """Return (numerator, denominator) of every figure of a unit, and its counters."""
    for row in boards.rows(board, boards.items(board, MARCH, at)):
        if row.unit.code == unit:
            return {one.figure.name: (one.numerator, one.denominator) for one in row.values} | row.counters
    return {}


def test_three_departments_two_in_time_one_absent(people):
    tune = Tune(people)
    tune.to("issued")
    for code in ("CGJ", "ZJJ"):
        tune.tell(code, "sign")
        tune.finish(code)
    assert tune.wait_for_absence() == 1
    tune.do("submit_joint", "clerk", outcome="solved", conclusion="渣土已清")
    tune.do("rate", "street", department="CGJ", **POINTS)
    tune.do("rate", "street", department="ZJJ", on_time=20, as_asked=20, cooperation=5, proof=5, reason="材料不全")
    assert of(REPORTS, "CGJ") == {
        "attendance": (1, 1), "signing": (1, 1), "arrival": (1, 1), "on_time": (30, 30), "as_asked": (40, 40),
        "cooperation": (15, 15), "proof": (10, 15), "total": (95, 100), "called": 1, "freed": 0, "absent": 0,
    }  # fmt: skip
    assert of(REPORTS, "ZJJ")["total"] == (50, 100)
    assert of(REPORTS, "HBJ") == {
        "attendance": (0, 1), "signing": (0, 1), "arrival": (0, 1), "on_time": (0, 30), "as_asked": (0, 40),
        "cooperation": (0, 15), "proof": (0, 15), "total": (0, 100), "called": 1, "freed": 0, "absent": 1,
    }  # fmt: skip
    rows = boards.rows(REPORTS, boards.items(REPORTS, MARCH, LATER))
    assert [(row.unit.code, row.place, row.score) for row in rows] == [
        ("CGJ", 1, Fraction(95, 100)), ("ZJJ", 2, Fraction(1, 2)), ("HBJ", 3, Fraction(0)),
    ]  # fmt: skip
    assert of(STREETS, "350982003") == {
        "precise": (1, 1), "returned": (0, 1), "duplicate": (0, 1), "self_solvable": (0, 1), "objected": (0, 1),
        "conclusion": (1, 1), "solved": (1, 1), "whistles": 1, "recalled": 0,
    }  # fmt: skip


def test_what_is_not_due_yet_counts_in_nothing(people):
    tune = Tune(people)
    tune.to("issued")
    found = of(REPORTS, "CGJ", at=tune.at)
    names = ("attendance", "signing", "arrival", "total")
    assert [found[name] for name in names] == [(0, 0)] * 4
    late = of(REPORTS, "CGJ", at=tune.at + timedelta(hours=1, minutes=1))  # to be signed for within the hour
    assert (late["signing"], late["arrival"]) == ((0, 1), (0, 0))
    row = boards.rows(REPORTS, boards.items(REPORTS, MARCH, tune.at))[0]
    assert (row.score, row.place) == (None, None)


def test_who_comes_late_came_but_not_in_time(people):
    tune = Tune(people)
    tune.to("issued")
    tune.tell("CGJ", "sign")
    tune.at += timedelta(hours=30)
    tune.arrive("CGJ")
    found = of(REPORTS, "CGJ")
    assert (found["attendance"], found["signing"], found["arrival"]) == ((1, 1), (1, 1), (0, 1))


def test_an_upheld_objection_frees_the_department_and_counts_against_the_street(people):
    tune = Tune(people)
    tune.to("issued")
    tune.tell("HBJ", "object", opinion="不属我局职责")
    tune.tell("HBJ", "uphold", "platform", opinion="确不属其职责")
    for code in ("CGJ", "ZJJ"):
        tune.finish(code)
    found = of(REPORTS, "HBJ")
    assert (found["called"], found["freed"], found["attendance"], found["total"]) == (1, 1, (0, 0), (0, 0))
    street = of(STREETS, "350982003")
    assert (street["objected"], street["precise"], street["conclusion"]) == ((1, 1), (0, 1), (0, 1))


def test_a_rating_that_was_set_aside_is_not_scored(people):
    tune = Tune(people)
    tune.to("rated")
    assert of(REPORTS, "CGJ")["total"] == (95, 100)
    tune.tell("CGJ", "contest_rating", opinion="到场及时，评分有误")
    assert of(REPORTS, "CGJ")["total"] == (95, 100)  # contested alone changes nothing
    tune.tell("CGJ", "rule_on_rating", "platform", set_aside=True, opinion="评分依据不足")
    found = of(REPORTS, "CGJ")
    assert (found["total"], found["attendance"]) == ((0, 0), (1, 1))


def test_a_whistle_that_was_sent_back_stays_returned_when_blown_afresh(people):
    tune = Tune(people)
    tune.to("under_review")
    tune.do("send_back", "platform", opinion="类型不符")
    assert of(STREETS, "350982003")["returned"] == (1, 1)
    tune.do("blow", "streetlead", kind="enforcement", lead="CGJ", position="120.205,27.335")
    tune.do("start_review", "platform")
    tune.do("approve", "platform")
    found = of(STREETS, "350982003")
    assert (found["returned"], found["precise"], found["whistles"]) == ((1, 1), (0, 1), 1)


def test_an_emergency_is_judged_by_its_later_review(people):
    tune = Tune(people, kind="emergency")
    tune.to("issued")
    assert of(STREETS, "350982003")["precise"] == (0, 0)
    tune.do("review_afterwards", "platform", verdict="duplicate", opinion="同一事项已吹哨")
    found = of(STREETS, "350982003")
    assert (found["precise"], found["duplicate"], found["self_solvable"]) == ((0, 1), (1, 1), (0, 1))


def test_recalled_and_converted_whistles(people):
    recalled, converted, drafted = Tune(people), Tune(people), Tune(people)
    recalled.to("recalled")
    converted.to("converted")
    drafted.to("judged")
    found = of(STREETS, "350982003")
    assert (found["whistles"], found["recalled"], found["returned"]) == (2, 1, (1, 2))
    assert (found["objected"], found["conclusion"]) == ((0, 0), (0, 0))
    freed = of(REPORTS, "CGJ")
    assert (freed["called"], freed["freed"], freed["attendance"]) == (1, 1, (0, 0))


def test_own_figures_and_their_lists_hold_only_what_one_sees(people, city):
    add_neighbour(people, city)
    tune = Tune(people)
    tune.to("rated")
    seen = {}
    for who in ("manager", "platform", "street", "streetlead", "clerk", "stranger_street", "hotlinelead", "gw",
                "guest_clerk"):  # fmt: skip
        acting = Acting(people[who], LATER)
        ins = scope.own(REPORTS, boards.items(REPORTS, MARCH, LATER), acting)
        streets = scope.own(STREETS, boards.items(STREETS, MARCH, LATER), acting)
        visible = ReportIn.objects.visible_to(people[who], LATER), Whistle.objects.visible_to(people[who], LATER)
        assert set(ins.values_list("pk", flat=True)) <= set(visible[0].values_list("pk", flat=True))
        assert set(streets.values_list("pk", flat=True)) <= set(visible[1].values_list("pk", flat=True))
        seen[who] = (ins.count(), streets.count())
    assert seen == {
        "manager": (3, 1), "platform": (3, 1), "street": (3, 1), "streetlead": (3, 1), "clerk": (1, 0),
        "stranger_street": (0, 0), "hotlinelead": (0, 0), "gw": (0, 0), "guest_clerk": (0, 0),
    }  # fmt: skip


@pytest.mark.parametrize("board", [REPORTS, STREETS], ids=["reports", "streets"])
def test_the_list_behind_a_figure_is_what_it_counted(people, board):
    Tune(people).to("fed_back")
    Tune(people).to("recalled")
    other = Tune(people)
    other.to("issued")
    other.tell("HBJ", "object", opinion="不属我局职责")
    other.tell("HBJ", "uphold", "platform", opinion="确不属其职责")
    other.finish("CGJ")
    other.wait_for_absence()
    found = boards.items(board, MARCH, LATER)
    looked = 0
    for row in boards.rows(board, found):
        for one in row.values:
            of_unit = {"unit": row.unit.pk, "figure": one.figure}
            counted = boards.listed(board, found, part="counted", **of_unit)
            assert counted.count() * one.figure.most == one.denominator
            if one.figure.good:
                assert boards.listed(board, found, part="good", **of_unit).count() == one.numerator
                assert boards.listed(board, found, part="missed", **of_unit).count() == one.denominator - one.numerator
            looked += counted.count()
    assert looked > 8


def test_a_board_takes_two_queries_however_many_units(people, django_assert_num_queries):
    Tune(people).to("rated")
    for board, units in ((REPORTS, 3), (STREETS, 1)):
        with django_assert_num_queries(2):
            assert len(boards.rows(board, boards.items(board, MARCH, LATER))) == units
