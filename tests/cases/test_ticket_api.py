"""``/api/v1/tickets/`` and what belongs to it, as programs use them."""

from __future__ import annotations

from typing import Any

import pytest

from cases.hotline import links
from cases.hotline.maintain import retire_entry
from cases.hotline.models import Ticket
from cases.hotline.reference import TicketCategory
from cases.hotline.states import TicketState
from cases.journal.models import Event
from citygrid.common import clock
from tests import cast
from tests.cases.api_drive import Blind, Caller
from tests.cases.test_api_shapes import faults, shapes
from tests.cases.ticket_walk import NAME, PHONE, TicketWalk, hotline, log
from tests.cases.walk import photo

pytestmark = pytest.mark.django_db
__all__ = ["shapes"]
BODY: dict[str, Any] = {
    "demand_type": "complaint", "content": "石亭路口堆了建筑垃圾", "caller_name": NAME, "caller_phone": "199 0000 7654",
    "lon": 120.205, "lat": 27.335, "category": "CG-01",
}  # fmt: skip


@pytest.fixture(autouse=True)
def ready(people, city):
    hotline(people, city)


@pytest.fixture
def operator(people):
    return Caller(people["operator"])


def test_logging_answers_the_ticket_with_a_proposal(operator):
    made = operator.post("tickets/", BODY, status=201)
    assert (made["state"], made["level"], made["clock"]) == ("logged", "d7", "dispatch_ticket")
    assert made["proposed_unit"]["code"] == "SQ"
    assert "direct dispatch" in made["proposed_unit"]["reason"]
    assert made["caller"] == {"name": "诸葛**", "phone": "199****7654", "gender": ""}
    assert made["area"]["code"] == cast.GRIDS[0]
    nowhere = operator.post("tickets/", {k: v for k, v in BODY.items() if k not in ("lon", "lat")}, status=201)
    assert (nowhere["area"]["code"], nowhere["proposed_unit"]["code"]) == (cast.CITY, "PT")


def test_the_same_request_twice_is_one_ticket(operator):
    first = operator.post("tickets/", {**BODY, "client_request_id": "call-1"}, status=201)
    again = operator.post("tickets/", {**BODY, "client_request_id": "call-1"}, status=200)
    assert first["number"] == again["number"]
    keyed = operator.post("tickets/", BODY, status=201, key="k1")
    assert operator.post("tickets/", BODY, status=201, key="k1")["number"] == keyed["number"]
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize(("change", "field"), [
    ({"demand_type": "whim"}, "demand_type"), ({"category": "XX"}, "category"), ({"content": " "}, "content"),
    ({"caller_phone": "123"}, "caller_phone"), ({"lon": 10.0}, "lon"), ({"level": "d99"}, "level"),
    ({"lat": None}, "lat"), ({"lon": None}, "lon"),
])  # fmt: skip
def test_what_cannot_be_logged_is_named_and_loses_nothing(operator, change, field):
    answer = operator.post("tickets/", {**BODY, **change}, status=422)
    assert field in answer["error"].get("fields", {}) or answer["error"]["code"] == "outside_city"
    assert not Ticket.objects.exists()


def test_a_retired_category_is_refused_for_new_tickets(operator, people):
    retire_entry(entry=TicketCategory.objects.get(code="CG-01"), at=clock.now())
    answer = operator.post("tickets/", BODY, status=422)
    assert "no longer used" in answer["error"]["message"]
    assert operator.get("ticket-categories/")["results"] == []


@pytest.mark.parametrize("who", ["street", "clerk", "gw", "manager", "callback"])
def test_only_the_hotline_logs(people, who):
    Caller(people[who]).post("tickets/", BODY, status=403)


def test_a_program_that_knows_nothing_brings_a_ticket_to_its_end(people, operator):
    number = operator.post("tickets/", BODY, status=201)["number"]
    address = f"tickets/{number}/"
    Blind(people["operator"], unit="SQ").move(address, "dispatch")
    Blind(people["street"]).move(address, "sign")
    Blind(people["street"], reached=True).move(address, "contact")
    Blind(people["street"], accepted_at="2026-03-02T09:00:00+08:00", deadline="2027-03-04").move(address, "reply")
    Blind(people["callback"]).move(address, "open_callback")
    done = Blind(people["callback"], contacted=True, solved="yes", satisfaction="5").move(address, "close_callback")
    assert done["state"] == "closed"
    assert done["callbacks"][0]["satisfaction"] == 5


def test_refusals_carry_the_fresh_ticket(people, operator):
    made = operator.post("tickets/", BODY, status=201)
    address = f"tickets/{made['number']}/actions/"
    operator.post(f"{address}dispatch/", {"unit": "SQ", "version": 1})
    stale = operator.post(f"{address}withdraw/", {"opinion": "撤", "version": 1}, status=409)["error"]
    assert (stale["code"], stale["current"]["version"], stale["current"]["state"]) == ("stale_version", 2, "dispatched")
    wrong = operator.post(f"{address}dispatch/", {"unit": "SQ"}, status=409)["error"]
    assert wrong["code"] == "wrong_state"
    Caller(people["stranger_street"]).post(f"{address}sign/", status=404)
    Caller(people["streetlead"]).post(f"{address}sign/", status=403)


def test_filters_keep_what_they_say(people, operator):
    walk = TicketWalk(people)
    walk.to("dispatched")
    other = log(people, content="路灯不亮", kind="help", caller=None)

    def numbers(who="operator", **query):
        return {row["number"] for row in Caller(people[who]).get("tickets/", **query)["results"]}

    mine, theirs = walk.ticket.number, other.number
    assert numbers() == {mine, theirs}
    assert numbers(phone=PHONE) == numbers(phone="+8619900007654") == {mine}
    assert numbers(phone="19900000000") == set()
    assert Event.objects.filter(kind="caller.looked_up").count() == 3
    assert numbers(state="logged") == numbers(demand_type="help") == numbers(q="路灯") == numbers(mine="1") == {theirs}
    assert numbers(unit="SQ") == numbers(q=mine) == {mine}
    assert numbers("street", mine="1") == numbers("street") == {mine}
    assert numbers(area=cast.THEIRS) == set()
    Caller(people["street"]).get("tickets/", 403, phone=PHONE)
    assert operator.get("tickets/", 400, state="nowhere")["error"]["fields"]
    assert operator.get("tickets/", 400, area="nowhere")["error"]["fields"]
    who = str(walk.ticket.caller_id)
    assert (numbers(caller=who), numbers("street", caller=who)) == ({mine}, set())
    for strange in (f"{who}.5", str(10**30), "0", "NaN"):  # none of these is a key
        assert operator.get("tickets/", 400, caller=strange)["error"]["fields"]["caller"], strange


def test_callers_are_found_by_number_with_their_history(people, operator):
    walk = TicketWalk(people)
    (found,) = operator.get("callers/", phone=PHONE)["results"]
    assert (found["name"], found["phones"], found["tickets"]) == ("诸葛**", ["199****7654"], 1)
    shown = operator.get(f"callers/{found['id']}/")
    assert [row["number"] for row in shown["latest"]] == [walk.ticket.number]
    operator.get("callers/", 400)
    Caller(people["street"]).get("callers/", 403, phone=PHONE)
    Caller(people["manager"]).get(f"callers/{found['id']}/", 403)


def test_the_callback_queue_is_the_agents(people, operator):
    walk = TicketWalk(people)
    walk.to("replied")
    agent = Caller(people["callback"])
    (row,) = agent.get("callbacks/", mine="1")["results"]
    assert (row["ticket"]["number"], row["ended_at"]) == (walk.ticket.number, None)
    assert operator.get("callbacks/", mine="1")["results"] == []
    walk.do("open_callback", "callback")
    walk.do("close_callback", "callback", contacted=True, solved="yes", satisfaction="4")
    assert agent.get("callbacks/", open="1")["results"] == []
    assert len(agent.get("callbacks/", open="0")["results"]) == 1
    Caller(people["street"]).get("callbacks/", 403)


def test_agents_ask_by_a_link_and_nobody_else_reads_it(people):
    walk = TicketWalk(people)
    walk.to("replied")
    address = f"tickets/{walk.ticket.number}/"
    agent, lead = Caller(people["callback"]), Caller(people["hotlinelead"])
    assert agent.get(address)["callback_link"] is None
    shown = agent.post(f"{address}actions/send_link/", {"version": agent.get(address)["version"]})
    assert shown["callbacks"][0]["link_sent_at"] is not None
    link = agent.get(address)["callback_link"]
    assert link.startswith("/c/")
    assert lead.get(address)["callback_link"] is None
    assert links.read(token=link.split("/")[2], at=walk.at).ticket == walk.ticket


def test_requests_about_tickets_go_by_the_same_addresses(people):
    walk = TicketWalk(people)
    walk.to("dispatched")
    street, lead = Caller(people["street"]), Caller(people["hotlinelead"])
    proof = str(photo(people["street"]).pk)
    body = {
        "ticket": walk.ticket.number, "kind": "exclusion", "reason": "涉法涉诉", "legal_basis": "信访工作条例",
        "evidence": [proof],
    }  # fmt: skip
    asked = street.post("approvals/", body, status=201)
    assert (asked["ticket"], asked["case"]) == (walk.ticket.number, None)
    assert [step["role"] for step in asked["steps"]] == ["hotline_leader", "manager"]
    assert [row["id"] for row in lead.get("approvals/", mine="1")["results"]] == [asked["id"]]
    assert [row["id"] for row in lead.get("approvals/", ticket=walk.ticket.number)["results"]] == [asked["id"]]
    lead.post(f"approvals/{asked['id']}/actions/approve/")
    Caller(people["manager"]).post(f"approvals/{asked['id']}/actions/approve/")
    shown = street.get(f"tickets/{walk.ticket.number}/")
    assert (shown["excluded"], [piece["id"] for piece in shown["evidence"]]) == (True, [proof])
    street.post("approvals/", {"kind": "return", "reason": "x"}, status=422)
    Caller(people["acceptor"]).get(f"approvals/{asked['id']}/", 404)


def test_units_and_their_people_are_listed_for_who_may_choose(people, operator):
    walk = TicketWalk(people, unit="CGJ")
    walk.to("handling")
    codes = {row["code"] for row in operator.get("units/")["results"]}
    assert codes == {"CGJ", "ZJJ", "SQ", "TS", "PT"}  # no centre but the platform
    staff = {row["code"] for row in Caller(people["clerk"]).get("unit-staff/", ticket=walk.ticket.number)["results"]}
    assert staff == {"clerk", "clerk2", "handler"}
    Caller(people["street"]).get("unit-staff/", 400, ticket=walk.ticket.number)
    assert operator.get("unit-staff/")["results"] == []
    assert [row["code"] for row in operator.get("demand-types/")["results"]] == [
        "complaint", "consultation", "help", "praise", "report", "suggestion",
    ]  # fmt: skip


@pytest.mark.parametrize("state", TicketState)
def test_a_ticket_in_every_state_looks_as_described(shapes, people, state):
    walk = TicketWalk(people, kind="consultation" if state == "answered" else "complaint")
    walk.to(state)
    for who in ("operator", "callback", "hotlinelead", "street", "manager"):
        caller = Caller(people[who])
        if caller.client.get(f"/api/v1/tickets/{walk.ticket.number}/").status_code == 404:  # not the unit's yet
            continue
        detail = caller.get(f"tickets/{walk.ticket.number}/")
        assert faults(shapes, "Ticket", detail) == []
        (row,) = caller.get("tickets/")["results"]
        assert faults(shapes, "TicketRow", row) == []
        assert row == {key: detail[key] for key in row}
        for event in caller.get(f"tickets/{walk.ticket.number}/timeline/")["results"]:
            assert faults(shapes, "Event", event) == []
        for one in detail["clocks"]:
            told = caller.get(f"tickets/{walk.ticket.number}/clocks/{one['id']}/explain/")
            assert faults(shapes, "Explanation", told) == []
    for queued in Caller(people["callback"]).get("callbacks/")["results"]:
        assert faults(shapes, "Queued", queued) == []


CALL = {**BODY, "step": "dispatch", "unit": "SQ", "level": "h24"}


def test_a_call_is_logged_and_moved_in_one(operator):
    made = operator.post("calls/", {**CALL, "client_request_id": "call-9"}, status=201)
    assert (made["state"], made["unit"]["code"], made["level"]) == ("dispatched", "SQ", "h24")
    again = operator.post("calls/", {**CALL, "client_request_id": "call-9"}, status=200)
    assert again["number"] == made["number"]
    linked = operator.post("calls/", {**CALL, "target": made["number"]}, status=201)
    assert linked["main_ticket"] == made["number"]
    asked = {**BODY, "demand_type": "consultation", "step": "answer", "answer": "请到社区办理"}
    assert operator.post("calls/", asked, status=201)["state"] == "answered"
    assert operator.post("calls/", BODY, status=201)["state"] == "logged"


@pytest.mark.parametrize(("change", "field", "status"), [
    ({"unit": "RX"}, "unit", 422), ({"unit": ""}, "unit", 422), ({"target": "FDR0"}, "target", 422),
    ({"step": "urge"}, "step", 422), ({"area": "nowhere"}, "area", 422), ({"step": "answer"}, "", 409),
    ({"step": "out_of_scope", "advice": "请拨打110"}, "other_channel", 422),
])  # fmt: skip
def test_a_call_of_which_one_part_is_refused_leaves_nothing(operator, change, field, status):
    refused = operator.post("calls/", {**CALL, **change}, status=status)["error"]
    assert not field or field in refused["fields"]
    assert not Ticket.objects.exists()


def test_a_demand_may_name_an_area_alone(operator):
    body = {name: value for name, value in BODY.items() if name not in ("lon", "lat")}
    made = operator.post("tickets/", {**body, "area": cast.COMMUNITY}, status=201)
    assert (made["area"]["code"], made["lon"], made["proposed_unit"]["code"]) == (cast.COMMUNITY, None, "SQ")
    hints = operator.post("ticket-suggestions/", {"content": "路灯", "area": cast.COMMUNITY})
    assert hints["units"][0]["code"] == "SQ"
    operator.post("ticket-suggestions/", {"content": "路灯", "area": "nowhere"}, status=422)
