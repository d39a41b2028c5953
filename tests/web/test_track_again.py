"""The public page of a matter, with the whole phone number: answered, and taken up again when it was not solved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache

from cases.evaluation import boards
from cases.evaluation.boards import BOARDS
from cases.evaluation.periods import of_month
from cases.hotline import tracking
from cases.hotline.callbacks import Callback
from cases.hotline.models import Ticket
from cases.journal.models import Event
from citygrid.common import clock
from citygrid.common.errors import Conflict
from tests.cases.ticket_walk import NAME, PHONE, SAD, TicketWalk, hotline
from tests.web.citizens import Citizen, recent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ready(people, city):
    hotline(people, city)
    cache.clear()


def closed(people) -> TicketWalk:
    walk = recent(people)
    walk.to("callback_open")
    walk.do("close_callback", "callback", fault="conditions", **SAD)
    return walk


def test_who_knows_the_mask_alone_neither_answers_nor_has_it_taken_up_again(people):
    walk = recent(people)
    walk.to("replied")
    unit = Citizen()
    unit.ask(walk.ticket.number)
    page = unit.read()
    assert "/c/" not in page
    assert "To say whether it is solved, give your whole phone number" in page
    for wrong in ("7654", "13911117654", "199 0000 765", ""):
        assert "/c/" not in unit.give_phone(wrong, status=422).content.decode()
    assert "/c/" not in unit.read()
    done = closed(people)
    unit.ask(done.ticket.number)
    page = unit.read()
    assert "To have it taken up again, give your whole phone number" in page
    assert "What is still wrong?" not in page
    refused = unit.again("都已解决", status=403).content.decode()
    assert "Give your whole phone number first" in refused
    assert "都已解决" in refused  # nothing that was typed is lost
    assert done.fresh().state == "closed"
    unit.give_phone()
    assert "What is still wrong?" in unit.read()
    unit.ask(walk.ticket.number)  # the whole number opened one matter, not the next
    assert "/c/" not in unit.read()
    assert Citizen().give_phone()["Location"] == "/track/"


def test_a_wrong_phone_is_told_alike_and_a_ticket_without_one_is_not_opened(people):
    walk = recent(people)
    walk.to("replied")
    citizen = Citizen(language="zh-hans")
    citizen.ask(walk.ticket.number)
    assert "请填写完整的电话号码" in citizen.read()
    assert "不是本事项登记的电话号码" in citizen.give_phone("13911117654", status=422).content.decode()
    anonymous = recent(people, caller=None)
    for phone in ("", PHONE):
        assert not tracking.is_phone_of(anonymous.ticket, phone)


def test_one_answers_by_the_one_form_of_the_link(people):
    walk = recent(people)
    walk.to("replied")
    citizen = Citizen()
    citizen.ask(walk.ticket.number)
    citizen.give_phone("+86 199-0000-7654")
    page = citizen.read()
    start = page.index('href="/c/') + 6
    way = page[start : page.index('"', start)]
    answer = citizen.client.post(way, {"contacted": "true", "solved": "yes", "satisfaction": "5"})
    assert answer.status_code == 200
    assert walk.fresh().state == "closed"
    assert Callback.objects.get().result == "online"
    assert "/c/" not in citizen.read()


def test_not_solved_makes_work_at_once_and_the_next_answer_counts(people):
    walk = closed(people)
    citizen = Citizen()
    citizen.ask(walk.ticket.number, PHONE)
    assert "Until" in citizen.read()
    citizen.again(f"我是{NAME}，垃圾还在，电话{PHONE}")
    ticket = walk.fresh()
    assert (ticket.state, ticket.round_number, ticket.redo_count, ticket.ended_at) == ("dispatched", 2, 1, None)
    assert str(ticket.unit) == "山前街道办事处"
    assert Ticket.objects.visible_to(people["street"]).filter(state="dispatched").exists()
    event = Event.objects.filter(kind="ticket.reopen").get()
    assert NAME not in str(event.facts)
    assert PHONE not in str(event.facts)
    assert "垃圾还在" in event.facts["reason"]
    first, second = ticket.rounds.order_by("number")
    assert (first.ended_by_move, first.opinion, first.public_text) == ("close_callback", "", "垃圾已清运，请放心。")
    assert "垃圾还在" in second.still_wrong
    assert NAME not in second.still_wrong
    assert "Take it up again" not in citizen.read()
    board, month = BOARDS["hotline"], of_month(clock.now().date())

    def rates():
        (row,) = boards.rows(board, boards.items(board, month, clock.now()))
        return {one.figure.name: (one.numerator, one.denominator) for one in row.values[1:]}

    assert rates() == {"solution": (0, 1), "satisfaction": (0, 1), "redo": (1, 1)}
    walk.at = clock.now()
    walk.do("sign", "street")
    walk.do("contact", "street", how="phone", reached=True)
    walk.reply(deadline=(walk.at + timedelta(days=1)).date().isoformat())
    walk.do("open_callback", "callback")
    walk.do("close_callback", "callback", contacted=True, solved="yes", satisfaction="4")
    assert rates() == {"solution": (1, 1), "satisfaction": (1, 1), "redo": (1, 1)}


def test_taking_up_again_ends_with_the_window_and_after_so_many_times(people, settings):
    walk = closed(people)
    later = walk.at + timedelta(days=settings.REOPEN_DAYS, minutes=1)
    with pytest.raises(Conflict, match="more than 15 days ago"):
        tracking.reopen(walk.fresh(), reason="垃圾还在", at=later)
    assert tracking.progress(walk.fresh(), at=later).reopens_until is None
    settings.TICKET_REDO_MAX = 0
    citizen = Citizen()
    citizen.ask(walk.ticket.number, PHONE)
    assert "Take it up again" not in citizen.read()
    page = citizen.again("垃圾还在", status=409).content.decode()
    assert walk.fresh().state == "closed"
    assert "done again 0 times" in page


def test_what_is_not_finished_is_not_taken_up_again_and_an_empty_reason_is_refused(people):
    walk = recent(people)
    walk.to("handling")
    citizen = Citizen()
    citizen.ask(walk.ticket.number, PHONE)
    assert citizen.again("垃圾还在", status=409)
    done = closed(people)
    citizen.ask(done.ticket.number, PHONE)
    citizen.again("  ", status=422)
    assert done.fresh().state == "closed"
    citizen.again("垃圾还在")
    citizen.again("垃圾还在", status=409)  # pressed twice
    assert Event.objects.filter(kind="ticket.reopen").count() == 1
