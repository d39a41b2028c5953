"""Answers look as the API describes them: nothing undescribed, nothing missing, every type right."""

from __future__ import annotations

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from openapi_schema_validator import OAS31Validator

from cases.casework.states import State
from citygrid.accounts.roles import Role
from tests import cast
from tests.cases.api_drive import Caller
from tests.cases.walk import Walk, catalogue

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def shapes() -> dict[str, Any]:
    """The description, each object closed to what it does not name."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    for component in schema["components"]["schemas"].values():
        if component.get("properties"):
            component["additionalProperties"] = False
    return schema


@pytest.fixture
def people(people, city):
    people["gw2"] = cast.person("gw2", Role.GRID_WORKER, area=city[cast.GRIDS[0]])
    return people


def faults(shapes, name, answer) -> list[str]:
    schema = {"$ref": f"#/components/schemas/{name}", "components": shapes["components"]}
    found = OAS31Validator(schema, format_checker=OAS31Validator.FORMAT_CHECKER).iter_errors(answer)
    return [f"{'/'.join(map(str, one.path))}: {one.message}" for one in found]


STATES = [state for state in State if state != State.CALLBACK]


@pytest.mark.parametrize("state", STATES)
def test_a_case_in_every_state_looks_as_described(shapes, people, city, state):
    case = Walk(people, catalogue()).to(state)
    for who in ("acceptor", "leader", "dispatcher", "clerk", "handler", "manager", "gw"):
        caller = Caller(people[who])
        if caller.client.get(f"/api/v1/cases/{case.number}/").status_code == 404:  # not the department's yet
            continue
        detail = caller.get(f"cases/{case.number}/")
        assert faults(shapes, "Case", detail) == []
        (row,) = [one for one in caller.get("cases/")["results"] if one["number"] == case.number]
        assert faults(shapes, "CaseRow", row) == []
        assert row == {key: detail[key] for key in row}
        for event in caller.get(f"cases/{case.number}/timeline/")["results"]:
            assert faults(shapes, "Event", event) == []
        for clock in detail["clocks"]:
            told = caller.get(f"cases/{case.number}/clocks/{clock['id']}/explain/")
            assert faults(shapes, "Explanation", told) == []


def test_tasks_and_requests_look_as_described(shapes, people, city):
    walk = Walk(people, catalogue())
    walk.to("checking")
    (task,) = Caller(people["acceptor"]).get("field-tasks/")["results"]
    assert faults(shapes, "Task", task) == []
    assert faults(shapes, "TaskDetail", Caller(people["acceptor"]).get(f"field-tasks/{task['id']}/")) == []
    other = Walk(people, walk.condition)
    other.to("dispatched")
    asked = other.request("return", "clerk")
    (row,) = Caller(people["clerk"]).get("approvals/")["results"]
    assert faults(shapes, "Request", row) == []
    assert faults(shapes, "RequestDetail", Caller(people["clerk"]).get(f"approvals/{asked.pk}/")) == []


def test_lists_to_choose_from_look_as_described(shapes, people, city):
    walk = Walk(people, catalogue())
    walk.to("handling")
    for who, address, name in (("clerk", "handlers/", "Colleague"), ("acceptor", "grid-workers/", "Colleague"),
                               ("leader", "filing-conditions/", "Condition")):  # fmt: skip
        rows = Caller(people[who]).get(address)["results"]
        assert rows
        assert [fault for row in rows for fault in faults(shapes, name, row)] == []


def test_a_wrong_answer_is_found(shapes):
    assert faults(shapes, "ChoiceRef", {"code": "far", "label": "far"}) == []
    assert faults(shapes, "ChoiceRef", {"code": 1, "label": "far"})
    assert faults(shapes, "ChoiceRef", {"code": "far", "label": "far", "more": 1})
