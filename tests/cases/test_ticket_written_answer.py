"""What a caller wrote by the link stands: it counts in the rates, and "not solved" makes work without a call."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases.deadlines.models import Clock
from cases.evaluation import boards
from cases.evaluation.boards import BOARDS
from cases.evaluation.periods import parse
from cases.hotline import links, tracking
from cases.hotline.callbacks import Callback
from cases.hotline.models import Ticket
from cases.web.hotline.around import around
from cases.web.hotline.banners import banners_of
from cases.web.hotline.whole import whole
from cases.workflow.people import Acting
from tests.cases.ticket_walk import NAME, SAD, TicketWalk, hotline
from tests.cases.walk import AT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ready(people, city):
    hotline(people, city)


def wrote(people: Any, reason: str = "还堆着") -> TicketWalk:
    """Return a ticket whose caller wrote that it is not solved."""
    walk = TicketWalk(people)
    walk.to("replied")
    write(walk, reason)
    return walk


def write(walk: TicketWalk, reason: str) -> None:
    token = links.make(callback=walk.fresh().callbacks.get(round_number=walk.ticket.round_number), at=walk.at)
    links.answer(token=token, contacted=True, solved="no", satisfaction=1, at=walk.at, reason=reason)
    assert walk.fresh().state == "callback_open"


def three_in_vain(walk: TicketWalk) -> None:
    for _n in range(3):
        walk.do("attempt_callback", "callback", how="phone")
        walk.wait(days=1)


def rates() -> dict[str, Any]:
    (row,) = boards.rows(BOARDS["hotline"], boards.items(BOARDS["hotline"], parse("2026-03"), AT + timedelta(days=60)))
    return {one.figure.name: (one.numerator, one.denominator) for one in row.values[1:]} | row.counters


def banners(walk: TicketWalk, who: str = "street") -> list[tuple[str, str]]:
    ticket = whole(Ticket.objects.filter(pk=walk.ticket.pk)).get()
    acting = Acting.of(walk.people[who], walk.at)
    return [(str(one.text), one.said) for one in banners_of(ticket, around(ticket, acting))]


def test_three_vain_attempts_after_not_solved_have_it_done_again(people):
    walk = wrote(people)
    three_in_vain(walk)
    ticket = walk.fresh()
    assert (ticket.state, ticket.round_number, ticket.redo_count, ticket.ended_at) == ("dispatched", 2, 1, None)
    said = Callback.objects.get()
    assert (said.result, said.solved, said.satisfaction, said.redone) == ("online", "no", 1, True)
    assert rates() == {
        "solution": (0, 1), "satisfaction": (0, 1), "redo": (1, 1), "tickets": 1, "excluded": 0, "unreached": 0,
    }  # fmt: skip
    running = set(Clock.objects.of(ticket).filter(stopped_at=None).values_list("kind", flat=True))
    assert running == {"sign", "contact", "reply"}
    assert ("The caller wrote that it is not solved; it is to be done again.", "还堆着") in banners(walk)
    walk.do("sign", "street")


def test_not_solved_without_words_is_done_again_too_and_the_unit_is_told(people):
    walk = wrote(people, reason="")
    three_in_vain(walk)
    assert walk.fresh().state == "dispatched"
    assert ("The caller was not content; it is to be done again.", "") in banners(walk)


def test_done_again_often_enough_it_is_closed_and_the_answer_counts(people, settings):
    settings.TICKET_REDO_MAX = 0
    walk = wrote(people)
    three_in_vain(walk)
    assert walk.fresh().state == "closed"
    said = Callback.objects.get()
    assert (said.result, said.is_reached, said.redone) == ("online", True, False)
    assert (rates()["solution"], rates()["unreached"]) == ((0, 1), 0)
    assert not Clock.objects.of(walk.ticket).filter(stopped_at=None).exists()


def test_withdrawn_after_an_answer_by_the_link_the_answer_counts(people):
    walk = wrote(people)
    walk.do("withdraw", "operator", opinion="诉求人撤回")
    assert Callback.objects.get().result == "online"
    assert (rates()["solution"], rates()["satisfaction"]) == ((0, 1), (0, 1))
    silent = TicketWalk(people)
    silent.to("replied")
    silent.do("withdraw", "operator", opinion="诉求人撤回")
    assert silent.ticket.callbacks.get().result == "dropped"


def test_taken_up_again_the_unit_reads_the_words_and_the_opinion_stays(people):
    walk = TicketWalk(people)
    walk.to("callback_open")
    walk.do("close_callback", "callback", fault="conditions", opinion="条件所限", **SAD)
    tracking.reopen(walk.fresh(), reason=f"我是{NAME}，垃圾还在", at=walk.at)
    first, second = walk.fresh().rounds.order_by("number")
    assert (first.ended_by_move, first.opinion, first.still_wrong) == ("close_callback", "条件所限", "")
    assert second.still_wrong == "我是***，垃圾还在"
    told = ("The caller wrote that it is not solved; it is to be done again.", second.still_wrong)
    assert told in banners(walk)
    walk.do("sign", "street")
    assert told in banners(walk)
    walk.do("contact", "street", how="phone", reached=True)
    walk.reply()
    assert told not in banners(walk)
    walk.do("open_callback", "callback")
    walk.do("redo", "callback", opinion="仍未清运", **SAD)
    assert ("The caller was not content; it is to be done again.", "仍未清运") in banners(walk)
    assert told not in banners(walk)
