"""Lists of tickets without a browser: whose queues, what is found, what a page costs; the first page; the search."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.hotline.maintain import supervise
from citygrid.common import clock
from gridmap.departments.models import Department
from tests.cases.ticket_walk import PHONE, SAD, TicketWalk, hotline, log
from tests.web.case_pages import EN, see
from tests.web.test_areas import signed_in

pytestmark = pytest.mark.django_db
LIST, MOST = "/hotline/tickets/", 45  # queries of the page, session and frame included


@pytest.fixture(autouse=True)
def ready(people, city) -> None:
    """Reference data of the hotline."""
    hotline(people, city)


def begun(people, hours: float = 1, **given) -> TicketWalk:
    return TicketWalk(people, at=clock.now() - timedelta(hours=hours), **given)


def listed(user, **query) -> list[str]:
    """Return the numbers of a list, in their order."""
    answer = signed_in(user).get(LIST, query, headers=EN)
    assert answer.status_code == 200
    return [row.ticket.number for row in answer.context["rows"]]


def counts(user) -> dict[str, int | None]:
    """Return the queues with their counts."""
    return {tab.key: tab.count for tab in signed_in(user).get(LIST, headers=EN).context["tabs"]}


def test_each_role_has_its_queues_with_counts(people):
    walks = {state: begun(people, 1 + n) for n, state in enumerate(("logged", "dispatched", "handling", "replied"))}
    for state, walk in walks.items():
        walk.to(state)
    again = begun(people, 3)
    again.to("callback_open")
    again.do("redo", "callback", opinion="垃圾还在", **SAD)
    operator = counts(people["operator"])
    assert operator == {
        "mine": 1, "dispatch": 1, "returned": 0, "sign": 2, "units": 1, "overdue": 1, "call": 1, "again": 1,
        "logged_by": None, "all": None,
    }  # fmt: skip
    street = counts(people["street"])
    assert street == {
        "mine": 3, "our_sign": 2, "our_hand": 1, "our_signoff": 0, "our_today": street["our_today"], "our_overdue": 0,
        "our_again": 1, "all": None,
    }  # fmt: skip
    assert counts(people["callback"])["mine"] == 1
    assert counts(people["clerk"])["mine"] == counts(people["clerk"])["our_sign"] == 0
    assert counts(people["stranger_street"])["mine"] == 0
    assert listed(people["street"], tab="our_again") == [again.ticket.number]
    assert len(listed(people["operator"], tab="all")) == 5
    assert listed(people["stranger_street"], tab="all") == []


def test_the_most_urgent_is_first_and_carries_its_next_move(people):
    slow, fast = begun(people, 2), begun(people, 1)
    slow.do("dispatch", "operator", unit="SQ", level="d15")
    fast.do("dispatch", "operator", unit="SQ", level="h2")
    assert listed(people["street"]) == [fast.ticket.number, slow.ticket.number]
    page = see(people["street"], LIST)
    assert f'formaction="{LIST}{fast.ticket.number}/moves/sign/"' in page
    back = signed_in(people["street"]).post(
        f"{LIST}{fast.ticket.number}/moves/sign/", {"version": fast.ticket.version, "next": f"{LIST}?tab=our_sign"}
    )
    assert back.headers["Location"] == f"{LIST}?tab=our_sign"
    assert listed(people["street"], tab="our_hand") == [fast.ticket.number]


def test_filters_narrow_and_stay_in_the_address(people):
    one = begun(people, 1)
    one.to("dispatched")
    other = log(people, at=clock.now(), kind="help", content="路灯不亮", lon=120.235, lat=27.345)
    operator = people["operator"]
    for query in ({"state": "logged"}, {"demand": "help"}, {"q": "路灯"}, {"q": other.number.lower()}):
        assert listed(operator, **query) == [other.number], query
    for query in ({"unit": "SQ"}, {"q": "建筑垃圾"}, {"state": "dispatched", "level": "d7", "lamp": "green"}):
        assert listed(operator, **query) == [one.ticket.number], query
    page = see(operator, LIST, demand="help", state="logged")
    assert '<option value="help" selected>' in page
    assert "No ticket was found" in see(operator, LIST, q="没有这样的事")
    wrong = see(operator, LIST, state="nonsense")
    assert "No ticket was found" in wrong
    assert "nonsense is not one of the available choices" in wrong


def test_outside_the_hotline_nobody_is_found_by_what_was_told(people):
    begun(people, 1).to("dispatched")
    assert len(listed(people["operator"], q="诸葛哨兵")) == 1
    assert listed(people["street"], q="诸葛哨兵") == []
    assert PHONE not in see(people["street"], LIST, tab="all")


def test_a_reply_to_be_signed_off_waits_for_the_leader_alone(people):
    supervise(unit=Department.objects.get(code="SQ"), reason="解决率低", at=clock.now() - timedelta(days=1))
    walk = begun(people, 2)
    walk.to("handling")
    walk.reply()
    assert listed(people["street"]) == []
    assert listed(people["streetlead"]) == listed(people["streetlead"], tab="our_signoff") == [walk.ticket.number]
    assert "to be signed off" in see(people["streetlead"], "/")
    assert walk.ticket.number not in see(people["street"], "/")


def test_the_first_page_shows_what_waits_and_the_frame_leads_to_it(people):
    walk = begun(people, 1)
    for who, state in (("operator", "logged"), ("street", "dispatched"), ("callback", "replied")):
        if state != "logged":
            getattr(walk, f"_to_{state}")() if state == "dispatched" else walk.do("sign", "street")
        if state == "replied":
            walk.reply()
        page = see(people[who], "/")
        assert walk.ticket.number in page, who
        assert f'href="{LIST}"' in page, who
    assert walk.ticket.number not in see(people["operator"], "/")
    assert f'href="{LIST}"' not in see(people["gw"], "/")
    assert signed_in(people["gw"]).get(LIST, headers=EN).status_code == 403


def test_the_search_in_the_header_finds_tickets_too(people):
    walk = begun(people, 1)
    walk.to("dispatched")
    number = walk.ticket.number
    assert signed_in(people["street"]).get("/search/", {"q": number.lower()}).headers["Location"] == f"{LIST}{number}/"
    assert "Nothing was found" in see(people["stranger_street"], "/search/", q=number)
    assert number in see(people["street"], "/search/", q="建筑垃圾")
    assert number not in see(people["stranger_street"], "/search/", q="建筑垃圾")


@pytest.mark.parametrize("who", ["operator", "street"])
def test_the_list_costs_the_same_for_one_ticket_and_for_many(people, who):
    begun(people, 1).to("dispatched")
    client = signed_in(people[who])
    client.get(f"{LIST}?tab=all")
    with CaptureQueriesContext(connection) as one:
        client.get(f"{LIST}?tab=all", headers=EN)
    for n in range(6):
        begun(people, 2 + n).to("handling" if n % 2 else "replied")
    with CaptureQueriesContext(connection) as many:
        client.get(f"{LIST}?tab=all", headers=EN)
    assert len(one) == len(many) <= MOST
