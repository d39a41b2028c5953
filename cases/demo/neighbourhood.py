"""Deeds of councils and lane stewards, and the lanes that they look after."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from cases.catalogue.models import Category
from cases.councils.models import CouncilMatter
from cases.councils.services import propose
from cases.demo.cast import Cast
from cases.demo.centre import Deed
from cases.demo.scene import Scene
from cases.stewards.checklist import ChecklistItem
from cases.stewards.models import Lane
from cases.stewards.services import Found, add_lane, give_lane, record_walk
from cases.stewards.states import Finding
from cases.whistles.models import Whistle
from cases.workflow.engine import advance
from citygrid.accounts.roles import Role
from gridmap.areas.models import Area
from gridmap.demo.fixtures import DEMO, rows
from gridmap.demo.objects import furniture, outlines

ENTRIES = {"fix": "advertising", "report": "piles"}
BEFORE = timedelta(minutes=50)  # minutes are written up so long after a meeting began
AHEAD = timedelta(days=2)


def lay_lanes(cast: Cast, *, at: datetime) -> None:
    """Enter the lanes of the demonstration, and give them to their stewards."""
    table = rows(DEMO / "lanes.csv")
    areas = {area.code: area for area in Area.objects.filter(code__in=[row["grid"] for row in table])}
    drawn = outlines(areas)
    for row in table:
        area = areas[row["grid"]]
        line: Any = furniture(drawn[row["grid"]], "line", Random(row["code"]))
        by = cast.somebody(Role.STREET_STAFF, Random(row["code"]), area=area)
        lane = add_lane(
            code=row["code"], name=row["name"], name_en=row["name_en"], area=area, line=line, at=at, by=by
        )  # fmt: skip
        for login in row["stewards"].split():
            give_lane(lane=lane, user=cast.person(login), at=at, by=by)


def told(scene: Scene) -> dict[str, str]:
    """Return the line of the table of proposals that the story is about."""
    found: dict[str, str] = Random(scene.story.key).choice(rows(DEMO / "proposals.csv"))
    return found


def matter(scene: Scene) -> CouncilMatter:
    """Return the matter of the story, as it stands."""
    found: CouncilMatter = CouncilMatter.objects.get(client_request_id=scene.story.key)
    return found


def take(scene: Scene, _arg: str) -> None:
    """Take a proposal."""
    row = told(scene)
    propose(
        area=Area.objects.get(code=scene.story.spot.grid[:12]), title=row["title"], proposal=row["proposal"],
        proposed_by=row["proposed_by"], by=scene.of(Role.STREET_STAFF), at=scene.at, client_request_id=scene.story.key,
    )  # fmt: skip


def agenda(scene: Scene, _arg: str) -> None:
    """Put it on the agenda of a meeting: that of the story, or one to come."""
    met = next((at for word, at in scene.story.beats if word.deed == "c.meet"), None)
    when = met - BEFORE if met else scene.at + AHEAD
    _move(scene, "put_on_agenda", meeting_at=when, meeting_place=scene.say("c.place"))


def meet(scene: Scene, _arg: str) -> None:
    """Write the minutes up."""
    _move(scene, "hold_meeting", held_at=scene.at - BEFORE, attended=scene.random.randrange(12, 40),
          minutes=told(scene)["minutes"])  # fmt: skip


def resolve(scene: Scene, _arg: str) -> None:
    """Keep the resolution."""
    against = scene.random.randrange(0, 3)
    _move(scene, "resolve", resolution=told(scene)["resolution"], in_favour=10 - against, against=against)


def case(scene: Scene, _arg: str) -> None:
    """Raise a case; it is the story's."""
    category = Category.objects.get(conditions__code=scene.story.matter.condition)
    raised: Any = _move(scene, "link_case", category=category, position=scene.place, address=scene.address).case
    scene.case = raised


def whistle(scene: Scene, _arg: str) -> None:
    """Draft a whistle; it is the story's."""
    scene.whistle = Whistle.objects.get(number=_move(scene, "link_whistle").whistle_number)


def _move(scene: Scene, name: str, **given: Any) -> CouncilMatter:
    return advance(matter(scene), name, by=scene.of(Role.STREET_STAFF), at=scene.at, **given)


def _with_opinion(name: str, occasion: str) -> Deed:
    return lambda scene, _arg: _none(_move(scene, name, opinion=scene.say(occasion)))


def _from_table(name: str, field: str) -> Deed:
    return lambda scene, _arg: _none(_move(scene, name, **{field: told(scene)[field]}))


def _none(_made: Any) -> None:
    """Leave what was made in the database."""


def walk(scene: Scene, how: str) -> None:
    """Walk a lane and tick the checklist: all in order, or ``fix``, or ``report``."""
    by = scene.cast.person(scene.story.person) if scene.story.person else scene.cast.person("steward1")
    lane: Any = scene.random.choice(list(Lane.objects.walked_by(by, scene.at)))
    spot = lane.geom.interpolate(lane.geom.length * scene.random.random())
    finding = {"fix": Finding.FIXED, "report": Finding.REPORTED}.get(how, Finding.OK)
    codes = ChecklistItem.objects.in_force(scene.at).values_list("code", flat=True)
    found = [
        Found(code, finding, scene.say(f"l.{how}")) if code == ENTRIES.get(how) else Found(code, Finding.OK)
        for code in codes
    ]
    record_walk(
        lane=lane, findings=found, lon=spot.x, lat=spot.y, by=by, at=scene.at, accuracy_m=scene.random.randrange(3, 15),
        note=scene.say("l.note") if scene.random.random() < 0.5 else "",
        photos=[scene.shoot(by, solved=how == "fix")] if how else [], client_request_id=scene.story.key,
    )  # fmt: skip


def read(scene: Scene, _arg: str) -> None:
    """Let the street read it."""
    one = scene.cast.person("steward1").lane_walks.get(client_request_id=scene.story.key)
    by = scene.cast.somebody(Role.STREET_STAFF, scene.random, area=one.area)
    advance(one, "read", by=by, at=scene.at, answer=scene.say("l.answer"))


NEIGHBOURHOOD_DEEDS: dict[str, Deed] = {
    "c.propose": take, "c.agenda": agenda, "c.off": _with_opinion("take_off_agenda", "c.off"), "c.meet": meet,
    "c.resolve": resolve, "c.case": case, "c.whistle": whistle, "c.carry": _from_table("carry_out", "result"),
    "c.again": _with_opinion("take_up_again", "c.again"), "c.publish": _from_table("publish", "follow_up"),
    "c.decline": _with_opinion("decline", "c.decline"), "l.walk": walk, "l.read": read,
}  # fmt: skip
