"""Moves over the API: driven blind by six people, and every kind of refusal."""

from __future__ import annotations

import pytest

from cases.casework.models import Case
from citygrid.accounts.roles import Role
from tests import cast
from tests.cases.api_drive import ROOT, Blind, Caller
from tests.cases.walk import Walk, catalogue, photo

pytestmark = pytest.mark.django_db
NOWHERE = "FD209901010001"


@pytest.fixture
def people(people, city):
    people["gw2"] = cast.person("gw2", Role.GRID_WORKER, area=city[cast.GRIDS[0]])
    return people


@pytest.fixture
def condition(city):
    return catalogue()


@pytest.fixture
def walk(people, condition):
    return Walk(people, condition)


def report(people, condition, **more):
    body = {
        "category": condition.category.code, "description": "垃圾", "lon": 120.205, "lat": 27.335,
        "source": "grid_worker", "photos": [str(photo(people["gw"]).pk)], **more,
    }  # fmt: skip
    return Caller(people["gw"]).post("cases/", body, status=201)


def test_six_people_bring_a_case_to_its_end_by_reading_its_actions_alone(people, condition):
    number = report(people, condition)["number"]
    address = f"cases/{number}/"
    everybody = {name: Blind(people[name]) for name in ("gw", "acceptor", "leader", "dispatcher", "clerk", "handler")}
    everybody["dispatcher"].preferred = {"department": "CGJ"}
    everybody["clerk"].preferred = {"handler": "handler"}
    everybody["handler"].preferred = {"after_photos": str(photo(people["handler"]).pk)}
    everybody["acceptor"].preferred = {"worker": "gw"}
    turns = [
        ("acceptor", "accept"), ("leader", "file"), ("dispatcher", "dispatch"), ("clerk", "sign"),
        ("clerk", "assign_handler"), ("handler", "submit"), ("clerk", "confirm"), ("dispatcher", "pass_feedback"),
        ("acceptor", "send_check"),
    ]  # fmt: skip
    for who, name in turns:
        fresh = everybody[who].move(address, name)
    assert fresh["state"] == "checking"
    (task,) = everybody["gw"].get("field-tasks/", mine=1)["results"]
    everybody["gw"].preferred = {"note": "已清除"}
    done = everybody["gw"].move(f"field-tasks/{task['id']}/", "complete")
    assert (done["state"], done["verdict"]) == ("done", "pass")
    closed = everybody["leader"].move(address, "close")
    assert closed["state"] == "closed"
    assert closed["whose_turn"] == []
    kinds = [event["kind"] for event in everybody["leader"].get(f"{address}timeline/", page_size=200)["results"]]
    assert [kind for kind in kinds if kind.startswith("case.")] == [
        "case.report", *(f"case.{name}" for _who, name in turns), "case.check_result", "case.close",
    ]  # fmt: skip
    assert "field_task.complete" in kinds


def test_a_verification_offers_only_its_own_verdicts(people, walk):
    walk.to("verifying")
    task = Caller(people["gw2"]).get("field-tasks/", mine=1)["results"][0]
    actions = Caller(people["gw2"]).get(f"field-tasks/{task['id']}/")["actions"]
    complete = next(one for one in actions if one["name"] == "complete")
    verdict = next(item for item in complete["inputs"] if item["name"] == "verdict")
    assert [choice["value"] for choice in verdict["choices"]] == ["true", "false", "unclear"]


def test_labels_follow_the_readers_language(people, walk):
    address = f"cases/{walk.case.number}/"
    english, chinese = (Caller(people["acceptor"], language).get(address) for language in ("en", "zh-hans"))
    assert english["state_label"] == "reported"
    assert english["state"] == chinese["state"] == "reported"
    assert english["whose_turn"] == [{"role": "acceptor", "label": "acceptor"}]
    assert {one["name"] for one in english["actions"]} == {one["name"] for one in chinese["actions"]}


def test_actions_list_what_ones_roles_can_do_and_say_why_not(people, walk):
    walk.to("dispatched")
    walk.request("return", "clerk")
    actions = Caller(people["clerk"]).get(f"cases/{walk.case.number}/")["actions"]
    sign = next(one for one in actions if one["name"] == "sign")
    assert sign["allowed"] is False
    assert "not decided" in sign["reason"]
    assert {one["name"] for one in actions} == {"sign", "comment", "answer_supervision"}


def test_a_move_answers_the_fresh_case(people, walk):
    fresh = Caller(people["acceptor"]).post(f"cases/{walk.case.number}/actions/accept/", {"version": 1})
    assert (fresh["state"], fresh["version"]) == ("accepted", 2)
    assert fresh == Caller(people["acceptor"]).get(f"cases/{walk.case.number}/") | {
        "clocks": fresh["clocks"], "due_at": fresh["due_at"], "lamp": fresh["lamp"],
    }  # fmt: skip


def test_a_move_of_another_role_is_not_allowed_and_names_who_may(people, walk):
    error = Caller(people["dispatcher"]).post(f"cases/{walk.case.number}/actions/accept/", status=403)["error"]
    assert error["code"] == "not_allowed"
    assert "acceptor" in error["message"]


@pytest.mark.parametrize("who", ["stranger_gw", "stranger_street"])
def test_strangers_find_neither_case_nor_moves(people, walk, who):
    number, stranger = walk.case.number, Caller(people[who])
    for address in (f"cases/{number}/", f"cases/{number}/timeline/", f"cases/{number}/clocks/1/explain/"):
        assert stranger.get(address, status=404)["error"]["code"] == "not_found"
    refused = stranger.post(f"cases/{number}/actions/comment/", {"text": "?"}, status=404)
    assert refused == stranger.post(f"cases/{NOWHERE}/actions/comment/", {"text": "?"}, status=404)
    assert Case.objects.get(number=number).version == 1


def test_a_wrong_state_answers_409_with_the_fresh_case_as_its_detail_shows_it(people, walk):
    leader, address = Caller(people["leader"]), f"cases/{walk.case.number}/"
    error = leader.post(f"{address}actions/close/", status=409)["error"]
    assert error["code"] == "wrong_state"
    assert "acceptor" in error["message"]
    shown = leader.get(address)
    assert error["current"].keys() == shown.keys()
    assert (error["current"]["state"], error["current"]["version"]) == (shown["state"], shown["version"])
    assert error["current"]["actions"] == shown["actions"]


def test_a_guard_answers_409_with_its_reason(people, walk):
    Case.objects.filter(pk=walk.case.pk).update(source="citizen")
    error = Caller(people["acceptor"]).post(f"cases/{walk.case.number}/actions/accept/", status=409)["error"]
    assert error["code"] == "not_now"
    assert "verified first" in error["message"]


def test_a_stale_version_answers_409_with_the_version_that_is(people, walk):
    walk.do("urge", "acceptor")
    error = Caller(people["acceptor"]).post(f"cases/{walk.case.number}/actions/accept/", {"version": 1}, status=409)[
        "error"
    ]
    assert error["code"] == "stale_version"
    assert error["current"]["version"] == 2


def test_missing_and_unknown_inputs_answer_422_by_field(people, walk):
    walk.to("accepted")
    address = f"cases/{walk.case.number}/actions/"
    leader = Caller(people["leader"])
    assert leader.post(f"{address}file/", status=422)["error"]["fields"].keys() == {"condition"}
    assert leader.post(f"{address}refuse_file/", status=422)["error"]["fields"].keys() == {"opinion"}
    unknown = leader.post(f"{address}refuse_file/", {"opinion": "x", "colour": 1}, status=422)
    assert unknown["error"]["fields"].keys() == {"colour"}
    foreign = leader.post(f"{address}file/", {"condition": "none"}, status=422)["error"]["fields"]
    assert "filing-conditions" in foreign["condition"][0]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"by": 1}, "by"), ({"at": "2020-01-01"}, "at"), ({"version": "1"}, "version"), ({"version": True}, "version"),
        ({"opinion": ["x"]}, "opinion"), ({"opinion": "a\x00b"}, "opinion"), ({"evidence": ["x"]}, "evidence"),
        ({"key": 1}, "key"), ({"model": 1}, "model"), ({"name": "close"}, "name"),
    ],
)  # fmt: skip
def test_a_body_cannot_say_who_when_or_nonsense(people, walk, body, field):
    error = Caller(people["acceptor"]).post(f"cases/{walk.case.number}/actions/accept/", body, status=422)["error"]
    assert error["fields"].keys() == {field}


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "x" * 4001, 7, ["x"], {"x": 1}])
def test_text_that_cannot_be_kept_is_refused(people, walk, text):
    error = Caller(people["acceptor"]).post(f"cases/{walk.case.number}/actions/comment/", {"text": text}, status=422)
    assert error["error"]["fields"].keys() == {"text"}


@pytest.mark.parametrize("hours", ["1e999999", "NaN", "x", True, 0, 721, 10**12])
def test_numbers_out_of_all_measure_are_refused(people, walk, hours):
    body = {"order": "快办", "hours": hours}
    error = Caller(people["manager"]).post(f"cases/{walk.case.number}/actions/supervise/", body, status=422)["error"]
    assert error["fields"].keys() == {"hours"}


def test_a_body_that_is_no_object_answers_400(people, walk):
    assert Caller(people["acceptor"]).post(f"cases/{walk.case.number}/actions/accept/", [1], status=400)


@pytest.mark.parametrize("name", ["fly", "verify_result", "report", "receive"])
def test_a_move_that_there_is_not_is_not_found_or_not_made_by_hand(people, walk, name):
    client = Caller(people["acceptor"]).client
    answer = client.post(f"{ROOT}cases/{walk.case.number}/actions/{name}/", {}, format="json")
    assert answer.status_code in (403, 404)
    assert Case.objects.get(pk=walk.case.pk).version == 1


def test_a_move_takes_evidence_besides_its_own_inputs(people, walk):
    piece = photo(people["acceptor"])
    fresh = Caller(people["acceptor"]).post(
        f"cases/{walk.case.number}/actions/urge/", {"evidence": [str(piece.pk)], "opinion": "请尽快"}
    )
    (shown,) = [one for one in fresh["evidence"] if one["id"] == str(piece.pk)]
    assert (shown["purpose"], shown["move"]) == ("evidence", "case.urge")
    events = Caller(people["acceptor"]).get(f"cases/{walk.case.number}/timeline/")["results"]
    assert events[-1]["opinion"] == "请尽快"


def test_a_repeated_move_with_its_key_answers_the_first_time_again(people, walk):
    caller, address = Caller(people["acceptor"]), f"cases/{walk.case.number}/actions/urge/"
    first = caller.post(address, {}, key="one")
    assert caller.post(address, {}, key="one") == first
    assert Case.objects.get(pk=walk.case.pk).urge_count == 1


def test_somebody_who_loses_sight_of_a_task_by_the_move_is_told_what_it_became(people, walk):
    walk.to("verifying")
    task = walk.case.field_tasks.get()
    done = Caller(people["gw2"]).post(
        f"field-tasks/{task.pk}/actions/hand_over/", {"worker": "gw", "opinion": "我在别处"}
    )
    assert done["state"] == "assigned"
