"""One case through everything, by programs that know nothing but what the API tells them."""

from __future__ import annotations

from typing import Any

import pytest

from citygrid.accounts.roles import Role
from tests import cast
from tests.cases.api_drive import Blind
from tests.cases.walk import catalogue, photo

pytestmark = pytest.mark.django_db


class Programs:
    """Everybody's program; each makes its moves by reading ``actions`` alone."""

    def __init__(self, people: dict[str, Any]) -> None:
        self.people = people

    def as_(self, who: str, **preferred: Any) -> Blind:
        """Return somebody's program, with what it would rather send than the first choice."""
        return Blind(self.people[who], **preferred)

    def move(self, number: str, who: str, name: str, **preferred: Any) -> Any:
        """Move a case."""
        return self.as_(who, **preferred).move(f"cases/{number}/", name)

    def ask(self, number: str, who: str, kind: str, **fields: Any) -> str:
        """Ask for something; return the request's address."""
        sent = {"case": number, "kind": kind, "reason": "详见说明", **fields}
        return f"approvals/{self.as_(who).post('approvals/', sent, status=201)['id']}/"

    def report(self, condition: Any) -> str:
        """Report a case."""
        body = {
            "category": condition.category.code, "description": "垃圾", "lon": 120.205, "lat": 27.335,
            "source": "grid_worker", "photos": [str(photo(self.people["gw"]).pk)],
        }  # fmt: skip
        return str(self.as_("gw").post("cases/", body, status=201)["number"])

    def answer(self, who: str, verdict: str) -> None:
        """Do the one field task that waits."""
        program = self.as_(who, verdict=verdict, note="见照片")
        (task,) = program.get("field-tasks/", mine=1)["results"]
        assert program.move(f"field-tasks/{task['id']}/", "complete")["verdict"] == verdict

    def work(self, number: str) -> None:
        """Handle the case and bring it as far as the check."""
        after = str(photo(self.people["handler"]).pk)
        self.move(number, "handler", "submit", after_photos=after)
        self.move(number, "clerk", "confirm")
        self.move(number, "dispatcher", "pass_feedback")
        self.move(number, "acceptor", "send_check", worker="gw2")


@pytest.fixture
def programs(people, city, departments) -> Programs:
    """The cast, and a second grid worker in the same grid, and a clerk where the case goes astray."""
    people["gw2"] = cast.person("gw2", Role.GRID_WORKER, area=city[cast.GRIDS[0]])
    people["zj"] = cast.person("zj", Role.DEPT_CLERK, department=departments["ZJJ"])
    return Programs(people)


def test_verified_merged_into_returned_extended_suspended_done_again_and_closed(programs):
    condition = catalogue()
    number, twin = programs.report(condition), programs.report(condition)
    programs.move(number, "acceptor", "send_verify", worker="gw2")
    programs.answer("gw2", "true")
    programs.move(number, "acceptor", "accept")

    assert programs.move(twin, "acceptor", "merge", target=number)["merged_into"] == number
    assert programs.move(twin, "leader", "unmerge", opinion="先分开核对")["state"] == "reported"
    assert programs.move(twin, "acceptor", "merge", target=number)["state"] == "merged"

    programs.move(number, "leader", "file", condition=condition.code)
    programs.move(number, "dispatcher", "dispatch", department="ZJJ")
    programs.move(number, "dispatcher", "redispatch", department="CGJ", opinion="应由城管局处理")
    asked = programs.ask(number, "clerk", "return", legal_basis="三定方案")
    assert programs.as_("dispatcher").move(asked, "approve")["state"] == "approved"
    back = programs.as_("dispatcher").get(f"cases/{number}/")
    assert (back["state"], back["counts"]["returns"]) == ("filed", 1)
    programs.move(number, "dispatcher", "dispatch", department="CGJ", opinion="属本单位职责")
    programs.move(number, "clerk", "sign")
    programs.move(number, "clerk", "assign_handler", handler="handler")

    due = programs.as_("clerk").get(f"cases/{number}/")["due_at"]
    asked = programs.ask(number, "handler", "extension")
    programs.as_("clerk").move(asked, "approve")
    programs.as_("dispatcher").move(asked, "approve")
    assert programs.as_("clerk").get(f"cases/{number}/")["due_at"] > due

    asked = programs.ask(number, "clerk", "suspension", until="2030-01-01T10:00:00+08:00")
    programs.as_("dispatcher").move(asked, "approve")
    held = programs.as_("clerk").get(f"cases/{number}/")
    assert held["state"] == "suspended"
    assert [one["paused"] for one in held["clocks"] if one["kind"] == "handle"][-1:] == [True]
    assert programs.move(number, "clerk", "resume", opinion="材料已到")["state"] == "handling"

    programs.work(number)
    programs.answer("gw2", "fail")
    assert programs.move(number, "acceptor", "rework", opinion="还有垃圾")["state"] == "handling"
    programs.work(number)
    programs.answer("gw2", "pass")
    closed = programs.move(number, "leader", "close")
    assert (closed["state"], closed["counts"]["reworks"], closed["whose_turn"]) == ("closed", 1, [])
    assert programs.as_("leader").get(f"cases/{twin}/")["state"] == "merged"

    told = [one["kind"] for one in programs.as_("leader").get(f"cases/{number}/timeline/", page_size=200)["results"]]
    for kind, times in {"absorb": 2, "release": 1, "submit": 2, "check_result": 2, "rework": 1, "close": 1}.items():
        assert told.count(f"case.{kind}") == times, kind
