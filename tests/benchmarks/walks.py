"""Cases that were really walked through the door, of every kind that a city has; they are what is copied."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from cases.casework.models import Case
from tests.benchmarks.scale import City
from tests.cases.walk import AT, Walk, photo

# How many of a thousand cases are of a kind. Six of seven are at an end, as in a city after its first year.
SHARES: dict[str, int] = {
    "closed": 560, "closed_after_rework": 70, "closed_after_return": 40, "closed_after_extension": 60,
    "declined": 50, "not_filed": 30, "merged": 20, "cancelled": 10,
    "reported": 40, "accepted": 20, "filed": 15, "dispatched": 15, "handling": 30, "suspended": 5,
    "submitted": 10, "fed_back": 5, "pending_check": 3, "pending_close": 5,
    "verifying": 10, "checking": 2,  # last: their field tasks stay open, and the next would go to somebody else
}  # fmt: skip
HOURS = (0, 27, 54)  # after Monday morning: each kind is walked at each of these


def walked(city: City) -> dict[str, list[list[Case]]]:
    """Walk every kind a few times; return the cases by kind, those that belong together in one list."""
    found: dict[str, list[list[Case]]] = {}
    for kind in SHARES:
        for hours in HOURS:
            walk = Walk(city.people, city.conditions[0], at=AT + timedelta(hours=hours))
            _WAYS.get(kind, lambda walk, kind=kind: walk.to(kind))(walk)
            case = Case.objects.get(pk=walk.case.pk)
            found.setdefault(kind, []).append([case, case.merged_into] if case.merged_into else [case])
    return found


def _rework(walk: Walk) -> None:
    walk.to("fed_back")
    walk.do("rework", "dispatcher", opinion="没有清干净")
    _submitted(walk)
    _from_fed_back(walk)


def _return(walk: Walk) -> None:
    walk.to("dispatched")
    walk.decide(walk.request("return", "clerk"), "dispatcher")
    walk.do("dispatch", "dispatcher", department="CGJ", opinion="仍由你局办理")
    walk.do("sign", "clerk")
    _submitted(walk)
    _from_fed_back(walk)


def _extension(walk: Walk) -> None:
    walk.to("handling")
    walk.decide(walk.request("extension", "clerk"), "dispatcher")
    _submitted(walk)
    _from_fed_back(walk)


def _submitted(walk: Walk) -> None:
    if walk.case.handler_id is None:
        walk.do("assign_handler", "clerk", handler="handler")
    walk.do("submit", "handler", outcome="solved", result="已清运", after_photos=[_photo(walk)])
    walk.do("confirm", "clerk")


def _from_fed_back(walk: Walk) -> None:
    walk.do("pass_feedback", "dispatcher")
    walk.do("send_check", "acceptor")
    walk.report_back("pass", walk.case.field_tasks.waiting().get().assignee.username)
    walk.do("close", "leader")


def _photo(walk: Walk) -> Any:
    return photo(walk.people["handler"], walk.at)


_WAYS: dict[str, Callable[[Walk], Any]] = {
    "closed_after_rework": _rework, "closed_after_return": _return, "closed_after_extension": _extension,
}  # fmt: skip
