"""Reach any state of a whistle and of its report-ins by real moves, with the people who make them."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.apps import apps

from cases.deadlines.models import Clock
from cases.whistles import timely
from cases.whistles.models import Whistle
from cases.whistles.report_ins import ReportIn
from cases.whistles.services import draft_whistle, prepare
from cases.workflow.engine import advance
from citygrid.accounts.roles import Role
from gridmap.areas.models import Area, Level
from gridmap.areas.tree import add_area
from gridmap.departments.models import Department, DepartmentKind
from tests import cast
from tests.cases.walk import AT, MINUTE, Walk, photo

PLACE = "120.205,27.335"
POINTS = {"on_time": 30, "as_asked": 40, "cooperation": 15, "proof": 10}
NEIGHBOUR = "350981"


def load_kinds() -> None:
    """Load the kinds as the migration does: tests with threads begin with empty tables."""
    import_module("cases.migrations.0009_whistle_kinds").load(apps, None)


def add_departments(people: dict[str, Any], city: dict[str, Area]) -> dict[str, Department]:
    """Add clerks to two more bureaus, and a third bureau: ``zj``, ``hb``; the cast's ``clerk`` stands at CGJ."""
    load_kinds()
    hbj = Department.objects.create(
        code="HBJ", name="生态环境局", kind=DepartmentKind.BUREAU, area_served=city[cast.CITY]
    )
    zjj = Department.objects.get(code="ZJJ")
    people["zj"] = cast.person("zj", Role.DEPT_CLERK, department=zjj)
    people["hb"] = cast.person("hb", Role.DEPT_CLERK, department=hbj)
    return {"ZJJ": zjj, "HBJ": hbj}


def add_neighbour(people: dict[str, Any], city: dict[str, Area]) -> Department:
    """Add another district with one department, its clerk ``guest_clerk`` and its platform ``guest_platform``."""
    district = add_area(code=NEIGHBOUR, name="福安市", level=Level.COUNTY, parent=city["3509"], at=cast.START)
    department = Department.objects.create(
        code="FACG", name="福安市城管局", kind=DepartmentKind.ENFORCEMENT, area_served=district
    )
    people["guest_clerk"] = cast.person("guest_clerk", Role.DEPT_CLERK, department=department)
    people["guest_platform"] = cast.person("guest_platform", Role.PLATFORM_CLERK, area=district)
    return department


class Tune:
    """Drives one whistle; each step takes a minute."""

    clerks = {"CGJ": "clerk", "ZJJ": "zj", "HBJ": "hb", "FACG": "guest_clerk"}

    def __init__(
        self, people: dict[str, Any], *, kind: str = "enforcement", names: tuple[str, ...] = ("CGJ", "ZJJ", "HBJ"),
        at: datetime = AT, whistle: Whistle | None = None,
    ) -> None:  # fmt: skip
        self.people, self.kind, self.names, self.at = people, kind, names, at
        self.whistle: Whistle = whistle or draft_whistle(
            description="渣土占道", by=people["street"], at=at, position=None, address="石亭路",
            sources=[{"kind": "hot_spot", "note": "三天内五次投诉"}],
        )  # fmt: skip

    def do(self, name: str, who: str, **given: Any) -> Whistle:
        """Make one move on the whistle."""
        self.at += MINUTE
        self.whistle = advance(self.whistle, name, by=self.people[who], at=self.at, **given)
        return self.whistle

    def report(self, code: str) -> ReportIn:
        """Return a department's report-in, fresh."""
        found: ReportIn = ReportIn.objects.select_related("whistle__kind", "call", "department").get(
            whistle=self.whistle, department__code=code
        )
        return found

    def tell(self, code: str, name: str, who: str = "", **given: Any) -> ReportIn:
        """Make one move on a department's report-in, by its clerk unless somebody is named."""
        self.at += MINUTE
        user = self.people[who or self.clerks[code]]
        done = advance(self.report(code), name, by=user, at=self.at, **given)
        self.whistle = Whistle.objects.get(pk=self.whistle.pk)
        return done

    def arrive(self, code: str, **given: Any) -> ReportIn:
        """Check in on site."""
        clerk = self.people[self.clerks[code]]
        given = {"people": "张三", "position": PLACE, "photos": [photo(clerk, self.at)], **given}
        return self.tell(code, "arrive", **given)

    def finish(self, code: str) -> ReportIn:
        """Come, work, submit, and be accepted."""
        self.arrive(code)
        self.tell(code, "submit", outcome="solved", result="已清运")
        return self.tell(code, "accept", "street")

    def clocks(self, code: str) -> dict[str, Clock]:
        """Return a department's clocks by kind."""
        return {clock.kind: clock for clock in Clock.objects.of(self.report(code))}

    def wait_for_absence(self, hours: float = 25) -> int:
        """Let time pass until the clock marks who did not come; return how many."""
        self.at += timedelta(hours=hours)
        marked = timely.run(self.at)
        self.whistle = Whistle.objects.get(pk=self.whistle.pk)
        return marked

    def to(self, state: str) -> Whistle:
        """Go on to ``state`` by the shortest way."""
        getattr(self, f"_to_{state}")()
        assert self.whistle.state == state
        return self.whistle

    def _to_draft(self) -> None:
        assert self.whistle.state == "draft"

    def _to_judged(self) -> None:
        self.at += MINUTE
        self.whistle = prepare(
            whistle=self.whistle, why_not_alone="街道没有执法权", by=self.people["street"], at=self.at,
            calls=[(name, f"{name}依职责查处") for name in self.names],
        )  # fmt: skip

    def _to_whistled(self) -> None:
        self._to_judged()
        self.do("blow", "streetlead", kind=self.kind, lead=self.names[0], position=PLACE)

    def _to_under_review(self) -> None:
        self._to_whistled()
        self.do("start_review", "platform")

    def _to_approved(self) -> None:
        self._to_under_review()
        self.do("approve", "platform")

    def _to_issued(self) -> None:
        if self.kind == "emergency":
            self._to_judged()
            self.do("blow", "streetlead", kind=self.kind, lead=self.names[0], position=PLACE)
            return
        self._to_approved()
        self.do("issue", "platform")

    def _to_handling(self) -> None:
        self._to_issued()
        self.arrive(self.names[0])

    def _to_submitted(self) -> None:
        self._to_issued()
        for name in self.names:
            self.finish(name)
        self.do("submit_joint", self.clerks[self.names[0]], outcome="solved", conclusion="渣土已清，责任人受罚")

    def _to_rated(self) -> None:
        self._to_submitted()
        for name in self.names:
            self.do("rate", "street", department=name, **POINTS)

    def _to_fed_back(self) -> None:
        self._to_rated()
        self.do("feed_back", "street", feedback="已解决，请核实")

    def _to_self_handled(self) -> None:
        self._to_judged()
        self.do("self_handle", "street", opinion="街道可自行清运")

    def _to_converted(self) -> None:
        self._to_under_review()
        self.do("convert", "platform", opinion="属一般派遣")

    def _to_recalled(self) -> None:
        self._to_issued()
        self.do("recall", "streetlead", opinion="情况已消除")

    def _to_blown_again(self) -> None:
        self._to_rated()
        self.do("blow_again", "streetlead", opinion="未彻底解决")


def whistle_for(walk: Walk, who: str = "street") -> Tune:
    """Open a draft from a case."""
    walk.do("whistle", who)
    return Tune(walk.people, whistle=Whistle.objects.get(number=walk.case.whistle_number), at=walk.at)
