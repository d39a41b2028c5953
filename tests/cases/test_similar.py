"""Tickets about the same matter are found by place, time, caller and words, each with reasons one can check."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.hotline.models import Ticket
from cases.hotline.reference import TicketCategory
from cases.hotline.services import CallerTold
from cases.hotline.similar import Matter, matter_of, similar
from cases.workflow.engine import advance
from cases.workflow.people import Acting
from tests.cases.api_drive import Caller
from tests.cases.ticket_walk import NAME, hotline, log
from tests.cases.walk import AT

pytestmark = pytest.mark.django_db
HERE: dict[str, Any] = {"lon": 120.205, "lat": 27.335}
SAME = "石亭路口堆了建筑垃圾，好几天没人清理"
ALIKE = "建筑垃圾堆在石亭路口，一直没人清"
OTHER = "广场舞音乐声太大，影响孩子学习"
LATER = AT + timedelta(days=2)


@pytest.fixture(autouse=True)
def ready(people, city):
    hotline(people, city)


def told(name: str, number: str) -> dict[str, Any]:
    return {"caller": CallerTold(name=name, phone=number)}


A, B = told("钱一", "19900000001"), told("孙二", "19900000002")


def found(people, who="operator", **given):
    matter = Matter(**{"text": SAME, "at": LATER, **HERE, **given})
    return {one.ticket.number: one for one in similar(matter, Acting(people[who], LATER))}


def test_what_is_alike_and_near_is_found_with_its_reasons_and_what_is_not_is_not(people):
    same, alike, other = (log(people, content=text, **HERE, **A) for text in (SAME, ALIKE, OTHER))
    far = log(people, content=ALIKE, lon=120.235, lat=27.345, **A)
    got = found(people)
    assert list(got) == [same.number, alike.number]
    assert got[same.number].reasons == ("The very same words.", "0 m away.")
    assert got[same.number].score == 1
    text, place = got[alike.number].reasons
    assert text.startswith("The text is ")
    assert "“石亭路口”" in text or "“建筑垃圾”" in text
    assert place == "0 m away."
    assert other.number not in got
    assert far.number not in got
    east = found(people, lon=120.2070)  # 198 m further
    assert east[same.number].metres == pytest.approx(198, abs=2)
    assert east[alike.number].score < got[alike.number].score


def test_the_same_caller_and_category_count_and_who_called_counts_for_the_hotline_alone(people):
    category = TicketCategory.objects.get(code="CG-01")
    ticket = log(people, content="垃圾还是没人管，又来反映", category=category, **A, lon=120.235, lat=27.345)
    assert ticket.number not in found(people, caller=None)
    got = found(people, caller=ticket.caller_id, category="CG-01", text="建筑垃圾还没清")
    assert {"The same caller.", "The same category."} <= set(got[ticket.number].reasons)
    # A manager sees the ticket, but not who called: neither found by it nor told.
    assert ticket.number not in found(people, "manager", caller=ticket.caller_id, text="建筑垃圾还没清")


def test_a_name_cannot_be_tried_on_what_does_not_go_out(people):
    ticket = log(people, content=f"{NAME}{NAME}反映", confidential=True, lon=120.205, lat=27.335)
    text = f"{NAME}{NAME}反映"
    assert found(people, text=text)[ticket.number].reasons[0] == "The very same words."
    seen = found(people, "manager", text=text)
    assert NAME not in str([one.reasons for one in seen.values()])


def test_days_metres_and_likeness_are_settings(people, settings):
    log(people, content=ALIKE, **HERE, **A)
    assert found(people)
    settings.TICKET_SIMILAR_PERCENT = 95
    assert not found(people)
    settings.TICKET_SIMILAR_PERCENT = 40
    settings.TICKET_SIMILAR_METRES = 50
    # 198 m away in another grid: out of reach now.
    assert not found(people, lon=120.2070)
    settings.TICKET_SIMILAR_DAYS = 1
    assert not found(people)


def test_one_of_a_group_is_shown_and_says_what_to_link_to(people):
    first = log(people, content=SAME, **HERE, **A)
    second = log(people, content=SAME, **HERE, **B, at=AT + timedelta(hours=1))
    advance(second, "link", by=people["operator"], at=LATER, target=first.number)
    (one,) = found(people).values()
    assert one.link_to == first.number
    # What is linked to is what the move takes.
    third = log(people, content=SAME, **HERE, at=LATER, caller=None)
    (one,) = similar(matter_of(third, Acting(people["operator"], LATER)), Acting(people["operator"], LATER))
    advance(third, "link", by=people["operator"], at=LATER, target=one.link_to)
    third.refresh_from_db()
    assert third.main_ticket == first
    # Nothing hangs on what was referred elsewhere.
    gone = log(people, content=OTHER, **HERE, **A)
    advance(gone, "out_of_scope", by=people["operator"], at=AT, other_channel="police", advice="请拨打110")
    assert not found(people, text=OTHER)


def test_without_a_place_tickets_without_a_place_are_compared(people, city):
    ticket = log(people, content=SAME, lon=None, lat=None, **A)
    got = found(people, lon=None, lat=None, area_id=city["350982"].pk)
    assert got[ticket.number].reasons == ("The very same words.",)
    assert got[ticket.number].metres is None


def test_the_number_of_queries_and_candidates_is_bounded(people, monkeypatch):
    monkeypatch.setattr("cases.hotline.similar._OF_PLACE", 3)
    for number in range(6):
        log(people, content=SAME, at=AT + timedelta(minutes=number), **HERE, caller=None)
    acting = Acting(people["operator"], LATER)
    similar(Matter(SAME, LATER, **HERE), acting)  # what the person may see is asked once
    with CaptureQueriesContext(
        connection,
    ) as asked:
        got = similar(Matter(SAME, LATER, **HERE), acting)
    assert len(got) == 3
    assert len(asked) <= 2
    assert [one.ticket.received_at for one in got] == [AT + timedelta(minutes=number) for number in (5, 4, 3)]


def test_the_api_answers_the_hotline(people):
    ticket = log(people, content=SAME, **HERE, **A)
    body = {"content": ALIKE, **HERE, "caller": ticket.caller_id}
    # The API's now is later than the ticket; nothing is found before it.
    Ticket.objects.filter(pk=ticket.pk).update(received_at=AT)
    operator = Caller(people["operator"])
    assert operator.post("ticket-duplicates/", body)["results"] == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("citygrid.common.clock.now", lambda: LATER)
        (one,) = operator.post("ticket-duplicates/", body)["results"]
        assert one["ticket"]["number"] == one["link_to"] == ticket.number
        assert one["ticket"]["caller"]["name"] == "钱*"
        assert "The same caller." in one["reasons"]
        assert operator.get(f"tickets/{ticket.number}/similar/")["results"] == []
        Caller(people["operator"]).post("ticket-duplicates/", {**body, "lon": 0, "lat": 0}, status=422)
        Caller(people["street"]).post("ticket-duplicates/", body, status=403)
        operator.get("tickets/FDR0/similar/", status=404)


@pytest.mark.parametrize(("address", "change", "field"), [
    ("ticket-duplicates/", {"caller": 10**25}, "caller"), ("ticket-duplicates/", {"caller": 0}, "caller"),
    ("ticket-duplicates/", {"lon": 120.205}, "lat"), ("ticket-suggestions/", {"lat": 27.335}, "lon"),
])  # fmt: skip
def test_a_key_that_cannot_be_and_half_a_position_are_refused(people, address, change, field):
    error = Caller(people["operator"]).post(address, {"content": "x", **change}, status=422)["error"]
    assert list(error["fields"]) == [field]
