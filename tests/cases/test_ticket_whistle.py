"""A ticket is a source of a whistle: what comes of the whistle fills in the unit's reply to the caller."""

from __future__ import annotations

import pytest

from cases.hotline.services import prefill
from cases.journal.models import Event
from cases.whistles.models import Whistle
from citygrid.common import clock
from tests.cases.api_drive import Caller
from tests.cases.ticket_walk import TicketWalk, hotline
from tests.cases.whistling import Tune, add_departments

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ready(people, city):
    hotline(people, city)
    add_departments(people, city)


def draft(people, *tickets, status=201, who="street"):
    body = {"description": "建筑垃圾占道", "lon": 120.205, "lat": 27.335, "tickets": [one.number for one in tickets]}
    return Caller(people[who]).post("whistles/", body, status=status)


def test_the_feedback_of_a_whistle_reaches_its_tickets(people):
    first, second = TicketWalk(people), TicketWalk(people)
    for walk in (first, second):
        walk.to("handling")
    drafted = draft(people, first.ticket, second.ticket)
    assert [(one["kind"], one["reference"]) for one in drafted["sources"]] == [
        ("ticket", first.ticket.number), ("ticket", second.ticket.number),
    ]  # fmt: skip
    second.do("withdraw", "operator", opinion="诉求人撤回")
    tune = Tune(people, whistle=Whistle.objects.get(number=drafted["number"]), at=clock.now())
    tune.to("fed_back")
    told = first.fresh()
    assert (told.state, told.fed_outcome, told.fed_from) == ("handling", "solved", tune.whistle.number)
    assert prefill(told)["public_text"] == "已解决，请核实"
    event = Event.objects.of(told).get(kind="ticket.feed_outcome")
    assert (event.facts["origin"], event.actor_id) == (tune.whistle.number, people["street"].pk)
    assert second.fresh().fed_outcome == ""  # it had ended meanwhile, and stays as it was


def test_blown_again_the_ticket_hears_of_the_next_whistle(people):
    walk = TicketWalk(people)
    walk.to("handling")
    tune = Tune(people, whistle=Whistle.objects.get(number=draft(people, walk.ticket)["number"]), at=clock.now())
    tune.to("blown_again")
    assert walk.fresh().fed_outcome == ""
    again = Whistle.objects.get(again_of=tune.whistle)
    assert [source.reference for source in again.sources.all()] == [walk.ticket.number]


def test_only_open_tickets_that_one_sees_are_sources(people):
    elsewhere, ended = TicketWalk(people, unit="CGJ"), TicketWalk(people)
    elsewhere.to("handling")
    ended.to("closed")
    assert "tickets" in draft(people, elsewhere.ticket, status=422)["error"]["fields"]
    assert draft(people, ended.ticket, status=409)["error"]["code"] == "not_now"
    assert not Whistle.objects.exists()
