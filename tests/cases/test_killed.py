"""The server is killed in the middle of a move: all of the move is kept or nothing, and a repeat has one effect."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from cases.casework.models import Case, Round
from cases.deadlines.models import Clock
from cases.evidence.models import Evidence
from cases.fieldwork.models import FieldTask
from cases.journal.models import Event
from citygrid.accounts.roles import Role
from citygrid.common import clock
from gridmap.departments.services import change_department
from tests import cast
from tests.cases.books import assert_books_are_right
from tests.cases.killing import Person, Servers, everything, strike, until_the_database_noticed
from tests.cases.walk import Walk, catalogue, photo

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def programs(people: dict[str, Any], city: dict[str, Any], servers: Servers) -> dict[str, Person]:
    cast.person("gw2", Role.GRID_WORKER, area=city[cast.GRIDS[0]])
    who = ("gw", "acceptor", "leader", "dispatcher", "clerk", "handler")
    return {name: Person(people[name], servers.port) for name in who}


TABLES = (Case, Clock, Evidence, FieldTask, Event, Round)  # all that a move on a case may change
HELD = [
    ("merge", "accepted", "acceptor", "move:case.merge"),  # the other case's half is written
    ("merge", "accepted", "acceptor", "event:case.absorb"),
    ("send_verify", "reported", "acceptor", "event:field_task.assign"),
    ("submit", "handling", "handler", "move:case.submit"),  # with its photo
    ("submit", "handling", "handler", "answer"),
    ("confirm", "submitted", "clerk", "event:case.confirm"),  # the trusted department's second move is to come
    ("confirm", "submitted", "clerk", "event:case.pass_by_trust"),
]


def test_killed_while_a_move_is_written_nothing_of_it_is_kept(people, departments, servers, programs):
    condition = catalogue()
    change_department(department=departments["CGJ"], trusted=True, at=clock.now())
    for name, state, who, moment in HELD:
        walk, other = Walk(people, condition), Walk(people, condition)
        case = walk.to(state)
        given: dict[str, Any] = {"target": other.case.number} if name == "merge" else {}
        if name == "submit":
            given = {"outcome": "solved", "result": "已清运", "after_photos": [str(photo(people[who]).pk)]}
        path = f"cases/{case.number}/actions/{name}/"
        answer = strike(servers, programs[who], path, given, moment, tables=TABLES)
        assert answer["version"] == case.version + (2 if name == "confirm" else 1)
        assert_books_are_right([case, other.case])


def test_killed_at_any_moment_a_case_still_goes_all_the_way(people, departments, servers, programs):
    condition, chance = catalogue(), random.Random(11)
    change_department(department=departments["CGJ"], trusted=True, at=clock.now())
    case = Walk(people, condition).case
    way: list[tuple[str, str, dict[str, Any]]] = [
        ("acceptor", "accept", {}), ("leader", "file", {"condition": condition.code}),
        ("dispatcher", "dispatch", {"department": "CGJ"}), ("clerk", "sign", {}),
        ("clerk", "assign_handler", {"handler": "handler"}),
        ("handler", "submit", {"outcome": "solved", "result": "已清运",
                               "after_photos": [str(photo(people["handler"]).pk)]}),
        ("clerk", "confirm", {}), ("acceptor", "send_check", {}), ("gw", "complete", {}), ("leader", "close", {}),
    ]  # fmt: skip
    lasted = 0.2
    servers.start()
    for who, name, given in way:
        path = f"cases/{case.number}/actions/{name}/"
        if name == "complete":
            path = f"field-tasks/{FieldTask.objects.get(case=case).pk}/actions/complete/"
            given = {"verdict": "pass", "position": {"lon": 120.205, "lat": 27.335},
                     "photos": [str(photo(people["gw"]).pk)]}  # fmt: skip
        before, version = everything(TABLES), Case.objects.get(pk=case.pk).version
        request = programs[who].lost(path, given, name)
        time.sleep(lasted * chance.uniform(0.1, 1.2))
        servers.kill()
        until_the_database_noticed()
        servers.start()  # who was killed before it took the request left it to this one
        request.join()
        whole = everything(TABLES) != before
        assert_books_are_right([case])
        began = time.monotonic()
        status, answer, repeated = programs[who].repeat(path, given, name)
        assert (status, repeated) == (200, whole), f"{name}: {answer}"
        lasted = (lasted + min(time.monotonic() - began, 0.5)) / 2
        assert Case.objects.get(pk=case.pk).version == version + (2 if name == "confirm" else 1), "one effect"
        assert_books_are_right([case])
    assert Case.objects.get(pk=case.pk).state == "closed"
