"""The callback desk and the link for the caller, without a browser: one call at a time, and never the same for two."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.hotline import desk
from cases.hotline.callbacks import Callback
from cases.hotline.models import Ticket
from cases.journal.models import Event
from cases.workflow.engine import advance
from cases.workflow.people import Acting
from citygrid.accounts.roles import Role
from citygrid.common import clock
from citygrid.common.errors import Conflict
from gridmap.departments.models import Department
from gridmap.posts.models import Post
from tests import cast
from tests.cases.api_drive import Caller
from tests.cases.ticket_walk import ANSWERS, NAME, PHONE, REPLY, SAD, TicketWalk, hotline
from tests.web.case_pages import EN, post, see
from tests.web.test_areas import signed_in

pytestmark = pytest.mark.django_db
DESK = "/hotline/callbacks/"


@pytest.fixture(autouse=True)
def ready(people, city) -> None:
    """Reference data of the hotline, and a second agent."""
    hotline(people, city)
    people["callback2"] = cast.person("callback2", Role.CALLBACK_AGENT, department=Department.objects.get(code="RX"))
    cache.clear()


def replied(people, hours: float = 3, **given) -> TicketWalk:
    """Return a ticket that a unit has replied to."""
    walk = TicketWalk(people, at=clock.now() - timedelta(hours=hours), **given)
    walk.to("replied")
    return walk


def next_call(user) -> str:
    """Press “next call”; return where it leads."""
    answer = post(user, f"{DESK}next/")
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def page_of(walk: TicketWalk) -> str:
    return f"{DESK}{walk.ticket.number}/"


def test_the_most_urgent_is_called_first_and_nobody_is_called_by_two(people):
    late, soon = replied(people, 3), replied(people, 30)
    assert next_call(people["callback"]) == page_of(soon)
    assert next_call(people["callback"]) == page_of(soon)  # until it is finished
    assert next_call(people["callback2"]) == page_of(late)
    third = cast.person("callback3", Role.CALLBACK_AGENT, department=Department.objects.get(code="RX"))
    assert next_call(third) == DESK
    assert "Nobody is to be called now" in see(third, DESK)
    page = see(third, page_of(soon))
    assert "callback has this call" in page
    assert "close_callback" not in page
    stolen = post(third, f"{page_of(soon)}moves/close_callback/", **ANSWERS)
    assert stolen.status_code == 409
    assert soon.fresh().state == "callback_open"


def test_of_two_who_take_the_last_call_at_one_moment_one_is_left_without(people, monkeypatch):
    only = replied(people)
    at = clock.now()
    first, second = Acting.of(people["callback"], at), Acting.of(people["callback2"], at)
    assert list(desk.queue(first).most_urgent_first()[:9]) == list(desk.queue(second).most_urgent_first()[:9])
    monkeypatch.setattr(desk, "queue", lambda acting: Ticket.objects.filter(pk=only.ticket.pk))  # read before the other
    assert desk.take_next(by=people["callback"], at=at) == only.ticket
    assert desk.take_next(by=people["callback2"], at=at) is None
    assert Callback.objects.get().agent == people["callback"]


def test_a_call_that_is_put_back_or_forgotten_is_another_ones(people, settings):
    walk = replied(people)
    next_call(people["callback"])
    assert post(people["callback2"], f"{page_of(walk)}moves/put_back/").status_code == 409
    assert post(people["callback"], f"{page_of(walk)}moves/put_back/").status_code == 302
    assert next_call(people["callback2"]) == page_of(walk)
    Callback.objects.update(taken_at=clock.now() - timedelta(minutes=settings.CALLBACK_HOLD_MINUTES))
    assert next_call(people["callback"]) == page_of(walk)


@pytest.mark.parametrize(("unit", "role", "place"), [
    ("SQ", Role.STREET_STAFF, "area"), ("CGJ", Role.HANDLER, "department"), ("PT", Role.PLATFORM_CLERK, "area"),
])  # fmt: skip
def test_nobody_is_given_the_callers_of_the_own_unit(people, city, unit, role, place):
    """Also of a unit at which a post stands by the area that its office serves."""
    walk, agent = replied(people, unit=unit), people["callback"]
    own = Department.objects.get(code=unit)
    where = {"area": own.area_served} if place == "area" else {"department": own}
    Post.objects.create(user=agent, role=role, starts_at=cast.START, **where)
    assert next_call(agent) == DESK
    assert Caller(agent).get("callbacks/", mine="1", open="1")["results"] == []
    assert not Ticket.objects.waiting_for(Acting(agent, clock.now())).exists()
    with pytest.raises(Conflict, match="You belong to a unit that handled this ticket"):
        advance(walk.ticket, "open_callback", by=agent, at=clock.now())
    assert next_call(people["callback2"]) == page_of(walk)


def test_the_page_of_a_call_shows_the_script_and_the_caller_masked(people):
    walk = replied(people)
    next_call(people["callback"])
    page = see(people["callback"], page_of(walk))
    for words in (
        "Did 山前街道办事处 contact you about it?",
        "How satisfied are you",
        REPLY["public_text"],
        "199****7654",
    ):
        assert words in page, words
    assert PHONE not in page
    assert NAME in page  # the hotline reads what was told
    assert "0 in vain, on 0 days, 0 of them today" in page
    for who in ("street", "manager"):
        assert signed_in(people[who]).get(page_of(walk), headers=EN).status_code == 404, who
        assert signed_in(people[who]).get(DESK, headers=EN).status_code == 403, who
    assert signed_in(people["gw"]).get(DESK, headers=EN).status_code == 403
    assert "Look at it" in see(people["hotlinelead"], DESK)
    not_hers = post(people["hotlinelead"], f"{DESK}next/")
    assert not_hers.status_code == 403
    assert "Callbacks are made by: callback agent." in not_hers.content.decode()


def test_content_callers_close_the_ticket_and_the_next_call_is_one_key_away(people):
    walk = replied(people)
    next_call(people["callback"])
    missing = post(people["callback"], f"{page_of(walk)}moves/close_callback/", solved="yes", opinion="很好")
    text = missing.content.decode()
    assert missing.status_code == 422
    assert "很好" in text
    assert re.search(r'name="solved" value="yes"[^>]*checked', text)
    assert text.count("This is needed.") == 2  # each question once, though two moves ask it
    done = post(people["callback"], f"{page_of(walk)}moves/close_callback/", opinion="很好", **ANSWERS)
    assert done.headers["Location"] == DESK
    said = Callback.objects.get()
    assert (walk.fresh().state, said.solved, said.satisfaction, said.reason) == ("closed", "yes", 5, "很好")
    page = see(people["callback"], DESK)
    assert re.search(r'action="/hotline/callbacks/next/".*?autofocus', page, re.DOTALL)


def test_what_is_not_solved_is_done_again_with_what_the_caller_said(people):
    walk = replied(people)
    next_call(people["callback"])
    bare = post(people["callback"], f"{page_of(walk)}moves/redo/", **SAD)
    assert bare.status_code == 422
    assert re.search(r'name="satisfaction" value="1"[^>]*checked', bare.content.decode())
    unsaid = post(people["callback"], f"{page_of(walk)}moves/close_callback/", **SAD)
    assert "say whether the unit could have done better" in unsaid.content.decode()
    assert post(people["callback"], f"{page_of(walk)}moves/redo/", opinion="垃圾还在", **SAD).status_code == 302
    assert (walk.fresh().state, walk.ticket.redo_count) == ("dispatched", 1)
    assert "垃圾还在" in see(people["street"], f"/hotline/tickets/{walk.ticket.number}/")


def test_a_vain_attempt_rests_and_the_rule_ends_it(people, settings):
    walk = replied(people, 80)
    for day, left in ((2, "callback_open"), (1, "callback_open"), (0, "closed")):
        assert next_call(people["callback"]) == page_of(walk)
        answer = post(people["callback"], f"{page_of(walk)}moves/attempt_callback/", how="phone", note="无人接听")
        assert answer.status_code == 302
        assert walk.fresh().state == left
        assert next_call(people["callback"]) == DESK  # it rests, or is closed
        walk.ticket.callbacks.get().attempts.filter(at__gt=clock.now() - timedelta(hours=1)).update(
            at=clock.now() - timedelta(days=day)
        )
    assert Callback.objects.get().result == "unreachable"


def test_a_link_is_made_once_answered_once_and_shows_nobody(people, settings):
    walk = replied(people)
    next_call(people["callback"])
    made = post(people["callback"], f"{page_of(walk)}link/", version=walk.fresh().version)
    assert "no-store" in made["Cache-Control"]
    way = re.search(r"http://testserver(/c/[^/\s]+/)", made.content.decode())
    assert way is not None
    assert Event.objects.filter(kind="ticket.send_link").count() == 1
    assert next_call(people["callback"]) == DESK  # the caller is left a day to answer
    caller = Client(headers=EN)
    page = caller.get(way[1])
    text = page.content.decode()
    assert (page.status_code, page["Referrer-Policy"], page["X-Robots-Tag"]) == (200, "same-origin", "noindex")
    for secret in (NAME, PHONE, "199****7654", "建筑垃圾", REPLY["public_text"]):
        assert secret not in text
    assert caller.post(way[1], {"solved": "perhaps"}).status_code == 422
    thanks = caller.post(way[1], {"contacted": "true", "solved": "yes", "satisfaction": "4", "reason": "谢谢"})
    assert "your matter is closed" in thanks.content.decode()
    said = Callback.objects.get()
    assert (walk.fresh().state, said.result, said.satisfaction, said.reason) == ("closed", "online", 4, "谢谢")
    again = caller.post(way[1], {"contacted": "true", "solved": "no", "satisfaction": "1"})
    assert again.status_code == 409
    assert "answered already" in again.content.decode()


def test_who_is_not_content_by_the_link_is_called_with_the_answers_at_hand(people):
    walk = replied(people)
    made = post(people["callback"], f"{page_of(walk)}link/")
    way = re.search(r"http://testserver(/c/[^/\s]+/)", made.content.decode())
    assert way is not None
    Client(headers=EN).post(way[1], {"contacted": "false", "solved": "no", "satisfaction": "2", "reason": "没人来过"})
    assert walk.fresh().state == "callback_open"
    assert next_call(people["callback"]) == page_of(walk)
    page = see(people["callback"], page_of(walk))
    assert "answered by the link and is not content" in page
    assert "没人来过" in page
    assert re.search(r'name="satisfaction" value="2"[^>]*checked', page)


def test_false_old_and_hasty_links_are_refused(people, settings):
    walk = replied(people)
    made = post(people["callback"], f"{page_of(walk)}link/")
    way = re.search(r"/c/([^/\s]+)/", made.content.decode())
    assert way is not None
    caller = Client(headers=EN)
    assert caller.get(f"/c/{way[1][:-2]}xx/").status_code == 404
    assert caller.get("/c/1:2:3/").status_code == 404
    settings.CALLBACK_LINK_DAYS = -1
    from cases.hotline import links

    old = links.make(callback=Callback.objects.get(), at=clock.now())
    assert "This link is over" in caller.get(f"/c/{old}/").content.decode()
    codes = [caller.get("/c/1:2:3/").status_code for _n in range(40)]
    assert codes[0] == 404
    assert codes[-1] == 429


def test_the_desk_costs_the_same_for_one_call_and_for_many(people):
    replied(people)
    client = signed_in(people["callback"])
    client.get(DESK)
    with CaptureQueriesContext(connection) as one:
        client.get(DESK, headers=EN)
    for n in range(5):
        replied(people, 4 + n)
    with CaptureQueriesContext(connection) as many:
        client.get(DESK, headers=EN)
    assert len(one) == len(many) <= 40
    number = client.post(f"{DESK}next/").headers["Location"]
    with CaptureQueriesContext(connection) as call:
        client.get(number, headers=EN)
    assert len(call) <= 45
