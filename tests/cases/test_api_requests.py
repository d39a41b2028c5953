"""Requests and field tasks over the API: asked, decided, sent, done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.approvals.models import Approval
from cases.approvals.states import RequestKind
from cases.approvals.table import APPROVAL
from cases.fieldwork.models import FieldTask
from citygrid.accounts.roles import Role
from citygrid.common import clock
from tests import cast
from tests.cases.api_drive import Blind, Caller
from tests.cases.walk import Walk, catalogue, photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(people, city):
    people["gw2"] = cast.person("gw2", Role.GRID_WORKER, area=city[cast.GRIDS[1]])
    return people


@pytest.fixture
def walk(people, city):
    """A case whose time limit is not over yet."""
    walk = Walk(people, catalogue(), at=clock.now() - timedelta(minutes=30))
    walk.to("dispatched")
    return walk


def ask(walk, who, kind, status=201, **more):
    sent = {"case": walk.case.number, "kind": kind, "reason": "不属本单位职责", **more}
    return Caller(walk.people[who]).post("approvals/", sent, status=status)


# --- requests ---------------------------------------------------------------------------------------------------------
def test_a_return_is_asked_for_and_approved_by_reading_its_actions_alone(people, walk):
    piece = photo(people["clerk"])
    asked = ask(walk, "clerk", "return", legal_basis="三定方案", evidence=[str(piece.pk)])
    assert (asked["state"], asked["case"], asked["legal_basis"]) == ("requested", walk.case.number, "三定方案")
    assert asked["steps"] == [{"role": "dispatcher", "label": "dispatcher", "done": False}]
    assert asked["whose_turn"] == [{"role": "dispatcher", "label": "dispatcher"}]
    assert [one["name"] for one in asked["actions"] if one["allowed"]] == ["withdraw"]
    dispatcher = Blind(people["dispatcher"])
    (waiting,) = dispatcher.get("approvals/", mine=1)["results"]
    assert waiting["id"] == asked["id"]
    done = dispatcher.move(f"approvals/{asked['id']}/", "approve")
    assert (done["state"], done["steps"][0]["done"], done["whose_turn"]) == ("approved", True, [])
    case = dispatcher.get(f"cases/{walk.case.number}/")
    assert (case["state"], case["counts"]["returns"]) == ("filed", 1)
    assert [one["id"] for one in case["approvals"]] == [asked["id"]]
    assert dispatcher.get("approvals/", mine=1)["results"] == []


def test_each_step_of_a_decision_waits_for_its_own_role(people, walk):
    walk.do("sign", "clerk")
    walk.do("assign_handler", "clerk", handler="handler")
    asked = ask(walk, "handler", "extension")
    assert [step["role"] for step in asked["steps"]] == ["dept_clerk", "dispatcher"]
    for who, other in (("clerk", "dispatcher"), ("dispatcher", "clerk")):
        assert Caller(people[other]).get("approvals/", mine=1)["results"] == []
        Caller(people[other]).post(f"approvals/{asked['id']}/actions/approve/", status=403)
        assert [one["id"] for one in Caller(people[who]).get("approvals/", mine=1)["results"]] == [asked["id"]]
        Caller(people[who]).post(f"approvals/{asked['id']}/actions/approve/")
    assert Approval.objects.get().state == "approved"


def test_a_refusal_needs_an_opinion_and_a_decided_request_stays(people, walk):
    asked = ask(walk, "clerk", "return")
    address = f"approvals/{asked['id']}/actions/refuse/"
    dispatcher = Caller(people["dispatcher"])
    assert dispatcher.post(address, status=422)["error"]["fields"].keys() == {"opinion"}
    assert dispatcher.post(address, {"opinion": "属于你局"})["decision"] == "属于你局"
    error = dispatcher.post(address, {"opinion": "x"}, status=409)["error"]
    assert error["code"] == "wrong_state"
    assert error["current"]["state"] == "refused"


def test_a_second_request_waits_for_the_first_and_shows_the_case(people, walk):
    ask(walk, "clerk", "return")
    error = ask(walk, "clerk", "return", status=409)["error"]
    assert error["code"] == "not_now"
    assert error["current"]["number"] == walk.case.number
    assert error["current"]["approvals"][0]["state"] == "requested"


def test_nobody_asks_for_what_is_not_theirs_to_ask(people, walk):
    ask(walk, "acceptor", "return", status=403)
    ask(walk, "dispatcher", "return", status=403)
    fields = ask(walk, "stranger_street", "return", status=422)["error"]["fields"]
    assert fields.keys() == {"case"}
    assert not Approval.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"case": "FD1"}, "case"), ({"kind": "holiday"}, "kind"), ({"reason": " "}, "reason"),
        ({"until": "soon"}, "until"), ({"evidence": ["x"]}, "evidence"), ({"reason": None}, "reason"),
        ({"evidence": ["00000000-0000-0000-0000-000000000000"]}, "evidence"),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_made_is_explained_by_field(people, walk, change, field):
    sent = {"case": walk.case.number, "kind": "return", "reason": "理由"} | change
    assert Caller(people["clerk"]).post("approvals/", sent, status=422)["error"]["fields"].keys() == {field}


def test_a_suspension_says_until_when(people, walk):
    walk.do("sign", "clerk")
    assert ask(walk, "clerk", "suspension", status=422)["error"]["fields"].keys() == {"until"}
    until = (clock.now() + timedelta(days=3)).isoformat()
    assert ask(walk, "clerk", "suspension", until=until)["until"]


def test_requests_are_found_by_case_kind_and_state(people, walk):
    asked = ask(walk, "clerk", "return")
    caller = Caller(people["manager"])
    for query, count in (({"case": walk.case.number}, 1), ({"kind": "return"}, 1), ({"kind": "appeal"}, 0),
                         ({"state": "requested"}, 1), ({"state": "refused"}, 0)):  # fmt: skip
        assert [one["id"] for one in caller.get("approvals/", **query)["results"]] == [asked["id"]] * count
    assert "return" in str(caller.get("approvals/", kind="x", status=400)["error"])
    assert "“FD0”" in caller.get("approvals/", case="FD0", status=400)["error"]["message"]


def test_strangers_find_no_request(people, walk):
    asked = ask(walk, "clerk", "return")
    stranger = Caller(people["stranger_street"])
    assert stranger.get("approvals/")["results"] == []
    stranger.get(f"approvals/{asked['id']}/", status=404)
    # A case of others is refused in the very words of one that does not exist.
    hidden, made_up = (stranger.get("approvals/", case=one, status=400)["error"] for one in (walk.case.number, "FD0"))
    assert str(hidden).replace(walk.case.number, "FD0") == str(made_up)
    stranger.post(f"approvals/{asked['id']}/actions/approve/", status=404)


def test_no_path_of_decision_is_longer_than_the_question_for_whom_it_waits():
    from cases.approvals.kinds import KINDS
    from cases.approvals.models import LONGEST_PATH

    assert max(len(kind.path) for kind in KINDS.values()) <= LONGEST_PATH
    assert {kind for _about, kind in KINDS} == set(RequestKind)
    assert APPROVAL.turn


# --- field tasks ------------------------------------------------------------------------------------------------------
def patrol(people, who="acceptor", status=201, **more):
    sent = {"area": cast.GRIDS[0], "worker": "gw", "note": "看一看", **more}
    return Caller(people[who]).post("field-tasks/", sent, status=status)


def test_a_patrol_is_sent_accepted_and_finished_by_reading_its_actions_alone(people):
    sent = patrol(people)
    assert (sent["kind"], sent["state"], sent["case"]) == ("patrol", "assigned", None)
    worker, address = Blind(people["gw"]), f"field-tasks/{sent['id']}/"
    assert [one["id"] for one in worker.get("field-tasks/", mine=1)["results"]] == [sent["id"]]
    worker.move(address, "accept")
    complete = next(one for one in worker.get(address)["actions"] if one["name"] == "complete")
    assert not {"photos", "evidence"} & {item["name"] for item in complete["inputs"]}
    done = worker.move(address, "complete")
    assert (done["state"], done["verdict"]) == ("done", "finished")
    assert done["check_in"] == {"lon": 120.205, "lat": 27.335}
    assert worker.get("field-tasks/", mine=1)["results"] == []


def test_a_task_is_found_by_its_case_though_the_case_lies_where_the_worker_has_no_post(people, city):
    walk = Walk(people, catalogue(), at=clock.now() - timedelta(minutes=30))
    number = walk.do("send_verify", "acceptor", worker="gw2").number
    found = Caller(people["gw2"]).get("field-tasks/", case=number)["results"]
    assert [one["case"] for one in found] == [number]
    refused = Caller(people["stranger_gw"]).get("field-tasks/", case=number, status=400)
    assert number in refused["error"]["fields"]["case"][0]


def test_only_the_supervision_centre_sends_on_patrol(people):
    for who in ("gw", "clerk", "dispatcher"):
        patrol(people, who, status=403 if who != "clerk" else 422)
    assert not FieldTask.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"area": "nowhere"}, "area"), ({"worker": "acceptor"}, "worker"), ({"worker": ""}, "worker"),
        ({"due_at": "2020-01-01T00:00:00+08:00"}, "due_at"), ({"due_at": "x"}, "due_at"),
    ],
)  # fmt: skip
def test_a_patrol_that_cannot_be_sent_is_explained_by_field(people, change, field):
    assert patrol(people, status=422, **change)["error"]["fields"].keys() == {field}


def test_a_task_is_handed_over_to_a_neighbour_found_in_the_list(people):
    sent = patrol(people)
    worker = Blind(people["gw"], worker="gw2", opinion="请假")
    assert [one["code"] for one in worker.get("grid-workers/", area=cast.COMMUNITY)["results"]] == ["gw", "gw2"]
    assert worker.move(f"field-tasks/{sent['id']}/", "hand_over")["assignee"]["username"] == "gw2"
    address = f"field-tasks/{sent['id']}/actions/hand_over/"
    far = Caller(people["gw2"]).post(address, {"worker": "stranger_gw", "opinion": "x"}, status=422)
    assert far["error"]["fields"].keys() == {"worker"}


def test_a_worker_sent_to_a_neighbours_grid_sees_the_task_until_it_is_handed_over(people):
    sent = patrol(people, worker="gw2")
    moved = Caller(people["gw2"]).post(
        f"field-tasks/{sent['id']}/actions/hand_over/", {"worker": "gw", "opinion": "不在附近"}
    )
    assert moved == {"id": sent["id"], "state": "assigned", "version": 2}
    Caller(people["gw2"]).get(f"field-tasks/{sent['id']}/", status=404)


def test_people_are_offered_by_place_and_department(people):
    codes = lambda who, name, **query: [one["code"] for one in Caller(people[who]).get(name, **query)["results"]]  # noqa: E731
    assert codes("acceptor", "grid-workers/") == ["gw", "gw2", "stranger_gw"]
    assert codes("acceptor", "grid-workers/", area=cast.THEIRS) == ["stranger_gw"]
    assert codes("stranger_gw", "grid-workers/") == ["stranger_gw"]
    assert codes("clerk", "handlers/") == ["clerk", "handler"]
    assert codes("clerk", "handlers/", department="ZJJ") == []
    assert codes("acceptor", "handlers/") == []


def test_tasks_are_found_by_case_kind_and_state(people, walk):
    sent = patrol(people)
    caller = Caller(people["acceptor"])
    for query, count in (({"kind": "patrol"}, 1), ({"kind": "check"}, 0), ({"state": "assigned"}, 1),
                         ({"state": "done"}, 0), ({"case": walk.case.number}, 0)):  # fmt: skip
        assert [one["id"] for one in caller.get("field-tasks/", **query)["results"]] == [sent["id"]] * count


# --- filing conditions ------------------------------------------------------------------------------------------------
def test_filing_conditions_of_a_category_come_with_their_limits(people, walk):
    (row,) = Caller(people["leader"]).get("filing-conditions/", category="CJ214-E0102")["results"]
    assert (row["code"], row["text"], row["closing_text"]) == ("CJ214-E0102-01", "容器外有生活垃圾", "清除")
    assert row["limits"] == [{"area_class": "", "stage": 1, "stage_name": "", "value": 4.0, "unit": "work_hour"}]
    fault = Caller(people["leader"]).get("filing-conditions/", category="other", status=400)["error"]
    assert "/api/v1/categories/" in fault["message"]
    assert Caller(people["leader"]).get("filing-conditions/", q="垃圾")["results"] == [row]
