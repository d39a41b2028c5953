"""Reach any state of a ticket by real moves, with the people who make them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cases.approvals.models import Approval
from cases.approvals.services import ask
from cases.casework.models import Case
from cases.hotline.models import Ticket
from cases.hotline.reference import DemandType, TicketCategory
from cases.hotline.seeding import load_types
from cases.hotline.services import CallerTold, log_ticket
from cases.workflow.engine import advance
from citygrid.accounts.roles import Role
from gridmap.departments.models import Department, DepartmentKind
from tests import cast
from tests.cases.walk import AT, MINUTE, Walk

NAME, PHONE, SECOND = "诸葛哨兵", "19900007654", "0593-7776543"
TEXT = f"我是{NAME}，电话 199 0000 7654，石亭路口堆了建筑垃圾，没人管。"


def hotline(people: dict[str, Any], city: dict[str, Any]) -> None:
    """Give the cast what the hotline needs: reference data, the platform, street staff and a second handler."""
    load_types(at=cast.START)
    TicketCategory.objects.create(code="CG-01", name="建筑垃圾", name_en="Construction waste")
    Department.objects.create(code="PT", name="区级平台", kind=DepartmentKind.CENTRE, area_served=city[cast.CITY])
    people["clerk2"] = cast.person("clerk2", Role.DEPT_CLERK, department=Department.objects.get(code="CGJ"))


def demand(code: str = "complaint") -> DemandType:
    """Return a type of demand."""
    return DemandType.objects.get(code=code)


def log(
    people: dict[str, Any], *, at: Any = AT, kind: str = "complaint", who: str = "operator", **given: Any
) -> Ticket:
    """Log a demand at a place in our street."""
    told: dict[str, Any] = {
        "caller": CallerTold(name=NAME, phone=PHONE), "content": TEXT, "lon": 120.205, "lat": 27.335, **given,
    }  # fmt: skip
    return log_ticket(demand_type=demand(kind), at=at, by=people[who] if who else None, **told)


REPLY: dict[str, Any] = {
    "spoke_to": "诉求人", "measures": "已清运两车垃圾", "deadline": "2026-03-04", "outcome": "solved",
    "public_text": "垃圾已清运，请放心。", "internal_text": "责任人已教育",
}  # fmt: skip
ANSWERS: dict[str, Any] = {"contacted": True, "solved": "yes", "satisfaction": "5"}
SAD: dict[str, Any] = {"contacted": True, "solved": "no", "satisfaction": "1"}


class TicketWalk:
    """Drives one ticket; each step takes a minute."""

    def __init__(self, people: dict[str, Any], *, unit: str = "SQ", at: Any = AT, **given: Any) -> None:
        self.people, self.unit, self.at = people, unit, at
        self.staff = {"SQ": "street", "CGJ": "clerk", "PT": "platform"}[unit]
        self.ticket = log(people, at=at, **given)

    def do(self, name: str, who: str, **given: Any) -> Ticket:
        """Make one move on the ticket."""
        self.at += MINUTE
        self.ticket = advance(self.ticket, name, by=self.people[who], at=self.at, **given)
        return self.ticket

    def fresh(self) -> Ticket:
        """Read it again."""
        self.ticket = Ticket.objects.get(pk=self.ticket.pk)
        return self.ticket

    def ask(self, kind: str, who: str, reason: str = "不属本单位", **given: Any) -> Approval:
        """Ask for something about the ticket."""
        self.at += MINUTE
        return ask(ticket=self.fresh(), kind=kind, reason=reason, by=self.people[who], at=self.at, **given)  # type: ignore[arg-type]

    def decide(self, asked: Approval, who: str, name: str = "approve", **given: Any) -> Approval:
        """Decide a request; the ticket is read afresh."""
        self.at += MINUTE
        asked = advance(asked, name, by=self.people[who], at=self.at, **given)
        self.fresh()
        return asked

    def reply(self, who: str = "", **given: Any) -> Ticket:
        """Reply with the four elements."""
        by_then = (self.at + timedelta(days=2)).date().isoformat()
        return self.do("reply", who or self.staff, accepted_at=self.at, **{**REPLY, "deadline": by_then, **given})

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.at += timedelta(**span)

    def to(self, state: str) -> Ticket:
        """Go on to ``state`` by the shortest way."""
        getattr(self, f"_to_{state}")()
        assert self.ticket.state == state
        return self.ticket

    def _to_logged(self) -> None:
        assert self.ticket.state == "logged"

    def _to_answered(self) -> None:
        self.do("answer", "operator", answer="请到社区办理")

    def _to_out_of_scope(self) -> None:
        self.do("out_of_scope", "operator", other_channel="police", advice="请拨打110")

    def _to_dispatched(self) -> None:
        self.do("dispatch", "operator", unit=self.unit)

    def _to_handling(self) -> None:
        self._to_dispatched()
        self.do("sign", self.staff)

    def _to_replied(self) -> None:
        self._to_handling()
        self.do("contact", self.staff, how="phone", reached=True)
        self.reply()

    def _to_callback_open(self) -> None:
        self._to_replied()
        self.do("open_callback", "callback")

    def _to_closed(self) -> None:
        self._to_callback_open()
        self.do("close_callback", "callback", **ANSWERS)

    def _to_withdrawn(self) -> None:
        self.do("withdraw", "operator", opinion="诉求人撤回")


def case_of(walk: TicketWalk, condition: Any) -> Case:
    """Raise a case from the ticket."""
    walk.do("raise_case", walk.staff, category=condition.category.code)
    return Case.objects.get(tickets=walk.ticket)


def drive_to_close(case: Case, people: dict[str, Any], condition: Any, at: Any) -> Walk:
    """Take a case the whole way to the shift leader's close."""
    road = Walk.__new__(Walk)
    road.people, road.condition, road.at, road.case = people, condition, at, case
    road.do("send_verify", "acceptor")
    road.report_back("true", road.case.field_tasks.waiting().get().assignee.username)
    road._to_pending_close()
    return road
