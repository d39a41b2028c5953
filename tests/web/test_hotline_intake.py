"""The intake screen without a browser: what is saved, what is refused and kept, who may, how many queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.hotline.models import Ticket
from cases.hotline.states import Identity
from cases.journal.models import Event
from citygrid.common import clock
from tests import cast
from tests.cases.ticket_walk import NAME, PHONE, TEXT, TicketWalk, hotline
from tests.web.case_pages import EN
from tests.web.test_areas import signed_in

pytestmark = pytest.mark.django_db
NEW, CALLER, HINTS = "/hotline/new/", "/hotline/new/caller/", "/hotline/new/hints/"
MASKED = "199****7654"
CALL: dict[str, str] = {
    "client_request_id": "call-1", "caller_phone": "199 0000 7654", "caller_name": NAME, "identity": "open",
    "content": TEXT, "demand_type": "complaint", "position": "120.205,27.335", "category": "CG-01", "level": "d7",
    "step": "dispatch", "unit": "SQ", "address": "石亭路口",
}  # fmt: skip


@pytest.fixture(autouse=True)
def ready(people, city):
    hotline(people, city)


@pytest.fixture
def operator(people):
    return signed_in(people["operator"])


def send(client: Any, status: int = 302, **changed: str) -> Any:
    answer = client.post(NEW, {**CALL, **changed}, headers=EN)
    assert answer.status_code == status, answer.content.decode()
    return answer


def text_of(answer: Any) -> str:
    return answer.content.decode()


def test_a_call_is_logged_and_dispatched_in_one(operator, people):
    answer = send(operator, call="CTI-77")
    ticket = Ticket.objects.get()
    assert answer["Location"] == f"/hotline/new/saved/{ticket.number}/"
    assert (ticket.state, getattr(ticket.unit, "code", ""), ticket.level, ticket.identity) == (
        "dispatched",
        "SQ",
        "d7",
        Identity.OPEN,
    )
    assert (ticket.address, ticket.call_reference, ticket.area.code) == ("石亭路口", "CTI-77", cast.GRIDS[0])
    moves = Event.objects.filter(subject_type="cases.ticket", subject_id=str(ticket.pk)).values_list("kind", flat=True)
    assert [kind.rpartition(".")[2] for kind in moves.order_by("id")] == ["log", "dispatch"]
    page = text_of(operator.get(answer["Location"], headers=EN))
    for shown in (ticket.number, "山前街道办事处", "To reply", "To sign", MASKED, 'href="/hotline/new/"'):
        assert shown in page
    assert PHONE not in page


def test_signs_that_no_database_keeps_are_left_out_of_references(operator):
    send(operator, call="CTI\x00-9", client_request_id="a\x00b")
    ticket = Ticket.objects.get()
    assert (ticket.call_reference, ticket.client_request_id) == ("CTI-9", "ab")


def test_the_same_call_sent_twice_is_one_ticket(operator):
    first, again = send(operator), send(operator)
    assert first["Location"] == again["Location"]
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(("changed", "state"), [
    ({"step": "keep", "unit": ""}, "logged"),
    ({"step": "answer", "demand_type": "consultation", "answer": "请到社区办理", "unit": ""}, "answered"),
    ({"step": "out_of_scope", "other_channel": "police", "advice": "请拨打110", "unit": ""}, "out_of_scope"),
])  # fmt: skip
def test_a_call_may_end_otherwise(operator, changed, state):
    send(operator, **changed)
    assert Ticket.objects.get().state == state


def test_a_community_without_a_spot_is_a_place_too(operator):
    send(operator, position="", area=cast.COMMUNITY)
    ticket = Ticket.objects.get()
    assert (ticket.geom, ticket.area.code) == (None, cast.COMMUNITY)


@pytest.mark.parametrize(("changed", "field", "sentence"), [
    ({"caller_phone": "123"}, "caller_phone", "Write a mobile number with 11 digits"),
    ({"other_phone": "12"}, "other_phone", "Write a mobile number with 11 digits"),
    ({"caller_phone": "", "caller_name": ""}, "caller_phone", "choose “anonymous”"),
    ({"content": "  "}, "content", "This is needed."),
    ({"content": "垃" * 4001}, "content", "longer than 4000 characters"),
    ({"caller_name": "诸" * 61}, "caller_name", "longer than 60 characters"),
    ({"demand_type": ""}, "demand_type", "This is needed."),
    ({"demand_type": "whim"}, "demand_type", "“whim” is not in the list"),
    ({"category": "XX"}, "category", "“XX” is not in the list"),
    ({"position": "abc"}, "position", "This must be a position"),
    ({"position": "10.0,50.0"}, "position", "Outside the city."),
    ({"area": "nowhere", "position": ""}, "area", "“nowhere” is not in the list"),
    ({"unit": ""}, "unit", "This is needed."),
    ({"unit": "RX"}, "unit", "“RX” is not in the list"),
    ({"level": "d99"}, "level", "“d99” is not a choice"),
    ({"step": "answer", "answer": ""}, "answer", "This is needed."),
    ({"step": "out_of_scope", "other_channel": "police", "advice": " "}, "advice", "This is needed."),
    ({"step": "whim"}, "step", "“whim” is not a choice"),
    ({"step": "urge"}, "target", "Choose the earlier ticket that is to be urged."),
    ({"target": "FDR0"}, "target", "“FDR0” is not in the list"),
    ({"event_at": "gestern"}, "event_at", "This must be a time"),
])  # fmt: skip
def test_what_cannot_be_used_is_said_beside_its_field_and_nothing_is_lost(operator, changed, field, sentence):
    answer = send(operator, 422, **changed)
    form = answer.context["form"]
    assert any(sentence in fault for fault in form.errors[field]), form.errors
    page = text_of(answer)
    assert sentence in page.replace("&#x27;", "'")
    assert not Ticket.objects.exists()
    kept = {**CALL, **changed}
    for name in ("content", "address", "caller_name", "client_request_id"):
        assert kept[name].strip()[:40] in page, name
    assert "data-cg-refused" in page


def test_faults_are_told_all_at_once(operator):
    answer = send(operator, 422, caller_phone="1", content="", unit="", position="x")
    assert {"caller_phone", "content", "unit", "position"} == set(answer.context["form"].errors)


def test_only_a_question_is_answered_at_once_and_then_nothing_is_logged(operator):
    answer = send(operator, 409, step="answer", answer="请到社区办理")
    assert "Only a consultation is answered at once" in text_of(answer)
    assert not Ticket.objects.exists()


def test_anonymous_keeps_nothing_of_the_caller(operator):
    send(operator, identity="anonymous")
    ticket = Ticket.objects.get()
    assert (ticket.identity, ticket.caller, ticket.phone) == (Identity.ANONYMOUS, None, None)
    for text in (ticket.title, ticket.content, ticket.shown_title, ticket.shown_content):
        assert NAME not in text
        assert "199 0000 7654" not in text
    assert "石亭路口堆了建筑垃圾" in ticket.content
    assert "Nobody has called from this number" in text_of(operator.post(CALLER, {"phone": PHONE}, headers=EN))


@pytest.mark.parametrize(("changed", "identity"), [
    ({"identity": "confidential"}, Identity.CONFIDENTIAL), ({"demand_type": "report"}, Identity.WITHHELD),
])  # fmt: skip
def test_a_protected_caller_is_unknown_to_the_unit(operator, people, changed, identity):
    send(operator, **changed)
    ticket = Ticket.objects.get()
    assert ticket.identity == identity
    page = text_of(signed_in(people["street"]).get(f"/hotline/tickets/{ticket.number}/", headers=EN))
    for secret in (NAME, PHONE, MASKED, "诸葛**"):
        assert secret not in page


def test_the_same_matter_is_linked_and_may_be_urged_instead(operator, people):
    walk = TicketWalk(people, at=clock.now() - timedelta(hours=2))
    walk.to("handling")
    send(operator, target=walk.ticket.number)
    linked = Ticket.objects.latest("pk")
    assert (linked.main_ticket, linked.link_kind, linked.state) == (walk.ticket, "repeat", "dispatched")
    answer = send(operator, step="urge", target=walk.ticket.number, content="又打来了", client_request_id="call-2")
    assert answer["Location"].endswith(f"/{walk.ticket.number}/")
    assert (Ticket.objects.count(), walk.fresh().urge_count) == (2, 1)
    send(operator, 422, step="urge", target="FDR0")


@pytest.mark.parametrize("changed", [{}, {"identity": "anonymous"}])
def test_who_urges_anothers_ticket_is_hidden_from_its_unit(operator, people, changed):
    walk = TicketWalk(people, at=clock.now() - timedelta(hours=2))
    walk.to("handling")
    send(operator, step="urge", target=walk.ticket.number, caller_name="欧阳邻人", caller_phone="0593-7770001",
         content="我是欧阳邻人，7770001，垃圾还在", **changed)  # fmt: skip
    note = Event.objects.get(kind="ticket.urge")
    assert "垃圾还在" in str(note.facts)
    page = text_of(signed_in(people["street"]).get(f"/hotline/tickets/{walk.ticket.number}/", headers=EN))
    for secret in ("欧阳邻人", "7770001"):
        assert secret not in str(note.facts)
        assert secret not in page


@pytest.mark.parametrize(("who", "status"), [
    ("operator", 200), ("hotlinelead", 200), ("callback", 403), ("street", 403), ("clerk", 403), ("manager", 403),
    ("gw", 403), ("auditor", 403), ("stranger_street", 403),
])  # fmt: skip
def test_only_the_hotlines_operators_take_calls(people, who, status):
    client = signed_in(people[who])
    assert client.get(NEW, headers=EN).status_code == status
    assert client.post(CALLER, {"phone": PHONE}, headers=EN).status_code == status
    assert client.post(HINTS, {"content": "垃圾"}, headers=EN).status_code == status
    assert (client.post(NEW, CALL, headers=EN).status_code == 403) is (status == 403)
    in_nav = "/hotline/new/" in text_of(client.get("/", headers=EN))
    assert in_nav is (status == 200)


def test_nobody_gets_in_without_signing_in(client):
    for answer in (client.get(NEW), client.post(NEW, CALL), client.post(CALLER, {"phone": PHONE})):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/login/")
    assert not Ticket.objects.exists()


def test_a_ticket_of_another_city_is_not_confirmed(operator):
    assert operator.get("/hotline/new/saved/FDR0/").status_code == 404


def queries(client: Any, method: str, path: str, data: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        getattr(client, method)(path, data, headers=EN)
    return len(asked)


def test_the_number_of_queries_does_not_grow(operator, people):
    for at in (1, 2, 3):
        TicketWalk(people, at=clock.now() - timedelta(hours=at)).to("handling")
    probes = [
        ("get", NEW, {"phone": PHONE}), ("post", CALLER, {"phone": PHONE}),
        ("post", HINTS, {"content": TEXT, "position": "120.205,27.335"}),
    ]  # fmt: skip
    for probe in probes:
        queries(operator, *probe)  # what is read once and kept
    few = [queries(operator, *probe) for probe in probes]
    for at in range(4, 9):
        TicketWalk(people, at=clock.now() - timedelta(hours=at)).to("handling")
    assert [queries(operator, *probe) for probe in probes] == few
    assert few[0] <= 45
    assert few[1] <= 22
    assert few[2] <= 32


def test_both_languages_have_every_word(operator):
    page = operator.get(NEW, headers={"accept-language": "zh-CN"}).content.decode()
    for shown in ("接听来电", "来电人", "保存", "派单"):
        assert shown in page
