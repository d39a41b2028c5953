"""From a call about construction waste to the scores, by programs that know what the API tells them.

The caller → the street → a whistle to three departments, of which one stays away → the case → the caller again; and the
branch on which the caller is not content. The days pass by the clock of the machine alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from cases.whistles import timely
from citygrid.accounts.roles import Role
from citygrid.common import clock
from tests import cast
from tests.cases.api_drive import Blind
from tests.cases.ticket_walk import NAME, PHONE, hotline
from tests.cases.walk import AT, catalogue, photo
from tests.cases.whistling import add_departments

pytestmark = pytest.mark.django_db
CALLED = {"CGJ": "clerk", "ZJJ": "zj", "HBJ": "hb"}
PLACE = {"lon": 120.205, "lat": 27.335}


class Town:
    """Everybody's program, and the time."""

    def __init__(self, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
        self.people, self.at = people, AT
        monkeypatch.setattr(clock, "now", lambda: self.at)

    def as_(self, who: str, **preferred: Any) -> Blind:
        """Return somebody's program."""
        self.at += timedelta(minutes=1)
        return Blind(self.people[who], **preferred)

    def ticket(self, number: str, who: str, name: str, **given: Any) -> Any:
        """Move a ticket."""
        return self.as_(who, **given).move(f"tickets/{number}/", name)

    def case(self, number: str, who: str, name: str, **given: Any) -> Any:
        """Move a case."""
        return self.as_(who, **given).move(f"cases/{number}/", name)

    def whistle(self, number: str, who: str, name: str, **given: Any) -> Any:
        """Move a whistle."""
        return self.as_(who, **given).move(f"whistles/{number}/", name)

    def task(self, who: str, verdict: str) -> None:
        """Do the one field task that waits."""
        program = self.as_(who, verdict=verdict, note="见照片", photos=self.photo(who))
        (task,) = program.get("field-tasks/", mine=1)["results"]
        program.move(f"field-tasks/{task['id']}/", "complete")

    def photo(self, who: str) -> str:
        """Return a fresh photo of somebody's."""
        return str(photo(self.people[who], self.at).pk)

    def reply(self, number: str, measures: str) -> Any:
        """Reply as the street, to be done by the day after tomorrow."""
        by_then = (self.at + timedelta(days=2)).date().isoformat()
        return self.ticket(
            number, "street", "reply", accepted_at=self.at.isoformat(), spoke_to="诉求人", measures=measures,
            deadline=by_then, outcome="solved", public_text="垃圾已清运", internal_text="责任人已教育",
        )  # fmt: skip

    def call_back(self, number: str, **answers: Any) -> Any:
        """Call the caller back, who is reached."""
        agent = self.as_("callback")
        (waiting,) = agent.get("callbacks/", mine=1)["results"]
        assert waiting["ticket"]["number"] == number
        self.ticket(number, "callback", "open_callback")
        name = "redo" if answers.get("solved") == "no" else "close_callback"
        return self.ticket(number, "callback", name, contacted=True, opinion="来电人说的", **answers)

    def rates(self, family: str, unit: str) -> dict[str, Any]:
        """Return a unit's figures of the month: percent by name, and the score."""
        (row,) = self.as_("manager").get("evaluations/", family=family, period="2026-03", unit=unit)["results"]
        return {"score": row["score"], **{one["name"]: one["percent"] for one in row["figures"]}}

    def none_yet(self, family: str) -> bool:
        """Whether nothing was counted in the month."""
        return self.as_("manager").get("evaluations/", family=family, period="2026-03")["results"] == []


@pytest.fixture
def town(people, city, monkeypatch) -> Town:
    """The cast, the hotline's reference data, three bureaus and a second grid worker."""
    hotline(people, city)
    add_departments(people, city)
    people["gw2"] = cast.person("gw2", Role.GRID_WORKER, area=city[cast.GRIDS[0]])
    return Town(people, monkeypatch)


def log(town: Town) -> str:
    """The call: logged and dispatched to the street within its clock."""
    made = town.as_("operator").post(
        "tickets/",
        {"demand_type": "complaint", "content": "石亭路口堆了建筑垃圾，没人管", "caller_name": NAME,
         "caller_phone": PHONE, "category": "CG-01", **PLACE},
        status=201,
    )  # fmt: skip
    assert made["proposed_unit"]["code"] == "SQ"
    sent = town.ticket(made["number"], "operator", "dispatch", unit="SQ")
    (clock_,) = [one for one in sent["clocks"] if one["kind"] == "dispatch_ticket"]
    assert datetime.fromisoformat(clock_["stopped_at"]) < datetime.fromisoformat(clock_["due_at"])
    number: str = made["number"]
    town.ticket(number, "street", "sign")
    town.ticket(number, "street", "contact", how="phone", reached=True)
    return number


def blow(town: Town, case: str) -> tuple[str, dict[str, Any]]:
    """The street cannot solve it alone; the whistle is issued to three departments."""
    number = town.case(case, "street", "whistle")["whistle"]
    street = town.as_("street")
    for code in CALLED:
        street.post(f"whistles/{number}/actions/name_department/", {"department": code, "asked": f"{code}依职责查处"})
    town.whistle(number, "street", "judge", why_not_alone="街道没有执法权")
    town.whistle(number, "streetlead", "blow", kind="enforcement", lead="CGJ", position=PLACE)
    for name in ("start_review", "approve"):
        town.whistle(number, "platform", name)
    issued = town.whistle(number, "platform", "issue")
    return number, {one["department"]["code"]: f"report-ins/{one['id']}/" for one in issued["report_ins"]}


def test_a_call_becomes_a_ticket_a_case_a_whistle_and_in_the_end_a_score(town):
    condition = catalogue()
    assert town.none_yet("hotline") and town.none_yet("whistle")
    number = log(town)
    case = town.ticket(number, "street", "raise_case", category=condition.category.code)["case"]

    town.case(case, "acceptor", "send_verify", worker="gw2")
    town.task("gw2", "true")
    town.case(case, "acceptor", "accept")
    town.case(case, "leader", "file", condition=condition.code)
    whistle, reports = blow(town, case)
    assert town.as_("leader").get(f"cases/{case}/")["state"] == "handling"

    for code in ("CGJ", "ZJJ"):
        town.as_(CALLED[code]).move(reports[code], "sign")
        here = town.as_(CALLED[code], photos=town.photo(CALLED[code]), position=PLACE).move(reports[code], "arrive")
        assert (here["distance_m"], len(here["evidence"])) == (0.0, 1)
    board = town.as_("street").get(f"whistles/{whistle}/board/")
    assert board["counts"] == {"called": 3, "signed": 2, "arrived": 2, "late": 0, "absent": 0, "settled": 0}
    for code in ("CGJ", "ZJJ"):
        town.as_(CALLED[code]).move(reports[code], "begin")
        town.as_(CALLED[code], outcome="solved", result="已清运").move(reports[code], "submit")
        town.as_("street").move(reports[code], "accept")
    town.at += timedelta(hours=25)
    assert timely.run(town.at) == 1
    assert town.as_("street").get(f"whistles/{whistle}/board/")["counts"]["absent"] == 1

    town.whistle(whistle, "clerk", "submit_joint", outcome="solved", conclusion="渣土已清，责任人受罚")
    for code, on_time in (("CGJ", 30), ("ZJJ", 20)):
        points = {"on_time": on_time, "as_asked": 40, "cooperation": 15, "proof": 15}
        reason = {"reason": "晚到"} if on_time < 30 else {}
        town.as_("street").post(f"whistles/{whistle}/actions/rate/", {"department": code, **points, **reason})
    town.whistle(whistle, "street", "feed_back", feedback="渣土已清运")

    town.case(case, "dispatcher", "pass_feedback")
    town.case(case, "acceptor", "send_check", worker="gw")
    town.task("gw", "pass")
    town.reply(number, "会同三部门清运")
    assert town.case(case, "leader", "close")["state"] == "callback"
    done = town.call_back(number, solved="yes", satisfaction="5")
    assert done["state"] == "closed"
    assert town.as_("leader").get(f"cases/{case}/")["state"] == "closed"

    street = town.rates("hotline", "SQ")
    assert (street["response"], street["solution"], street["satisfaction"], street["score"]) == (100, 100, 100, 100)
    assert [town.rates("whistle", code)["score"] for code in CALLED] == [100, 90, 0]
    assert town.rates("whistle_street", cast.OURS)["score"] == 100


def test_who_is_not_content_is_called_again_after_it_was_done_again(town):
    number = log(town)
    town.reply(number, "已联系物业")
    again = town.call_back(number, solved="no", satisfaction="1")
    assert (again["state"], again["unit"]["code"]) == ("dispatched", "SQ")
    assert town.rates("hotline", "SQ")["solution"] == 0
    town.ticket(number, "street", "sign")
    town.ticket(number, "street", "contact", how="visit", reached=True)
    town.reply(number, "已清运两车")
    done = town.call_back(number, solved="yes", satisfaction="4")
    assert (done["state"], [one["result"] for one in done["callbacks"]]) == ("closed", ["answered", "answered"])
    after = town.rates("hotline", "SQ")
    assert (after["response"], after["solution"], after["satisfaction"]) == (100, 100, 100)
