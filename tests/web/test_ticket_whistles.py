"""Whistles for tickets by forms: drafted from a ticket, joined from either side; the pages lead to one another."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.whistles.models import Whistle
from cases.whistles.sources import WhistleSource
from citygrid.common import clock
from tests.cases.ticket_walk import NAME, TicketWalk, case_of, hotline
from tests.cases.walk import catalogue
from tests.cases.whistling import PLACE, add_departments
from tests.web.case_pages import post, see

pytestmark = pytest.mark.django_db


@pytest.fixture
def walk(people, city) -> TicketWalk:
    """A ticket that the street handles."""
    add_departments(people, city)
    hotline(people, city)
    found = TicketWalk(people, at=clock.now() - timedelta(hours=1))
    found.to("handling")
    return found


def page_of(walk: TicketWalk) -> str:
    return f"/hotline/tickets/{walk.ticket.number}/"


def test_a_whistle_is_drafted_for_a_ticket_and_names_nobody(people, walk):
    assert "Blow a whistle for this ticket" in see(people["street"], page_of(walk))
    for who in ("operator", "callback", "manager"):
        assert "Blow a whistle for this ticket" not in see(people[who], page_of(walk)), who
    answer = post(people["street"], f"{page_of(walk)}whistle/")
    whistle = Whistle.objects.get()
    assert answer.headers["Location"] == f"/whistles/{whistle.number}/"
    assert "石亭路口堆了建筑垃圾" in whistle.description
    assert NAME not in whistle.description
    assert whistle.geom is not None
    assert (whistle.geom.x, whistle.geom.y) == pytest.approx((120.205, 27.335))
    assert walk.fresh().state == "handling"
    assert page_of(walk) in see(people["street"], f"/whistles/{whistle.number}/")
    assert f"/whistles/{whistle.number}/" in see(people["street"], page_of(walk))
    assert f"/whistles/{whistle.number}/" not in see(people["operator"], page_of(walk))  # it is not theirs to see


def test_a_ticket_joins_a_draft_from_either_side_and_once(people, walk):
    street = people["street"]
    post(street, "/whistles/new/", description="渣土占道", position=PLACE, kind="council", note="决议")
    whistle = Whistle.objects.get()
    other = TicketWalk(people, at=clock.now() - timedelta(hours=1))
    other.to("handling")
    assert whistle.number in see(street, page_of(walk))
    joined = post(street, f"{page_of(walk)}whistle/", whistle=whistle.number)
    assert joined.headers["Location"] == f"/whistles/{whistle.number}/"
    assert "Let a ticket join" in see(street, f"/whistles/{whistle.number}/")
    post(street, f"/whistles/{whistle.number}/tickets/", ticket=other.ticket.number)
    sources = WhistleSource.objects.filter(kind="ticket").values_list("reference", flat=True)
    assert set(sources) == {walk.ticket.number, other.ticket.number}
    for number, refusal in (
        (walk.ticket.number, "a source of this whistle already"), ("FDR209901010001", "is not in the list"),
        ("", "This is needed."),
    ):  # fmt: skip
        page = post(street, f"/whistles/{whistle.number}/tickets/", ticket=number)
        assert page.status_code in (409, 422)
        assert refusal in page.content.decode(), number
        assert f'value="{number}"' in page.content.decode()  # what was typed is not lost
    lost = post(street, f"{page_of(walk)}whistle/", whistle="FDS209901010001")
    assert lost.status_code == 422
    assert "is not in the list" in lost.content.decode()


def test_nobody_else_whistles_for_a_ticket(people, walk):
    for who, status in (("operator", 403), ("clerk", 404), ("stranger_street", 404), ("gw", 403)):
        assert post(people[who], f"{page_of(walk)}whistle/").status_code == status, who
    assert not Whistle.objects.exists()
    post(people["street"], f"{page_of(walk)}whistle/")
    whistle = Whistle.objects.get()
    stranger = post(people["stranger_street"], f"/whistles/{whistle.number}/tickets/", ticket=walk.ticket.number)
    assert stranger.status_code == 404


def test_a_case_leads_to_its_tickets_and_its_whistle(people, walk):
    case = case_of(walk, catalogue())
    page = see(people["street"], f"/cases/{case.number}/")
    assert page_of(walk) in page
    assert page_of(walk) not in see(people["acceptor"], f"/cases/{case.number}/")
