"""Reach any state of a case by real moves, with the people who make them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from cases.approvals.models import Approval
from cases.casework.models import Case
from cases.casework.services import report_case
from cases.casework.states import State
from cases.catalogue.conditions import ConditionLimit, FilingCondition
from cases.catalogue.models import Category, CategoryStandard
from cases.evidence.models import Evidence
from cases.fieldwork.models import FieldTask
from cases.workflow.engine import advance, create
from tests import cast

AT = cast.START.replace(month=3, day=2, hour=1)  # Monday 2026-03-02 09:00 in the city
MINUTE = timedelta(minutes=1)


def catalogue() -> FilingCondition:
    """Return a filing condition with a limit of four working hours."""
    standard = CategoryStandard.objects.create(code="CJ/T 214-2007", key="CJ214", name="部件与事件分类")
    category = Category.objects.create(
        code="CJ214-E0102", standard=standard, kind="event", major_code="01", major_name="市容环境", minor_code="02",
        name="暴露垃圾", self_handling=True,
    )  # fmt: skip
    row = FilingCondition.objects.create(
        code="CJ214-E0102-01", category=category, text="容器外有生活垃圾", closing_text="清除", valid_from=cast.START
    )
    ConditionLimit.objects.create(condition=row, value=Decimal(4), unit="work_hour")
    return row


def photo(user: Any, at: datetime = AT, **fields: Any) -> Evidence:
    """Return an upload that is not used yet."""
    return Evidence.objects.create(
        uploaded_by=user, uploaded_at=at, original="x.jpg", media_type="image/jpeg", size=1, sha256="0" * 64, **fields
    )


class Walk:
    """Drives one case; each step takes a minute."""

    def __init__(self, people: dict[str, Any], condition: FilingCondition, *, at: datetime = AT) -> None:
        self.people, self.condition, self.at = people, condition, at
        gw = people["gw"]
        self.case: Case = report_case(
            category=condition.category,
            description="垃圾",
            lon=120.205,
            lat=27.335,
            at=at,
            by=gw,
            photos=[photo(gw, at)],
        )

    def do(self, name: str, who: str, **given: Any) -> Case:
        """Make one move on the case."""
        self.at += MINUTE
        self.case = advance(self.case, name, by=self.people[who], at=self.at, **given)
        return self.case

    def request(self, kind: str, who: str, **fields: Any) -> Approval:
        """Ask for something about the case."""
        self.at += MINUTE
        asked = Approval(
            kind=kind, case=self.case, area=self.case.area, department=self.case.lead_department,
            requested_by=self.people[who], requested_at=self.at, reason="理由", **fields,
        )  # fmt: skip
        return create(asked, "request", by=self.people[who], at=self.at)

    def decide(self, asked: Approval, who: str, name: str = "approve", **given: Any) -> Approval:
        """Decide a request; the case is read afresh."""
        self.at += MINUTE
        asked = advance(asked, name, by=self.people[who], at=self.at, **given)
        self.case = Case.objects.get(pk=self.case.pk)
        return asked

    def report_back(self, verdict: str, who: str = "gw", **given: Any) -> FieldTask:
        """Finish the open field task of the case."""
        self.at += MINUTE
        task = self.case.field_tasks.waiting().get()
        given.setdefault("photos", [photo(self.people[who], self.at)])
        task = advance(
            task, "complete", by=self.people[who], at=self.at, verdict=verdict, position="120.205,27.335", **given
        )
        self.case = Case.objects.get(pk=self.case.pk)
        return task

    def to(self, state: str) -> Case:
        """Go on to ``state`` by the shortest way."""
        getattr(self, f"_to_{state}")()
        assert self.case.state == state
        return self.case

    def _to_reported(self) -> None:
        assert self.case.state == State.REPORTED

    def _to_verifying(self) -> None:
        self.do("send_verify", "acceptor", worker="gw2")

    def _to_accepted(self) -> None:
        self.do("accept", "acceptor")

    def _to_filed(self) -> None:
        self._to_accepted()
        self.do("file", "leader", condition=self.condition.code)

    def _to_dispatched(self) -> None:
        self._to_filed()
        self.do("dispatch", "dispatcher", department="CGJ")

    def _to_handling(self) -> None:
        self._to_dispatched()
        self.do("sign", "clerk")
        self.do("assign_handler", "clerk", handler="handler")

    def _to_suspended(self) -> None:
        self._to_handling()
        asked = self.request("suspension", "clerk", until=self.at + timedelta(days=3))
        self.decide(asked, "dispatcher")

    def _to_submitted(self) -> None:
        self._to_handling()
        after = [photo(self.people["handler"], self.at)]
        self.do("submit", "handler", outcome="solved", result="已清运", after_photos=after)

    def _to_fed_back(self) -> None:
        self._to_submitted()
        self.do("confirm", "clerk")

    def _to_pending_check(self) -> None:
        self._to_fed_back()
        self.do("pass_feedback", "dispatcher")

    def _to_checking(self) -> None:
        self._to_pending_check()
        self.do("send_check", "acceptor")

    def _to_pending_close(self) -> None:
        self._to_checking()
        self.report_back("pass")

    def _to_closed(self) -> None:
        self._to_pending_close()
        self.do("close", "leader")

    def _to_declined(self) -> None:
        self.do("decline", "acceptor", opinion="不属城管职责", reason="other_channel", competent_unit="110")

    def _to_not_filed(self) -> None:
        self._to_accepted()
        self.do("refuse_file", "leader", opinion="不符合立案条件")

    def _to_merged(self) -> None:
        other = Walk(self.people, self.condition, at=self.at)
        self.do("merge", "acceptor", target=other.case.number)

    def _to_cancelled(self) -> None:
        self._to_filed()
        asked = self.request("cancellation", "dispatcher")
        self.decide(asked, "leader")
