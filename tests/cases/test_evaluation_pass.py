"""One statement judges every round of a period: against the same said in plain loops, and against two passes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cases.evaluation import boards, scope, tickets
from cases.evaluation.boards import BOARDS
from cases.evaluation.periods import parse
from cases.hotline.models import TicketRound
from cases.workflow.people import Acting
from tests.cases.ticket_walk import SAD, TicketWalk, hotline
from tests.cases.walk import AT

pytestmark = pytest.mark.django_db
HOTLINE = BOARDS["hotline"]
MARCH = parse("2026-03")


@pytest.fixture(autouse=True)
def ready(people, city):
    hotline(people, city)


def test_own_rows_judge_every_item_once_and_are_those_of_ones_own_items(people, django_assert_num_queries):
    at = AT + timedelta(days=60)
    for unit, state in (("SQ", "closed"), ("CGJ", "closed"), ("CGJ", "handling"), ("PT", "dispatched")):
        TicketWalk(people, unit=unit).to(state)
    sad = TicketWalk(people, unit="CGJ")
    sad.to("callback_open")
    sad.do("redo", "callback", opinion="垃圾还在", unit="SQ", **SAD)
    found = boards.items(HOTLINE, MARCH, at)
    places = {row.unit.pk: row.place for row in boards.rows(HOTLINE, found)}
    assert set(places.values()) == {1, 2, None}
    for who in ("manager", "street", "clerk", "platform", "stranger_street", "gw"):
        acting = Acting(people[who], at)
        own = boards.rows(HOTLINE, scope.own(HOTLINE, found, acting))
        expected = {row.unit.pk: replace(row, place=places[row.unit.pk]) for row in own}
        assert {row.unit.pk: row for row in boards.own_rows(HOTLINE, MARCH, acting)} == expected, who
    acting = Acting(people["manager"], at)
    assert acting.posts
    with django_assert_num_queries(2):
        assert len(boards.own_rows(HOTLINE, MARCH, acting)) == 3


def test_what_callbacks_say_is_that_of_their_rows_read_one_by_one(people):
    """Another unit's callbacks say nothing of a unit, and of its own the last answer counts."""
    for unit in ("SQ", "CGJ"):
        walk = TicketWalk(people, unit=unit)
        walk.to("callback_open")
        walk.do("redo", "callback", opinion="垃圾还在", **{**SAD, "contacted": unit == "SQ"})
        walk.do("sign", walk.staff)
        walk.do("contact", walk.staff, how="phone", reached=True)
        walk.reply()
        walk.do("open_callback", "callback")
        other = "CGJ" if unit == "SQ" else "SQ"
        half = {"contacted": True, "solved": "partly", "satisfaction": "3"}
        walk.do("redo", "callback", opinion="还差一点", unit=other, **half)
    TicketWalk(people).to("closed")
    unreached = TicketWalk(people, unit="CGJ")
    unreached.to("callback_open")
    for _day in range(3):
        unreached.do("attempt_callback", "callback", how="phone")
        unreached.wait(days=1)
    expected: Counter[Any] = Counter()
    for one in TicketRound.objects.select_related("ticket"):
        units = {row.number: row.unit_id for row in one.ticket.rounds.all()}
        if any(units[number] == one.unit_id for number in range(1, one.number)):
            continue
        every = one.ticket.callbacks.order_by("round_number")
        calls = [call for call in every if units[call.round_number] == one.unit_id]
        answered = [call for call in calls if call.is_reached]
        last = answered[-1] if answered else None
        expected[
            one.unit_id, any(call.contacted is False for call in answered if call.round_number == one.number),
            last.satisfaction if last else 0, last.solved if last else "", any(call.redone for call in calls),
            any(call.result == "unreachable" for call in calls),
        ] += 1  # fmt: skip
    found: Counter[Any] = Counter()
    for fact in tickets.facts(boards.items(HOTLINE, MARCH, AT + timedelta(days=60))):
        about = fact.about
        found[fact.unit, about.denied, about.satisfaction, about.solved, about.redone, about.unreached] += fact.count
    assert found == expected
    assert len(found) >= 6
