"""Many people at one whistle at once, on the engine that lets them: no interleaving breaks the books."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from cases.casework.models import Case
from cases.deadlines.models import Clock
from cases.journal.models import Event
from cases.whistles import timely
from cases.whistles.models import Whistle
from cases.whistles.ratings import Rating
from cases.whistles.report_ins import ReportIn
from cases.whistles.report_table import REPORT_IN
from cases.whistles.states import SETTLED
from cases.whistles.table import WHISTLE
from cases.workflow.engine import advance
from citygrid.common.errors import Refusal
from tests.cases.books import assert_moves_are_on_record
from tests.cases.crowds import at_once, storm
from tests.cases.walk import Walk, catalogue, photo
from tests.cases.whistling import PLACE, POINTS, Tune, add_departments

pytestmark = [pytest.mark.postgis, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
THREADS, MOVES, STORMS = 12, 10, 4


@pytest.fixture
def people(people, city):
    add_departments(people, city)
    return people


def assert_books_are_right() -> None:
    """One event a version, states in a row, no clock of what is settled, nobody both absent and on site."""
    for model in (Whistle, ReportIn):
        for one in model.objects.all():
            assert_moves_are_on_record(one)
    for report_in in ReportIn.objects.all():
        running = Clock.objects.of(report_in).filter(stopped_at=None)
        assert len({clock.kind for clock in running}) == len(running)
        if report_in.state in SETTLED:
            assert not running
        if report_in.state == "absent":
            assert report_in.rating.total == 0
    for whistle in Whistle.objects.filter(state__in=["submitted", "rated", "fed_back", "blown_again"]):
        assert not whistle.report_ins.exclude(state__in=SETTLED).exists()
    for whistle in Whistle.objects.filter(state="handling"):
        assert whistle.report_ins.exclude(arrived_at=None).exists()


def test_all_departments_arriving_at_once_arrive(people):
    tune = Tune(people)
    tune.to("issued")
    photos = {code: photo(people[tune.clerks[code]], tune.at) for code in tune.names}

    def arrive(code: str) -> Any:
        return advance(
            ReportIn(pk=keys[code]), "arrive", by=people[tune.clerks[code]], at=tune.at, people="张三", position=PLACE,
            photos=[photos[code]],
        )  # fmt: skip

    keys = {code: tune.report(code).pk for code in tune.names}
    results = at_once(*[partial(arrive, code) for code in tune.names])
    assert {one.state for one in results} == {"arrived"}
    assert Whistle.objects.get().state == "handling"
    assert Event.objects.filter(kind="whistle.first_arrival").count() == 1
    assert_books_are_right()


def arriving(people: dict[str, Any], key: int, at: Any) -> Callable[[], Any]:
    """Return the job of the lead department's clerk who checks in."""
    piece = photo(people["clerk"], at)
    return lambda: advance(
        ReportIn(pk=key), "arrive", by=people["clerk"], at=at, people="张三", position=PLACE, photos=[piece]
    )


@pytest.mark.parametrize("_round", range(3))
def test_who_arrives_at_the_last_moment_is_either_there_or_absent(people, _round):
    tune = Tune(people, names=("CGJ",))
    tune.to("issued")
    late = tune.at + timedelta(hours=24, seconds=1)
    at_once(lambda: timely.run(late), arriving(people, tune.report("CGJ").pk, late))
    one = tune.report("CGJ")
    assert one.state in ("arrived", "absent")
    assert Rating.objects.filter(report_in=one).exists() is (one.state == "absent")
    assert_books_are_right()


def test_two_scanners_mark_each_absence_once(people):
    tune = Tune(people)
    tune.to("issued")
    late = tune.at + timedelta(hours=25)
    results = at_once(*[lambda: timely.run(late)] * 4)
    assert sum(results) == 3
    assert Event.objects.filter(kind="report_in.absent").count() == 3
    assert_books_are_right()


@pytest.mark.parametrize("_round", range(3))
def test_recalling_while_a_department_arrives_leaves_no_half(people, _round):
    tune = Tune(people, names=("CGJ", "ZJJ"))
    tune.to("issued")
    key = tune.whistle.pk
    recalling = partial(advance, Whistle(pk=key), "recall", by=people["streetlead"], at=tune.at, opinion="x")
    at_once(recalling, arriving(people, tune.report("CGJ").pk, tune.at))
    states = Whistle.objects.get(pk=key).state, tune.report("CGJ").state
    assert states in (("recalled", "called_off"), ("handling", "arrived"))
    assert_books_are_right()


def test_a_department_rated_twice_at_once_is_rated_once(people):
    tune = Tune(people)
    tune.to("submitted")
    given: dict[str, Any] = {"department": "CGJ", **POINTS}

    def rating(who: str) -> Any:
        return advance(Whistle(pk=tune.whistle.pk), "rate", by=people[who], at=tune.at, **given)

    at_once(*[partial(rating, who) for who in ("street", "streetlead")])
    assert Rating.objects.count() == 1
    assert_books_are_right()


def test_a_case_taken_up_twice_at_once_waits_for_one_whistle(people):
    walk = Walk(people, catalogue())
    walk.to("filed")
    results = at_once(
        *[partial(advance, Case(pk=walk.case.pk), "whistle", by=people[who], at=walk.at)
          for who in ("street", "streetlead")]
    )  # fmt: skip
    assert sum(isinstance(one, Refusal) for one in results) == 1
    assert Whistle.objects.get().number == Case.objects.get().whistle_number


def given_for(name: str, user: Any, at: Any) -> dict[str, Any]:
    """Return inputs with which the move could succeed."""
    known: dict[str, dict[str, Any]] = {
        "arrive": {"people": "张三", "position": PLACE, "photos": [photo(user, at)]},
        "submit": {"outcome": "solved", "result": "已清运"},
        "supervise": {"order": "尽快到场"},
        "answer_supervision": {"reply": "已到场"},
        "rule_on_rating": {"set_aside": True},
        "submit_joint": {"outcome": "solved", "conclusion": "已清"},
        "conclude": {"outcome": "partly", "conclusion": "部分"},
        "rate": {"department": random.choice(["CGJ", "ZJJ", "HBJ"]), **POINTS},
        "feed_back": {"feedback": "已解决"},
        "name_lead": {"department": random.choice(["CGJ", "ZJJ", "HBJ"])},
        "comment": {"text": "批注"},
    }
    return known.get(name, {})


@pytest.mark.parametrize("seed", range(STORMS))
def test_a_storm_of_moves_never_breaks_the_books(people, seed):
    tune = Tune(people)
    tune.to("issued")
    who = ["street", "streetlead", "platform", "clerk", "zj", "hb", "handler", "manager"]
    reports = [one.pk for one in ReportIn.objects.all()]
    moves = [(REPORT_IN, ReportIn, row.name) for row in REPORT_IN.rows if row.actors] * 2
    moves += [(WHISTLE, Whistle, row.name) for row in WHISTLE.rows if row.actors and row.sources]
    moves = [move for move in moves if move[2] != "recall"]
    dice = [random.Random(seed * 1000 + number) for number in range(THREADS)]

    def attempt(step: int, mine: random.Random) -> None:
        _life, model, name = mine.choice(moves)
        user, at = people[mine.choice(who)], tune.at + timedelta(minutes=step)
        subject = model(pk=mine.choice(reports) if model is ReportIn else tune.whistle.pk)
        advance(subject, name, by=user, at=at, opinion="意见", **given_for(name, user, at))

    assert storm([[mine] * MOVES for mine in dice], attempt)
    timely.run(tune.at + timedelta(hours=30))
    assert_books_are_right()
