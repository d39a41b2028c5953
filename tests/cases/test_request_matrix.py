"""State × move × role of requests and field tasks: every cell against grids written by hand (see grids.py).

A request has one state until it is decided, so a line of its grid names what is asked, about what, and at which step.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cases.approvals.kinds import KINDS
from cases.approvals.models import Approval
from cases.approvals.states import RequestKind, RequestState
from cases.approvals.table import APPROVAL
from cases.fieldwork.models import FieldTask
from cases.fieldwork.services import send_on_patrol
from cases.fieldwork.states import TaskKind, TaskState
from cases.fieldwork.table import TASK
from cases.workflow.engine import advance, advance_by_system
from citygrid.accounts.roles import Role
from gridmap.areas.models import Area
from tests import cast
from tests.cases.grids import assert_as_written, named
from tests.cases.ticket_walk import TicketWalk, hotline
from tests.cases.walk import MINUTE, Walk, catalogue, photo

pytestmark = pytest.mark.django_db

PEOPLE = ["gw", "gw2", "acceptor", "leader", "dispatcher", "clerk", "colleague", "handler", "operator", "callback",
          "hotlinelead", "street", "streetlead", "platform", "manager", "auditor", "sysadmin", "secadmin",
          "stranger_gw", "stranger_street"]  # fmt: skip

REQUESTS = """
case-return-1: clerk withdraw
case-return-1: colleague (withdraw)
case-return-1: dispatcher approve refuse (withdraw)
case-extension-1: handler withdraw
case-extension-1: clerk+colleague approve refuse (withdraw)
case-extension-1: dispatcher (withdraw)
case-extension-2: handler withdraw
case-extension-2: clerk+colleague (withdraw)
case-extension-2: dispatcher approve refuse (withdraw)
case-suspension-1: clerk withdraw
case-suspension-1: colleague+handler (withdraw)
case-suspension-1: dispatcher approve refuse (withdraw)
case-cancellation-1: dispatcher withdraw
case-cancellation-1: leader approve refuse
case-cancellation-1: clerk+colleague+handler (withdraw)
case-appeal-1: clerk withdraw
case-appeal-1: colleague (withdraw)
case-appeal-1: dispatcher approve refuse (withdraw)
case-appeal-2: clerk withdraw
case-appeal-2: colleague+dispatcher (withdraw)
case-appeal-2: acceptor approve refuse
ticket-return-1: street withdraw
ticket-return-1: streetlead (withdraw)
ticket-return-1: hotlinelead approve refuse
ticket-exclusion-1: street withdraw
ticket-exclusion-1: streetlead (withdraw)
ticket-exclusion-1: hotlinelead approve refuse
ticket-exclusion-2: street withdraw
ticket-exclusion-2: streetlead (withdraw)
ticket-exclusion-2: manager approve refuse
"""
TASKS = """
assigned: gw accept hand_over complete
accepted: gw hand_over complete
"""


@pytest.fixture(autouse=True)
def ready(people, city, departments):
    people["gw2"] = cast.person("gw2", Role.GRID_WORKER, area=city[cast.GRIDS[0]])
    people["colleague"] = cast.person("colleague", Role.DEPT_CLERK, department=departments["CGJ"])


def overdue(walk: Walk) -> None:
    """Close the case long after its time limit."""
    walk.to("handling")
    walk.at += timedelta(days=5)
    after = [photo(walk.people["handler"], walk.at)]
    walk.do("submit", "handler", outcome="solved", result="已清运", after_photos=after)
    for name, who in (("confirm", "clerk"), ("pass_feedback", "dispatcher"), ("send_check", "acceptor")):
        walk.do(name, who)
    walk.report_back("pass")
    walk.do("close", "leader")


def of_case(kind: str, who: str, go: Callable[[Walk], Any], *deciders: str) -> Callable[..., tuple[Approval, Any]]:
    """Return how a request about a case is made and brought to its step."""

    def make(people: dict[str, Any], city: dict[str, Any]) -> tuple[Approval, Any]:
        walk = Walk(people, catalogue())
        go(walk)
        until = walk.at + timedelta(days=3) if kind == "suspension" else None
        asked = walk.request(kind, who, until=until)
        for decider in deciders:
            asked = walk.decide(asked, decider)
        return asked, walk.at

    return make


def of_ticket(kind: str, who: str, *deciders: str) -> Callable[..., tuple[Approval, Any]]:
    """Return how a request about a ticket is made and brought to its step."""

    def make(people: dict[str, Any], city: dict[str, Any]) -> tuple[Approval, Any]:
        hotline(people, city)
        walk = TicketWalk(people)
        walk.to("handling")
        given: dict[str, Any] = {"evidence": [photo(people[who], walk.at)]} if kind == "exclusion" else {}
        asked = walk.ask(kind, who, **given)
        for decider in deciders:
            asked = walk.decide(asked, decider)
        return asked, walk.at

    return make


def handling(walk: Walk) -> None:
    walk.to("handling")


MAKE: dict[str, Callable[..., tuple[Approval, Any]]] = {
    "case-return-1": of_case("return", "clerk", lambda walk: walk.to("dispatched")),
    "case-extension-1": of_case("extension", "handler", handling),
    "case-extension-2": of_case("extension", "handler", handling, "clerk"),
    "case-suspension-1": of_case("suspension", "clerk", handling),
    "case-cancellation-1": of_case("cancellation", "dispatcher", handling),
    "case-appeal-1": of_case("appeal", "clerk", overdue),
    "case-appeal-2": of_case("appeal", "clerk", overdue, "dispatcher"),
    "ticket-return-1": of_ticket("return", "street"),
    "ticket-exclusion-1": of_ticket("exclusion", "street"),
    "ticket-exclusion-2": of_ticket("exclusion", "street", "hotlinelead"),
}


@pytest.mark.parametrize("head", MAKE)
def test_every_cell_of_the_open_request_is_as_written(people, city, head):
    asked, at = MAKE[head](people, city)
    assert asked.state == "requested"
    assert_as_written(REQUESTS, APPROVAL, asked, people, PEOPLE, at, head)


ENDS = {"approved": ("approve", "dispatcher"), "refused": ("refuse", "dispatcher"), "withdrawn": ("withdraw", "clerk"),
        "expired": ("expire", "")}  # fmt: skip


@pytest.mark.parametrize("state", ENDS)
def test_nobody_can_do_anything_with_a_decided_request(people, city, state):
    asked, at = MAKE["case-suspension-1"](people, city)
    name, who = ENDS[state]
    at += MINUTE
    if who:
        asked = advance(asked, name, by=people[who], at=at, opinion="意见")
    else:
        asked = advance_by_system(asked, name, at=at)
    assert asked.state == state
    assert_as_written(REQUESTS, APPROVAL, asked, people, PEOPLE, at)


@pytest.mark.parametrize("kind", TaskKind.values)
@pytest.mark.parametrize("state", TaskState.values)
def test_every_cell_of_the_task_is_as_written(people, kind, state):
    walk = Walk(people, catalogue())
    if kind == "patrol":
        area = Area.objects.get(code=cast.GRIDS[0])
        task = send_on_patrol(area=area, worker=people["gw"], by=people["acceptor"], at=walk.at)
    else:
        if kind == "verify":
            walk.do("send_verify", "acceptor", worker="gw2")
        else:
            walk.to("checking")
        task = FieldTask.objects.get(case=walk.case)
    at = walk.at
    if kind == "verify":  # the other kinds are the grid worker's from the start
        task = advance(task, "hand_over", by=people["gw2"], at=at, worker="gw", opinion="换班")
    if state == "accepted":
        task = advance(task, "accept", by=people["gw"], at=at)
    elif state == "done":
        verdict = {"verify": "true", "check": "pass", "patrol": "finished"}[kind]
        given: dict[str, Any] = {"photos": [photo(people["gw"], at)]} if kind != "patrol" else {}
        task = advance(task, "complete", by=people["gw"], at=at, verdict=verdict, position="120.205,27.335", **given)
    elif state in ("expired", "cancelled"):
        task = advance_by_system(task, {"expired": "expire", "cancelled": "cancel"}[state], at=at)
    assert task.state == state
    assert_as_written(TASKS, TASK, task, people, PEOPLE, at)


def test_the_grids_name_every_kind_of_request_and_no_unknown_state_or_person():
    heads, who, _moves = named(REQUESTS)
    assert heads == set(MAKE)
    assert who <= set(PEOPLE)
    kinds = {(about, RequestKind(kind)) for about, kind, _step in (head.split("-") for head in heads)}
    assert kinds == set(KINDS)
    assert {*ENDS, "requested"} == set(RequestState.values)
    states, who, _moves = named(TASKS)
    assert states == set(TaskState.values) - TASK.terminal
    assert who <= set(PEOPLE)
