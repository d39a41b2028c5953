"""Whistles over the API: drafted, blown, watched, reported in to, rated — by programs that read the actions alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from cases.whistles.models import Whistle
from cases.whistles.states import WhistleState
from citygrid.common import clock
from tests.cases.api_drive import Blind, Caller
from tests.cases.test_api_shapes import faults
from tests.cases.walk import Walk, catalogue
from tests.cases.whistling import Tune, add_departments, add_neighbour

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(people, city):
    add_departments(people, city)
    return people


@pytest.fixture(scope="module")
def shapes() -> dict[str, Any]:
    """The description, each object closed to what it does not name."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    for component in schema["components"]["schemas"].values():
        if component.get("properties"):
            component["additionalProperties"] = False
    return schema


@pytest.fixture
def tune(people):
    return Tune(people, at=clock.now() - timedelta(minutes=30))


NEW = {
    "description": "渣土占道", "lon": 120.205, "lat": 27.335, "why_not_alone": "没有执法权",
    "sources": [{"kind": "council", "note": "议事厅第三次会议决议"}],
    "calls": [{"department": "CGJ", "asked": "查处"}, {"department": "ZJJ", "asked": "查工地"}],
}  # fmt: skip


def test_a_whistle_runs_its_seven_steps_by_reading_its_actions_alone(people):
    street = Blind(people["street"], outcome="solved", department="CGJ")
    made = street.post("whistles/", {**NEW, "client_request_id": "a1"}, status=201)
    assert (made["state"], made["street"]["code"]) == ("judged", "350982003")
    assert [call["department"]["code"] for call in made["calls"]] == ["CGJ", "ZJJ"]
    assert street.post("whistles/", {**NEW, "client_request_id": "a1"})["number"] == made["number"]
    address = f"whistles/{made['number']}/"
    Blind(people["streetlead"], kind="enforcement", lead="CGJ").move(address, "blow")
    platform = Blind(people["platform"])
    assert [one["number"] for one in platform.get("whistles/", mine=1)["results"]] == [made["number"]]
    for name in ("start_review", "approve", "issue"):
        issued = platform.move(address, name)
    reports = {one["department"]["code"]: one["id"] for one in issued["report_ins"]}
    for code, who in (("CGJ", "clerk"), ("ZJJ", "zj")):
        clerk = Blind(people[who], outcome="solved")
        (waiting,) = [one for one in clerk.get("report-ins/", mine=1)["results"]]
        assert (waiting["department"]["code"], waiting["state"], waiting["lamp"]) == (code, "called", "green")
        for name in ("sign", "arrive", "begin", "submit"):
            done = clerk.move(f"report-ins/{reports[code]}/", name)
        assert (done["state"], done["distance_m"], len(done["evidence"])) == ("submitted", 0.0, 1)
        street.move(f"report-ins/{reports[code]}/", "accept")
    lead = Blind(people["clerk"], outcome="solved")
    assert [one["number"] for one in lead.get("whistles/", mine=1)["results"]] == [made["number"]]
    lead.move(address, "submit_joint")
    points = {"on_time": 30, "as_asked": 40, "cooperation": 15, "proof": 15}
    for code in reports:
        street.post(f"{address}actions/rate/", {"department": code, **points})
    done = street.move(address, "feed_back")
    assert (done["state"], done["actions"][0]["name"]) == ("fed_back", "comment")
    assert [one["rating"]["total"] for one in done["report_ins"]] == [100, 100]
    kinds = [event["kind"] for event in street.get(f"{address}timeline/", page_size=200)["results"]]
    assert kinds[0] == "whistle.draft"
    assert kinds.count("report_in.arrive") == 2
    assert street.get("whistles/", mine=1)["results"] == []


def test_the_board_is_watched_cheaply(people, tune, django_assert_max_num_queries):
    tune.to("issued")
    address = f"/api/v1/whistles/{tune.whistle.number}/board/"
    client = Caller(people["street"]).client
    first = client.get(address)
    assert first.json()["counts"] == {"called": 3, "signed": 0, "arrived": 0, "late": 0, "absent": 0, "settled": 0}
    with django_assert_max_num_queries(8):
        again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    tune.arrive("CGJ")
    changed = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed.json()["counts"]["arrived"] == 1
    assert [row["is_lead"] for row in changed.json()["report_ins"]] == [True, False, False]
    tune.tell("ZJJ", "sign")
    tune.at = clock.now()
    stranger = Caller(people["stranger_street"])
    stranger.get(f"whistles/{tune.whistle.number}/board/", status=404)


def test_who_is_late_shows_on_the_board(people):
    tune = Tune(people, at=clock.now() - timedelta(hours=2))
    tune.to("issued")
    tune.tell("CGJ", "sign")
    board = Caller(people["street"]).get(f"whistles/{tune.whistle.number}/board/")
    assert [row["late"] for row in board["report_ins"]] == [False, True, True]
    assert [row["lamp"] for row in board["report_ins"]] == ["green", "red", "red"]


def test_strangers_and_who_has_no_part_find_nothing(people, tune):
    tune.to("issued")
    number, key = tune.whistle.number, tune.report("CGJ").pk
    for who in ("stranger_street", "handler"):
        expected = 200 if who == "handler" else 404
        for address in (f"whistles/{number}/", f"whistles/{number}/timeline/", f"report-ins/{key}/"):
            Caller(people[who]).get(address, status=expected)
    stranger = Caller(people["stranger_street"])
    assert stranger.get("whistles/")["results"] == stranger.get("report-ins/")["results"] == []
    stranger.post(f"whistles/{number}/actions/comment/", {"text": "?"}, status=404)
    stranger.post(f"report-ins/{key}/actions/sign/", status=404)
    stranger.get("called-departments/", whistle=number, status=400)
    for who in ("operator", "gw", "auditor"):
        assert "street staff" in Caller(people[who]).get("whistles/", status=403)["error"]["message"]


def test_a_stale_or_wrong_move_shows_the_fresh_subject(people, tune):
    tune.to("issued")
    key = tune.report("CGJ").pk
    clerk = Caller(people["clerk"])
    clerk.post(f"report-ins/{key}/actions/sign/", {"version": 1}, key="k1")
    replay = clerk.client.post(f"/api/v1/report-ins/{key}/actions/sign/", '{"version": 1}',
                               content_type="application/json", headers={"Idempotency-Key": "k1"})  # fmt: skip
    assert (replay.status_code, replay["Idempotent-Replay"]) == (200, "true")
    error = clerk.post(f"report-ins/{key}/actions/sign/", status=409)["error"]
    assert (error["code"], error["current"]["state"]) == ("wrong_state", "signed")
    error = clerk.post(f"report-ins/{key}/actions/arrive/", {"version": 1}, status=422)["error"]
    assert error["fields"].keys() == {"people", "position", "photos"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"description": ""}, "description"), ({"lat": None}, "lon"), ({"lon": 500.0}, "lon"),
        ({"street": "350982001"}, "street"), ({"calls": [{"department": "NO", "asked": "x"}]}, "calls"),
        ({"cases": ["FD1"]}, "cases"), ({"sources": [{"kind": "case", "note": "x"}]}, "kind"),
        ({"why_not_alone": ""}, "why_not_alone"),
    ],
)  # fmt: skip
def test_a_draft_that_cannot_be_made_is_explained_and_leaves_nothing(people, change, field):
    error = Caller(people["street"]).post("whistles/", NEW | change, status=422)["error"]
    assert field in error["fields"]
    assert not Whistle.objects.exists()


def test_cases_wait_for_the_whistle_that_they_are_a_source_of(people):
    walk = Walk(people, catalogue(), at=clock.now() - timedelta(minutes=30))
    case = walk.to("filed")
    street = Caller(people["street"])
    made = street.post("whistles/", {"cases": [case.number]}, status=201)
    assert (made["state"], made["description"], made["sources"][0]["reference"]) == ("draft", "垃圾", case.number)
    shown = Caller(people["acceptor"]).get(f"cases/{case.number}/")
    assert [one["role"] for one in shown["whose_turn"]] == ["street_staff", "street_leader"]
    assert [one["number"] for one in street.get("whistles/", case=case.number)["results"]] == [made["number"]]
    assert street.get("whistles/", open=1)["results"] == street.get("whistles/", street="350982003")["results"]
    error = street.post("whistles/", {"cases": [case.number]}, status=409)["error"]
    assert made["number"] in error["message"]


def test_the_lists_of_a_whistle(people, city, tune):
    add_neighbour(people, city)
    street = Caller(people["street"])
    kinds = street.get("whistle-kinds/")["results"]
    assert [kind["code"] for kind in kinds] == ["emergency", "enforcement", "key_work"]
    assert kinds[0]["limits"] == [
        {"clock": "report_sign", "value": 10.0, "unit": "minute"},
        {"clock": "report_arrive", "value": 30.0, "unit": "minute"},
    ]
    near = {one["code"] for one in street.get("whistle-departments/")["results"]}
    far = {one["code"] for one in street.get("whistle-departments/", across=1)["results"]}
    assert far - near == {"TS", "FACG"}
    assert street.get("whistle-departments/", q="生态")["results"][0]["code"] == "HBJ"
    assert Caller(people["clerk"]).get("whistle-departments/")["results"] == []
    tune.to("judged")
    named = street.get("called-departments/", whistle=tune.whistle.number)["results"]
    assert [one["code"] for one in named] == ["CGJ", "HBJ", "ZJJ"]
    assert street.get("called-departments/")["results"] == []


@pytest.mark.parametrize("state", WhistleState.values)
def test_a_whistle_in_every_state_looks_as_described(shapes, people, tune, state):
    number = tune.to(state).number
    for who in ("street", "streetlead", "platform", "manager"):
        caller = Caller(people[who])
        detail = caller.get(f"whistles/{number}/")
        assert faults(shapes, "Whistle", detail) == []
        row = next(one for one in caller.get("whistles/")["results"] if one["number"] == number)
        assert faults(shapes, "WhistleRow", row) == []
        assert row == {key: detail[key] for key in row}
        assert faults(shapes, "Board", caller.get(f"whistles/{number}/board/")) == []
    for report_in in detail["report_ins"]:
        whole = caller.get(f"report-ins/{report_in['id']}/")
        assert faults(shapes, "ReportInDetail", whole) == []
        for one in whole["clocks"]:
            told = caller.get(f"report-ins/{whole['id']}/clocks/{one['id']}/explain/")
            assert faults(shapes, "Explanation", told) == []
    for kind in caller.get("whistle-kinds/")["results"]:
        assert faults(shapes, "WhistleKind", kind) == []
