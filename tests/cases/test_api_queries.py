"""What answers cost in queries: a list the same for one row and for many; detail, report and move fixed numbers."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citygrid.accounts.roles import Role
from tests import cast
from tests.cases.api_drive import Caller
from tests.cases.walk import Walk, catalogue, photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(people, city):
    people["gw2"] = cast.person("gw2", Role.GRID_WORKER, area=city[cast.GRIDS[0]])
    return people


@pytest.fixture
def condition(city):
    return catalogue()


def queries(action) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        action()
    return [one["sql"] for one in seen.captured_queries if "SAVEPOINT" not in one["sql"]]


@pytest.mark.parametrize("who", ["acceptor", "gw", "clerk", "handler"])
@pytest.mark.parametrize("query", [{}, {"mine": "1"}, {"lamp": "red"}, {"ordering": "due_at"}])
def test_a_list_costs_the_same_for_one_case_and_for_many(people, condition, who, query):
    caller = Caller(people[who])

    def ask():
        return caller.get("cases/", **query)

    Walk(people, condition).to("handling")
    one = len(queries(ask))
    for _number in range(4):
        Walk(people, condition).to("handling")
    assert len(queries(ask)) == one <= 6


def test_a_detail_costs_the_same_for_a_young_case_and_for_one_with_a_history(people, condition):
    young = Walk(people, condition).case
    walk = Walk(people, condition)
    walk.to("dispatched")
    asked = walk.request("return", "clerk")
    walk.decide(asked, "dispatcher", "refuse", opinion="属于你局")
    walk.do("sign", "clerk")
    walk.do("assign_handler", "clerk", handler="handler")
    leader = Caller(people["leader"])
    few, many = (len(queries(lambda n=n: leader.get(f"cases/{n}/"))) for n in (young.number, walk.case.number))
    assert few <= 12
    assert many <= 13


def test_a_report_costs_at_most_thirty_queries_answer_included(people, condition):
    gw = Caller(people["gw"])
    sent = {
        "category": condition.category.code, "description": "垃圾", "lon": 120.205, "lat": 27.335,
        "source": "grid_worker", "photos": [str(photo(people["gw"]).pk)],
    }  # fmt: skip
    assert len(queries(lambda: gw.post("cases/", sent, status=201))) <= 30


@pytest.mark.parametrize(
    ("state", "who", "name", "given"),
    [
        ("reported", "acceptor", "accept", {}),
        ("accepted", "leader", "file", {"condition": "CJ214-E0102-01"}),
        ("filed", "dispatcher", "dispatch", {"department": "CGJ"}),
        ("submitted", "clerk", "confirm", {}),
        ("pending_close", "leader", "close", {}),
    ],
)
def test_a_move_costs_a_known_number_of_queries_answer_included(people, condition, state, who, name, given):
    case = Walk(people, condition).to(state)
    caller = Caller(people[who])
    cost = queries(lambda: caller.post(f"cases/{case.number}/actions/{name}/", given))
    assert len(cost) <= 42, "\n".join(cost)
