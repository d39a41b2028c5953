"""Cases over the API: reported once, found by every filter, seen by those whose they are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.casework.models import Case
from cases.deadlines.models import Clock
from citygrid.accounts.roles import Role
from citygrid.common import clock
from tests import cast
from tests.cases.api_drive import ROOT, Caller
from tests.cases.walk import Walk, catalogue, photo

pytestmark = pytest.mark.django_db


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


def body(people, condition, **more):
    return {
        "category": condition.category.code, "description": "垃圾", "lon": 120.205, "lat": 27.335,
        "source": "grid_worker", "photos": [str(photo(people["gw"]).pk)], **more,
    }  # fmt: skip


# --- reporting --------------------------------------------------------------------------------------------------------
def test_a_report_answers_the_case_as_its_detail_shows_it(people, condition):
    gw = Caller(people["gw"])
    case = gw.post("cases/", body(people, condition, accuracy=12.4, address="石亭路1号"), status=201)
    assert case["number"].startswith("FD")
    assert (case["state"], case["accuracy"], case["address"], case["version"]) == ("reported", 12, "石亭路1号", 1)
    assert [area["level"] for area in case["area_path"]][-3:] == ["street", "community", "grid"]
    assert [clock["kind"] for clock in case["clocks"]] == ["accept"]
    assert len(case["evidence"]) == 1
    assert case.keys() == gw.get(f"cases/{case['number']}/").keys()


def test_a_report_in_another_coordinate_system_is_turned_into_wgs84(people, condition):
    case = Caller(people["gw"]).post(
        "cases/", body(people, condition, lon=120.209, lat=27.332, crs="gcj02"), status=201
    )
    assert case["lon"] < 120.209
    assert case["area"]["code"] == cast.GRIDS[0]


def test_the_same_request_id_again_answers_the_first_case(people, condition):
    gw, sent = Caller(people["gw"]), body(people, condition, client_request_id="phone-7")
    first = gw.post("cases/", sent, status=201)
    again = gw.post("cases/", sent, status=200)
    assert again["number"] == first["number"]
    assert Case.objects.count() == 1


def test_the_same_request_id_of_another_person_is_another_report(people, condition):
    Caller(people["gw"]).post("cases/", body(people, condition, client_request_id="1"), status=201)
    other = body(people, condition, client_request_id="1", source="street", photos=[])
    Caller(people["street"]).post("cases/", other, status=201)
    assert Case.objects.count() == 2


def test_a_repeated_report_with_its_key_answers_the_first_time_again(people, condition):
    gw, sent = Caller(people["gw"]), body(people, condition)
    first = gw.post("cases/", sent, status=201, key="k")
    assert gw.post("cases/", sent, status=201, key="k") == first
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"category": "none"}, "category"), ({"description": " "}, "description"),
        ({"description": None}, "description"),
        ({"lon": "x"}, "lon"), ({"crs": "mars"}, "crs"), ({"source": "sensor"}, "source"),
        ({"source": "fly"}, "source"),
        ({"photos": []}, "photos"), ({"photos": ["x"]}, "photos"), ({"accuracy": -1}, "accuracy"),
        ({"photos": ["00000000-0000-0000-0000-000000000000"]}, "photos"), ({"description": "a\x00b"}, "description"),
        ({"client_request_id": "x" * 65}, "client_request_id"), ({"address": "x" * 201}, "address"),
        ({"source": "superior", "photos": []}, "source"), ({"description": "\ud800"}, "description"),
        ({"address": "\ud800"}, "address"), ({"client_request_id": "\ud800"}, "client_request_id"),
    ],
)  # fmt: skip
def test_what_cannot_be_reported_is_explained_by_field(people, condition, change, field):
    error = Caller(people["gw"]).post("cases/", body(people, condition) | change, status=422)["error"]
    assert error["fields"].keys() == {field}
    assert not Case.objects.exists()


def test_a_place_outside_the_city_is_refused_with_its_code(people, condition):
    error = Caller(people["gw"]).post("cases/", body(people, condition, lon=100.0, lat=30.0), status=422)["error"]
    assert error["code"] == "outside_city"


def test_a_report_from_somewhere_else_is_not_allowed(people, condition):
    sent = body(people, condition, photos=[str(photo(people["stranger_gw"]).pk)])
    Caller(people["stranger_gw"]).post("cases/", sent, status=403)
    Caller(people["leader"]).post("cases/", sent | {"source": "superior"}, status=403)
    assert not Case.objects.exists()


def test_photos_of_somebody_else_cannot_be_used(people, condition):
    sent = body(people, condition, photos=[str(photo(people["street"]).pk)])
    assert Caller(people["gw"]).post("cases/", sent, status=422)["error"]["fields"].keys() == {"photos"}


# --- finding ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def three(people, condition):
    """A reported, a handled and a closed case, in this order of reporting."""
    found = []
    for number, state in enumerate(("reported", "handling", "closed")):
        walk = Walk(people, condition, at=cast.START.replace(month=3, day=2 + number, hour=1))
        walk.to(state)
        found.append(walk.case.number)
    return found


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [2, 1, 0]),
        ({"ordering": "reported_at"}, [0, 1, 2]),
        ({"state": "handling"}, [1]),
        ({"state": ["handling", "closed"]}, [2, 1]),
        ({"area": cast.CITY}, [2, 1, 0]),
        ({"area": cast.GRIDS[0]}, [2, 1, 0]),
        ({"area": cast.GRIDS[1]}, []),
        ({"category": "CJ214-E0102"}, [2, 1, 0]),
        ({"department": "CGJ"}, [2, 1]),
        ({"department": "ZJJ"}, []),
        ({"lamp": "red"}, [1, 0]),
        ({"lamp": "green"}, []),
        ({"source": "grid_worker"}, [2, 1, 0]),
        ({"source": "hotline"}, []),
        ({"q": "垃"}, [2, 1, 0]),
        ({"q": "fd20260303"}, [1]),
        ({"q": "nothing"}, []),
        ({"reported_after": "2026-03-03T00:00:00+08:00"}, [2, 1]),
        ({"reported_before": "2026-03-03T00:00:00+08:00"}, [0]),
        ({"bbox": "120.20,27.33,120.21,27.34"}, [2, 1, 0]),
        ({"bbox": "120.21,27.33,120.22,27.34"}, []),
        ({"mine": "0"}, [2, 1, 0]),
        ({"mine": "1"}, [0]),
    ],
)
def test_a_list_keeps_what_the_filter_names(people, three, query, expected):
    assert Caller(people["acceptor"]).numbers(**query) == [three[number] for number in expected]


@pytest.mark.parametrize(
    ("query", "allowed"),
    [
        ("state=flying", "reported"), ("lamp=blue", "yellow"), ("source=sky", "hotline"), ("mine=2", "0, 1"),
        ("area=nowhere", "/api/v1/areas/"), ("category=none", "/api/v1/categories/"),
        ("department=none", "/api/v1/departments/"), ("bbox=1,2,3", "west,south,east,north"),
        ("bbox=9,9,1,1", "west,south,east,north"), ("reported_after=monday", "date/time"),
        ("ordering=colour", "reported_at"), ("cursor=x", "cursor"), ("page_size=0", "200"),
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_understood_answers_400_and_names_what_can(people, query, allowed):
    answer = Caller(people["acceptor"]).client.get(f"{ROOT}cases/?{query}")
    assert answer.status_code == 400
    assert allowed in str(answer.json()["error"])


def test_pages_follow_each_other_in_every_ordering(people, three):
    caller = Caller(people["leader"])
    for ordering in ("reported_at", "-reported_at", "number", "-number", "due_at", "-due_at"):
        whole = caller.numbers(ordering=ordering)
        found, answer = [], caller.get("cases/", ordering=ordering, page_size=1, count=1)
        assert answer["count"] == 3
        while True:
            found += [row["number"] for row in answer["results"]]
            if answer["next"] is None:
                break
            answer = caller.client.get(answer["next"]).json()
        assert found == whole, ordering
        assert len(set(found)) == 3
        back = caller.client.get(answer["previous"]).json()
        assert [row["number"] for row in back["results"]] == whole[-2:-1]


def test_the_most_urgent_stands_first_and_what_has_no_clock_last(people, three):
    assert Caller(people["leader"]).numbers(ordering="due_at") == [three[0], three[1], three[2]]


def test_lamps_follow_the_worst_running_clock(people, walk):
    caller, now = Caller(people["acceptor"]), clock.now()
    running = Clock.objects.of(walk.case)
    for lamp, warn, due in (("green", 5, 9), ("yellow", -5, 9), ("red", -9, -5)):
        running.update(warn_at=now + timedelta(hours=warn), due_at=now + timedelta(hours=due))
        (row,) = caller.get("cases/", lamp=lamp)["results"]
        assert row["lamp"] == caller.get(f"cases/{row['number']}/")["lamp"] == lamp
        others = {"green", "yellow", "red"} - {lamp}
        assert all(caller.numbers(lamp=other) == [] for other in others)


# --- whose it is ------------------------------------------------------------------------------------------------------
WAITS = {
    "reported": {"acceptor"}, "verifying": {"gw2"}, "accepted": {"leader"}, "filed": {"dispatcher"},
    "dispatched": {"clerk"}, "handling": {"handler"}, "suspended": set(), "submitted": {"clerk"},
    "fed_back": {"dispatcher"}, "pending_check": {"acceptor"}, "checking": {"gw", "gw2"}, "pending_close": {"leader"},
    "closed": set(), "declined": set(), "not_filed": set(), "cancelled": set(),
}  # fmt: skip


@pytest.mark.parametrize("state", WAITS)
def test_a_case_waits_for_those_whose_move_is_next(people, condition, state):
    case = Walk(people, condition).to(state)
    waiting = {name for name, user in people.items() if case.number in _mine(user)}
    if state == "checking":  # one of the two who may be sent
        assert waiting < WAITS[state]
        assert len(waiting) == 1
    else:
        assert waiting == WAITS[state]


def test_a_signed_case_without_a_handler_waits_for_the_clerk(people, walk):
    walk.to("dispatched")
    walk.do("sign", "clerk")
    assert walk.case.number in _mine(people["clerk"])
    assert walk.case.number not in _mine(people["handler"])


def test_a_part_owed_waits_for_the_helping_departments_clerk(people, walk, departments):
    helper = cast.person("zj_clerk", Role.DEPT_CLERK, department=departments["ZJJ"])
    walk.to("filed")
    walk.do("dispatch", "dispatcher", department="CGJ", co_departments=["ZJJ"])
    walk.do("sign", "clerk")
    assert _mine(helper) == [walk.case.number]
    walk.people["helper"] = helper
    walk.do("finish_part", "helper", result="已配合")
    assert _mine(helper) == []


def test_an_order_to_answer_waits_for_the_departments_clerk(people, walk):
    walk.to("handling")
    assert _mine(people["clerk"]) == []
    walk.do("supervise", "manager", order="快办")
    assert _mine(people["clerk"]) == [walk.case.number]


def _mine(user):
    caller = Caller(user)
    answer = caller.client.get(f"{ROOT}cases/", {"mine": 1})
    return [row["number"] for row in answer.json()["results"]] if answer.status_code == 200 else []


def test_list_and_detail_show_the_same_cases_to_everybody(people, three):
    for name, user in people.items():
        caller = Caller(user)
        answer = caller.client.get(f"{ROOT}cases/")
        listed = {row["number"] for row in answer.json().get("results", [])}
        details = {number for number in three if caller.client.get(f"{ROOT}cases/{number}/").status_code == 200}
        assert listed == details, name


# --- explaining -------------------------------------------------------------------------------------------------------
def test_a_deadline_is_explained_in_lines(people, walk):
    walk.to("handling")
    caller = Caller(people["clerk"])
    clocks = caller.get(f"cases/{walk.case.number}/")["clocks"]
    handle = next(one for one in clocks if one["kind"] == "handle")
    answer = caller.get(f"cases/{walk.case.number}/clocks/{handle['id']}/explain/")
    assert answer["clock"]["due_at"] == handle["due_at"]
    assert all(line["text"] for line in answer["lines"])
    assert answer["lines"][-1]["kind"] == "due"
    caller.get(f"cases/{walk.case.number}/clocks/{handle['id'] + 999}/explain/", status=404)


def test_the_timeline_comes_in_pages_and_holds_only_this_case(people, walk, condition):
    walk.to("accepted")
    Walk(people, condition)
    caller = Caller(people["leader"])
    page = caller.get(f"cases/{walk.case.number}/timeline/", page_size=1)
    rest = caller.client.get(page["next"]).json()
    assert [event["kind"] for event in page["results"] + rest["results"]] == ["case.report", "case.accept"]
    assert rest["results"][0]["label"] == "Accept"
    assert rest["results"][0]["state_label"] == "accepted"
    assert rest["next"] is None
