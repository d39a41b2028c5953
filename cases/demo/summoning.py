"""Deeds about whistles: the street judges, blows, rates and feeds back; platforms review; called departments come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.gis.geos import Point

from cases.casework.states import Outcome
from cases.demo.centre import Deed
from cases.demo.scene import Scene
from cases.demo.topics import FEWEST
from cases.ties import join_ticket
from cases.whistles.report_ins import ReportIn
from cases.whistles.services import draft_whistle, prepare
from cases.whistles.states import SourceKind
from cases.workflow.engine import advance
from citygrid.accounts.roles import Role
from gridmap.demo.objects import METRE

GUEST = "ZRCG"  # the department of the neighbouring county
FAR = 600  # metres: too far without a reason
SPARE = timedelta(minutes=25)  # by how much the last one comes before the time that was appointed
FULL = {"on_time": 30, "as_asked": 40, "cooperation": 15, "proof": 15}
LOW = {"on_time": 12, "as_asked": 22, "cooperation": 8, "proof": 6}


def draft(scene: Scene, source: str) -> None:
    """Draft it from a ``case``, a ``ticket``, ``both``, or a source told in words: a hot spot unless one is named."""
    summons, by = scene.summons, scene.of(Role.STREET_STAFF)
    linked = source in ("case", "ticket", "both")
    kind = SourceKind(source) if source and not linked else SourceKind.HOT_SPOT
    whistle = draft_whistle(
        description=summons.description, by=by, at=scene.at, position=Point(*scene.place, srid=4326),
        address=scene.address, cases=[scene.case] if source in ("case", "both") else [],
        sources=[] if linked else [{"kind": kind, "note": scene.say(f"w.note.{kind}")}],
        client_request_id=scene.story.key,
    )  # fmt: skip
    if source in ("ticket", "both"):
        for ticket in scene.tickets.values():
            join_ticket(whistle=whistle, ticket=ticket, by=by, at=scene.at)
    scene.whistle = whistle


def judge(scene: Scene, how: str) -> None:
    """Judge it and name the departments: with ``guest`` also one of the neighbouring county."""
    most = None if "three" in scene.story.line.needs else FEWEST
    called = [*scene.summons.departments[:most], *([GUEST] if how == "guest" else [])]
    scene.whistle = prepare(
        whistle=scene.whistle, why_not_alone=scene.summons.why, by=scene.of(Role.STREET_STAFF), at=scene.at,
        calls=[(code, scene.summons.asked) for code in called],
    )  # fmt: skip


def blow(scene: Scene, how: str) -> None:
    """Blow it; ``appointed``: for the time when they will come."""
    summons = scene.summons
    last = max((at for word, at in scene.story.beats if word.deed == "r.arrive"), default=scene.at)
    more: dict[str, Any] = {"appear_at": last + SPARE} if how == "appointed" else {}
    if scene.whistle.geom is None:
        more["position"] = scene.place
    _move(scene, "blow", scene.of(Role.STREET_LEADER), kind=summons.kind, lead=summons.departments[0], **more)


def answer_guest(name: str) -> Deed:
    """Let the neighbour's platform answer for its unit."""

    def deed(scene: Scene, _arg: str) -> None:
        area: Any = scene.whistle.calls.exclude(platform_area=None).get().platform_area_id
        opinion = {"opinion": scene.say("w.disagree")} if name == "disagree" else {}
        _move(scene, name, scene.cast.platform(area, scene.random), **opinion)

    return deed


def review(scene: Scene, verdict: str) -> None:
    """Say afterwards what the emergency was."""
    opinion = {} if verdict == "justified" else {"opinion": scene.say("w.verdict")}
    _move(scene, "review_afterwards", _platform(scene), verdict=verdict, **opinion)


def conclude(scene: Scene, _arg: str) -> None:
    """Write the joint conclusion for the lead."""
    code = scene.summons.departments[0]
    by = scene.cast.somebody(Role.DEPT_CLERK, scene.random, department=code)
    _move(scene, "submit_joint", by, outcome=Outcome.SOLVED, conclusion=scene.summons.conclusion)


def conclude_alone(scene: Scene, _arg: str) -> None:
    """Conclude in place of the lead that did not come."""
    by = scene.of(Role.STREET_STAFF)
    _move(scene, "conclude", by, outcome=Outcome.CANNOT, conclusion=scene.say("w.alone"))


def rate(points: dict[str, int], told: str) -> Deed:
    """Rate a department by those points, a few less of the last now and then."""

    def deed(scene: Scene, number: str) -> None:
        given = points | {"proof": points["proof"] - scene.random.randrange(0, 5)}
        _move(
            scene, "rate", scene.of(Role.STREET_STAFF), department=report_in(scene, number).department.code, **given,
            reason=scene.say(told),
        )  # fmt: skip

    return deed


def again(scene: Scene, _arg: str) -> None:
    """Blow it again; the next whistle is judged and waits."""
    _move(scene, "blow_again", scene.of(Role.STREET_LEADER), opinion=scene.say("w.again"))


def report_in(scene: Scene, number: str) -> ReportIn:
    """Return the report-in of the department called as that number."""
    rows = ReportIn.objects.filter(whistle=scene.whistle).select_related("whistle__kind", "call", "department")
    found: ReportIn = rows.order_by("call_id")[int(number) - 1]
    return found


def people(scene: Scene, one: ReportIn, *, field: bool = False) -> Any:
    """Return the clerk of a called department; in the ``field`` its handler, where it has one."""
    code = one.department.code
    role = Role.HANDLER if field and code in scene.cast.departments(Role.HANDLER) else Role.DEPT_CLERK
    return scene.cast.somebody(role, scene.random, department=code)


def arrive(scene: Scene, number: str, *, far: bool = False) -> None:
    """Check in on the spot with a photo; ``far``: from too far away, with the reason."""
    one = report_in(scene, number)
    by = people(scene, one, field=True)
    more: dict[str, Any] = {"far_reason": scene.say("r.far")} if far else {}
    lon, lat = scene.places.beside(scene.story.spot.grid, scene.place, scene.random)
    advance(
        one, "arrive", by=by, at=scene.at, people=f"{by.display_name}等{scene.random.randrange(2, 6)}人",
        position=(lon + (FAR * METRE if far else 0), lat), accuracy=scene.random.randrange(3, 20),
        photos=[scene.shoot(by, solved=False)], **more,
    )  # fmt: skip


def submit(scene: Scene, number: str) -> None:
    """Submit what was done."""
    one = report_in(scene, number)
    by = people(scene, one, field=True)
    advance(one, "submit", by=by, at=scene.at, outcome=Outcome.SOLVED, result=scene.say("r.result"))


def missed(scene: Scene, number: str) -> None:
    """See that time alone has marked the department as absent. Raises ``AssertionError``."""
    if report_in(scene, number).state != "absent":
        raise AssertionError(f"{scene.story.key}: department {number} is {report_in(scene, number).state}")


def told_by_department(name: str, word: str = "", field: str = "", *, out: bool = False) -> Deed:
    """Return a move of the called department: with an opinion, with a text in ``field``, ``out`` on the spot."""

    def deed(scene: Scene, number: str) -> None:
        one = report_in(scene, number)
        given: dict[str, Any] = {field or "opinion": scene.say(word)} if word else {}
        advance(one, name, by=people(scene, one, field=out), at=scene.at, **given)

    return deed


def told_by_others(name: str, role: Role, word: str = "", field: str = "", **more: Any) -> Deed:
    """Return a move on a report-in by the street or the platform."""

    def deed(scene: Scene, number: str) -> None:
        by = _platform(scene) if role == Role.PLATFORM_CLERK else scene.of(role)
        given: dict[str, Any] = {field or "opinion": scene.say(word)} if word else {}
        advance(report_in(scene, number), name, by=by, at=scene.at, **given, **more)

    return deed


def _platform(scene: Scene) -> Any:
    return scene.cast.platform(scene.whistle.platform_area_id, scene.random)


def _move(scene: Scene, name: str, by: Any, **given: Any) -> None:
    scene.whistle = advance(scene.whistle, name, by=by, at=scene.at, **given)


def _by(name: str, role: Role, word: str = "", field: str = "opinion") -> Deed:
    def deed(scene: Scene, _arg: str) -> None:
        by = _platform(scene) if role == Role.PLATFORM_CLERK else scene.of(role)
        _move(scene, name, by, **({field: scene.say(word)} if word else {}))

    return deed


def feed_back(scene: Scene, _arg: str) -> None:
    """Tell the sources; a case among them moves on."""
    _move(scene, "feed_back", scene.of(Role.STREET_STAFF), feedback=scene.summons.feedback)
    scene.reread()


def convert(scene: Scene, _arg: str) -> None:
    """Send it the ordinary way; a case among its sources is to be dispatched again."""
    _move(scene, "convert", _platform(scene), opinion=scene.say("w.convert"))
    scene.reread()


DP, SS, SD = Role.PLATFORM_CLERK, Role.STREET_STAFF, Role.STREET_LEADER
WHISTLE_DEEDS: dict[str, Deed] = {
    "w.draft": draft, "w.judge": judge, "w.blow": blow, "w.discard": _by("discard", SS, "w.discard"),
    "w.self": _by("self_handle", SS, "w.self"), "w.start": _by("start_review", DP), "w.approve": _by("approve", DP),
    "w.send_back": _by("send_back", DP, "w.send_back"), "w.convert": convert, "w.issue": _by("issue", DP),
    "w.agree": answer_guest("agree"), "w.disagree": answer_guest("disagree"), "w.review": review,
    "w.escalate": _by("escalate", DP, "w.escalate"), "w.urge": _by("urge", SS, "w.urge", "note"),
    "w.joint": conclude, "w.conclude": conclude_alone, "w.rate": rate(FULL, "rate.high"),
    "w.low": rate(LOW, "rate.low"), "w.feed_back": feed_back, "w.again": again,
    "w.recall": _by("recall", SD, "w.recall"),
    "r.sign": told_by_department("sign"), "r.contact": told_by_department("contact", "r.contact", "note"),
    "r.arrive": arrive, "r.far": lambda scene, number: arrive(scene, number, far=True),
    "r.begin": told_by_department("begin", out=True), "r.plan": told_by_department("plan", "r.plan", "plan"),
    "r.submit": submit, "r.accept": told_by_others("accept", SS), "r.rework": told_by_others("rework", SS, "r.rework"),
    "r.object": told_by_department("object", "r.object"), "r.withdraw": told_by_department("withdraw_objection"),
    "r.uphold": told_by_others("uphold", DP, "r.uphold"), "r.reject": told_by_others("reject", DP, "r.reject"),
    "r.excuse": told_by_others("excuse", DP, "r.excuse"), "r.await": missed,
    "r.order": told_by_others("supervise", DP, "r.order", "order"),
    "r.answer": told_by_department("answer_supervision", "r.answer", "reply"),
    "r.contest": told_by_department("contest_rating", "r.contest"),
    "r.rule": told_by_others("rule_on_rating", DP, "r.rule", set_aside=True),
    "r.stand": told_by_others("rule_on_rating", DP, "r.rule.stand", set_aside=False),
}  # fmt: skip
