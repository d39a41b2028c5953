"""The page of a ticket without a browser: who sees what, what is kept when a move is refused, how many queries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.casework.models import Case
from cases.deadlines.models import Clock
from cases.hotline.models import Ticket
from cases.hotline.states import TicketState
from cases.journal.models import Event
from citygrid.common import clock
from tests.cases.ticket_walk import NAME, PHONE, REPLY, TicketWalk, hotline, log
from tests.cases.walk import catalogue, photo
from tests.web.case_pages import EN, post, see
from tests.web.test_areas import signed_in

pytestmark = pytest.mark.django_db
MASKED = "199****7654"


@pytest.fixture(autouse=True)
def ready(people, city, settings, tmp_path) -> None:
    """Reference data of the hotline; uploads stay out of the house."""
    hotline(people, city)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def walk(people) -> TicketWalk:
    """A ticket logged an hour ago."""
    return TicketWalk(people, at=clock.now() - timedelta(hours=1))


def page_of(ticket: Ticket) -> str:
    return f"/hotline/tickets/{ticket.number}/"


@pytest.mark.parametrize("state", TicketState)
def test_everybody_who_may_see_a_ticket_gets_its_page_in_every_state(people, state):
    kind = "consultation" if state == "answered" else "complaint"
    walk = TicketWalk(people, at=clock.now() - timedelta(hours=1), kind=kind)
    ticket = walk.to(state)
    without_tickets = {"gw", "acceptor", "leader", "dispatcher", "auditor", "sysadmin", "secadmin", "stranger_gw"}
    for name, user in people.items():
        seen = Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists()
        answer = signed_in(user).get(page_of(ticket), headers=EN)
        assert answer.status_code == (403 if name in without_tickets else 200 if seen else 404), name
        text = answer.content.decode()
        assert (ticket.number in text) is seen, name
        assert PHONE not in text, name


def test_a_stranger_finds_nothing_and_can_do_nothing(people, walk):
    walk.to("handling")
    stranger = signed_in(people["stranger_street"])
    own = page_of(walk.ticket)
    key = Clock.objects.of(walk.ticket).earliest("pk").pk
    for path in (own, f"{own}clocks/{key}/", f"{own}reveal/phone/", "/hotline/tickets/FDR209901010001/"):
        assert stranger.get(path).status_code == 404, path
    for path in (f"{own}moves/reply/", f"{own}ask/return/", f"{own}reveal/phone/"):
        assert stranger.post(path, {"purpose": "想知道是谁"}).status_code == 404, path
    assert not Event.objects.filter(kind="caller.revealed").exists()


def test_the_caller_is_masked_until_a_purpose_is_given_and_then_on_record(people, walk):
    walk.to("handling")
    own = page_of(walk.ticket)
    text = see(people["street"], own)
    assert MASKED in text
    assert NAME not in text
    short = post(people["street"], f"{own}reveal/phone/", purpose="看")
    assert short.status_code in (200, 422)
    assert PHONE not in short.content.decode()
    told = post(people["street"], f"{own}reveal/phone/", purpose="联系诉求人上门")
    assert PHONE in told.content.decode()
    assert "no-store" in told["Cache-Control"]
    event = Event.objects.get(kind="caller.revealed")
    assert (event.facts["field"], event.facts["purpose"]) == ("phone", "联系诉求人上门")
    assert "联系诉求人上门" in see(people["operator"], own)  # everybody sees that somebody looked
    assert post(people["manager"], f"{own}reveal/phone/", purpose="想知道是谁").status_code == 403


@pytest.mark.parametrize(("kind", "confidential"), [("report", False), ("complaint", True)])
def test_a_protected_caller_is_not_even_masked_for_the_unit(people, kind, confidential):
    walk = TicketWalk(people, at=clock.now() - timedelta(hours=1), kind=kind, confidential=confidential)
    walk.to("handling")
    text = see(people["street"], page_of(walk.ticket))
    assert MASKED not in text
    assert "reveal/phone" not in text
    assert MASKED in see(people["operator"], page_of(walk.ticket))


def test_a_ticket_goes_its_whole_way_by_forms(people, walk):
    own = page_of(walk.ticket)
    text = see(people["operator"], own)
    assert "The place lies in its street (direct dispatch)." in text
    assert "Only a consultation is answered at once" in text
    assert f'action="{own}moves/answer/"' not in text
    assert post(people["operator"], f"{own}moves/dispatch/", unit="SQ", level="h24").status_code == 302
    assert post(people["street"], f"{own}moves/sign/").status_code == 302
    assert post(people["street"], f"{own}moves/contact/", how="phone", reached="true").status_code == 302
    text = see(people["street"], own)
    assert 'value="true"' in text
    refused = post(people["street"], f"{own}moves/reply/", measures="已清运两车", deadline="2026-03-04")
    assert refused.status_code == 422
    assert "已清运两车" in refused.content.decode()
    assert "This is needed." in refused.content.decode()
    given = {**REPLY, "accepted_at": "2026-03-02T09:00"}
    assert post(people["street"], f"{own}moves/reply/", **given).status_code == 302
    assert walk.fresh().state == "replied"
    row = walk.ticket.rounds.get()
    assert (row.internal_text, row.public_text) == (REPLY["internal_text"], REPLY["public_text"])
    text = see(people["callback"], own)
    assert REPLY["internal_text"] in text
    assert "Caller contacted" in text


def test_what_somebody_else_did_meanwhile_is_shown_and_what_was_typed_is_kept(people, walk):
    walk.to("handling")
    own, version = page_of(walk.ticket), walk.ticket.version
    walk.do("comment", "operator", text="诉求人又来电补充")
    answer = post(
        people["street"], f"{own}moves/reply/", version=str(version), **{**REPLY, "accepted_at": "2026-03-02T09:00"}
    )
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "What changed since you looked" in text
    assert "诉求人又来电补充" in text
    assert REPLY["measures"] in text
    assert walk.fresh().state == "handling"


def test_a_return_and_an_exclusion_are_asked_for_and_decided_by_forms(people, walk):
    walk.to("dispatched")
    own = page_of(walk.ticket)
    assert "within 24 hours of the dispatch" in see(people["street"], own)
    assert post(people["street"], f"{own}ask/return/").status_code == 422
    assert post(people["street"], f"{own}ask/suspension/", reason="想缓一缓").status_code == 404
    assert post(people["street"], f"{own}ask/return/", reason="属地不符").status_code == 302
    assert "A request is not decided yet" in see(people["operator"], own)
    asked = walk.fresh().approvals.get()
    assert post(people["hotlinelead"], f"/requests/{asked.pk}/moves/approve/", next=own).url == own
    assert walk.fresh().state == "logged"
    assert "Returned by 山前街道办事处" in see(people["operator"], own)
    refused = post(people["operator"], f"{own}moves/dispatch/", unit="SQ", final="on")
    assert refused.status_code == 422
    assert post(people["hotlinelead"], f"{own}moves/dispatch/", unit="SQ", final="on").status_code == 302
    assert "ruled finally" in see(people["street"], own)
    bare = post(people["street"], f"{own}ask/exclusion/", reason="已进入诉讼程序")
    assert bare.status_code == 422
    assert "已进入诉讼程序" in bare.content.decode()
    proof = str(photo(people["street"]).pk)
    assert post(people["street"], f"{own}ask/exclusion/", reason="已进入诉讼程序", evidence=proof).status_code == 302


def test_a_case_is_raised_and_a_ticket_linked_from_the_page(people, walk):
    condition = catalogue()
    walk.to("handling")
    other = log(people, at=walk.at)
    text = see(people["operator"], page_of(other))
    assert "The same words within 30 days" in text
    assert walk.ticket.number in text
    assert post(people["operator"], f"{page_of(other)}moves/link/", target=walk.ticket.number).status_code == 302
    own = page_of(walk.ticket)
    assert post(people["street"], f"{own}moves/raise_case/").status_code == 422
    assert post(people["street"], f"{own}moves/raise_case/", category=condition.category.code).status_code == 302
    case = Case.objects.get()
    assert f"/cases/{case.number}/" in see(people["street"], own)
    text = see(people["operator"], page_of(other))
    assert f"/cases/{case.number}/" in text
    assert "It hangs on an earlier ticket" in text


def test_a_deadline_is_explained(people, walk):
    walk.to("dispatched")
    key = Clock.objects.of(walk.ticket).get(kind="reply").pk
    text = see(people["street"], f"{page_of(walk.ticket)}clocks/{key}/")
    assert "7" in text
    assert page_of(walk.ticket) in text


def test_the_page_costs_a_fixed_number_of_queries(people, walk):
    walk.to("callback_open")
    walk.do("redo", "callback", opinion="垃圾还在", contacted=True, solved="no", satisfaction="1")
    walk.do("sign", "street")
    client = signed_in(people["street"])
    client.get(page_of(walk.ticket))
    with CaptureQueriesContext(connection) as first:
        assert client.get(page_of(walk.ticket), headers=EN).status_code == 200
    for _n in range(4):
        walk.do("contact", "street", how="phone", reached=False)
        walk.do("comment", "street", text="再联系")
    with CaptureQueriesContext(connection) as more:
        assert client.get(page_of(walk.ticket), headers=EN).status_code == 200
    assert len(more) == len(first) <= 45
