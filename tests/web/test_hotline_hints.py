"""What the intake screen shows while a call is typed: who called before, what is proposed, what looks alike."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.hotline.models import Ticket
from cases.hotline.reference import TicketCategory
from cases.journal.models import Event
from citygrid.common import clock
from tests import cast
from tests.cases.ticket_walk import NAME, TicketWalk, hotline, log
from tests.web.case_pages import EN
from tests.web.test_areas import signed_in
from tests.web.test_hotline_intake import CALLER, HINTS, MASKED, NEW, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ready(people, city):
    hotline(people, city)


@pytest.fixture
def operator(people):
    return signed_in(people["operator"])


def test_a_known_number_shows_the_callers_tickets_masked(operator, people):
    walk = TicketWalk(people, at=clock.now() - timedelta(hours=2))
    walk.to("handling")
    ended = TicketWalk(people, at=clock.now() - timedelta(days=9), kind="consultation")
    ended.to("answered")
    for answer in (operator.get(NEW, {"phone": "19900007654"}, headers=EN),
                   operator.post(CALLER, {"phone": "199-0000-7654"}, headers=EN)):  # fmt: skip
        page = text_of(answer)
        assert "2 tickets, 1 open" in " ".join(page.split())
        assert page.index(walk.ticket.number) < page.index(ended.ticket.number)
        for shown in ("诸葛**", MASKED, "山前街道办事处", f'data-cg-urge="{walk.ticket.number}"'):
            assert shown in page
        assert NAME not in page.replace(walk.ticket.title, "").replace(ended.ticket.title, "")
        assert answer["Cache-Control"].startswith("max-age=0")
    assert 'value="19900007654"' in text_of(operator.get(NEW, {"phone": "19900007654"}))
    assert Event.objects.filter(kind="caller.looked_up").count() == 3


def test_all_open_tickets_count_though_few_are_shown(operator, people):
    for hours in range(10):
        log(people, at=clock.now() - timedelta(hours=hours + 1), content=f"第{hours}件")
    page = " ".join(text_of(operator.post(CALLER, {"phone": "19900007654"}, headers=EN)).split())
    assert "10 tickets, 10 open" in page


@pytest.mark.parametrize(("number", "taken"), [
    (" 8619900007654", "+8619900007654"), ("+8619900007654", "+8619900007654"), ("0593-7776543", "0593-7776543"),
])  # fmt: skip
def test_telephony_hands_a_number_over_as_it_has_it(operator, people, number, taken):
    log(people)
    page = operator.get(NEW, {"phone": number}, headers=EN)
    assert page.context["form"]["caller_phone"].value() == taken


def test_the_address_that_telephony_opens_needs_no_slash(operator):
    assert operator.get("/hotline/new?phone=19900007654", follow=True).context["phone"] == "19900007654"


@pytest.mark.parametrize("number", ["anonymous", "12", "0000", "\x00", "1" * 500])
def test_a_number_that_is_none_is_said_and_not_looked_up(operator, number):
    page = operator.get(NEW, {"phone": number}, headers=EN)
    assert page.status_code == 200
    assert "Write a mobile number" in text_of(page)
    assert not Event.objects.filter(kind="caller.looked_up").exists()


def test_what_is_proposed_comes_with_its_reason_and_decides_nothing(operator):
    category = TicketCategory.objects.get(code="CG-01")
    category.keywords = "建筑垃圾"
    category.save()
    answer = operator.post(HINTS, {"content": "路口堆了建筑垃圾", "position": "120.205,27.335"}, headers=EN)
    page = text_of(answer)
    for shown in ("Construction waste", "Keywords of this category", "direct dispatch", "石亭社区", "7 calendar days"):
        assert shown in page, shown
    assert answer.context["hints"].as_data == {
        "categories": [{"value": "CG-01", "why": answer.context["hints"].found.categories[0].reason}],
        "level": "d7", "unit": "SQ",
    }  # fmt: skip
    assert not Ticket.objects.exists()


def test_a_community_alone_leads_to_its_street(operator):
    hints = operator.post(HINTS, {"area": cast.COMMUNITY}, headers=EN).context["hints"]
    assert hints.as_data["unit"] == "SQ"
    assert hints.path[-1].code == cast.COMMUNITY


@pytest.mark.parametrize("typed", [
    {}, {"position": "12"}, {"position": "10,50"}, {"category": "?"}, {"content": "\x00"}, {"content": "垃" * 5000},
    {"area": "x", "target": "y", "caller": "z"}, {"caller": "9" * 30, "content": "垃圾"},
])  # fmt: skip
def test_half_a_call_is_no_fault(operator, typed):
    assert operator.post(HINTS, typed, headers=EN).status_code == 200


def test_tickets_about_the_same_matter_are_shown_with_the_reason(operator, people):
    earlier = log(people, at=clock.now() - timedelta(hours=1), content="石亭路口堆了建筑垃圾", caller=None)
    page = text_of(
        operator.post(HINTS, {"content": "石亭路口堆了建筑垃圾！", "position": "120.2051,27.335"}, headers=EN)
    )
    assert f'data-cg-link="{earlier.number}"' in page
    assert "The very same words." in page
