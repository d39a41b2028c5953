"""Lane stewards: who looks after which lane, walks with the ten entries ticked, cases from them, points."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases.casework.models import Case
from cases.evidence.models import Evidence
from cases.journal.models import Event
from cases.stewards import services
from cases.stewards.checklist import ChecklistItem
from cases.stewards.models import Lane, LaneWalk
from cases.stewards.services import Found, add_lane, give_lane, points_of, record_walk, take_lane
from cases.stewards.states import WalkState
from cases.stewards.table import LANE_WALK
from cases.workflow.engine import advance
from citygrid.common.errors import Conflict, Invalid, NotAllowed, NotFound
from gridmap.areas.models import Area
from tests import cast
from tests.cases.grids import assert_as_written, named
from tests.cases.lanes import lane_with_steward, ticked
from tests.cases.walk import AT, photo

pytestmark = pytest.mark.django_db
HERE = {"lon": 120.205, "lat": 27.335}
DAY = timedelta(days=1)
PEOPLE = ["steward", "other_steward", "street", "streetlead", "platform", "manager", "clerk", "gw", "acceptor",
          "leader", "operator", "auditor", "stranger_gw", "stranger_street"]  # fmt: skip
WALKS = """
recorded: street+streetlead read
"""


@pytest.fixture
def lane(people, city):
    return lane_with_steward(people, city)


def walk_of(lane: Lane, people: dict, *, at=AT, who: str = "steward", findings=None, **more) -> LaneWalk:
    return record_walk(lane=lane, findings=findings or ticked(), by=people[who], at=at, **{**HERE, **more})


def test_the_checklist_has_the_ten_entries(lane):
    items = list(ChecklistItem.objects.in_force(AT))
    assert len(items) == 10
    assert all(item.name.startswith("无") and item.name_en.startswith("no ") for item in items)


def test_a_walk_keeps_place_time_and_findings_and_reports_a_case(lane, people):
    picture = photo(people["steward"])
    walk = walk_of(
        lane, people, photos=[picture], accuracy_m=8,
        findings=ticked(piles=("reported", "巷口堆了沙石"), advertising=("fixed", "撕掉三张小广告")),
    )  # fmt: skip
    assert (walk.state, walk.area.code, walk.distance_m, walk.accuracy_m) == ("recorded", cast.COMMUNITY, 0, 8)
    assert walk.findings.count() == 10
    case: Any = walk.findings.get(item__code="piles").case
    assert (case.source, case.category.code, case.description) == ("steward", "CJ214-E0507", "巷口堆了沙石")
    assert (case.reporter, case.area.code, case.state) == (people["steward"], cast.GRIDS[0], "reported")
    assert Evidence.objects.get(pk=picture.pk).case == case
    assert Event.objects.of(case).get(kind="case.report").actor_id == people["steward"].pk
    assert walk.findings.filter(case=None).count() == 9
    event = Event.objects.of(walk).get()
    assert (event.kind, event.facts["lane"], event.facts["distance_m"]) == ("lane_walk.record", "SQ-01", 0)


def test_a_photo_without_a_case_belongs_to_the_walk(lane, people):
    picture = photo(people["steward"])
    walk = walk_of(lane, people, photos=[picture])
    assert Evidence.objects.get(pk=picture.pk).holder == walk
    for who, sees in (("steward", True), ("street", True), ("stranger_street", False), ("clerk", False)):
        assert Evidence.objects.visible_to(people[who], AT).filter(pk=picture.pk).exists() is sees, who


def test_the_same_walk_sent_twice_is_one(lane, people):
    findings = ticked(piles=("reported", "沙石"))
    once = walk_of(lane, people, findings=findings, client_request_id="a")
    assert walk_of(lane, people, findings=findings, client_request_id="a") == once
    assert Case.objects.count() == 1


def test_of_two_taps_at_once_the_first_walk_counts(lane, people, monkeypatch):
    once = walk_of(lane, people, client_request_id="a")
    looked: list[Any] = []
    real = services._earlier
    monkeypatch.setattr(services, "_earlier", lambda *given: real(*given) if looked else looked.append(given))
    assert walk_of(lane, people, findings=ticked(piles=("reported", "沙石")), client_request_id="a") == once
    assert len(looked) == LaneWalk.objects.count() == 1
    assert not Case.objects.exists()
    assert once.findings.count() == 10


def test_what_is_missing_is_named_entry_by_entry_and_nothing_is_kept(lane, people):
    findings = [one for one in ticked(piles=("fixed", " "), road=("lost", "")) if one.item != "wall"]
    with pytest.raises(Invalid) as refused:
        walk_of(lane, people, findings=[*findings, Found("moon", "ok")])
    assert set(refused.value.fields) == {"piles", "road", "wall", "moon"}
    with pytest.raises(Invalid, match="no category") as refused:
        walk_of(lane, people, findings=ticked(piles=("reported", "沙石"), road=("reported", "坑")))
    assert set(refused.value.fields) == {"road"}
    with pytest.raises(Invalid, match="m from the lane"):
        walk_of(lane, people, lon=120.219)
    assert not LaneWalk.objects.exists()
    assert not Case.objects.exists()
    assert walk_of(lane, people, lon=120.219, far_reason="从东口绕行").distance_m > 1000


def test_only_who_looks_after_a_lane_walks_it(lane, people):
    for who in ("other_steward", "street", "gw", "stranger_gw"):
        with pytest.raises(NotAllowed):
            walk_of(lane, people, who=who)
    take_lane(lane=lane, user=people["steward"], at=AT + DAY, by=people["streetlead"])
    with pytest.raises(NotAllowed):
        walk_of(lane, people, at=AT + 2 * DAY)
    with pytest.raises(Conflict, match="does not look after"):
        take_lane(lane=lane, user=people["steward"], at=AT + DAY, by=people["street"])
    assert not Lane.objects.visible_to(people["steward"], AT + 2 * DAY).exists()
    assert Lane.objects.visible_to(people["steward"], AT).get() == lane
    assert Lane.objects.visible_to(people["street"], AT).exists()
    assert not Lane.objects.visible_to(people["stranger_street"], AT).exists()


def test_lanes_are_given_by_the_street_to_stewards_of_the_place(lane, people):
    with pytest.raises(NotAllowed):
        give_lane(lane=lane, user=people["other_steward"], at=AT, by=people["stranger_street"])
    with pytest.raises(Invalid, match="no post of a lane steward"):
        give_lane(lane=lane, user=people["gw"], at=AT, by=people["street"])
    with pytest.raises(Conflict, match="already"):
        give_lane(lane=lane, user=people["steward"], at=AT, by=people["street"])
    give_lane(lane=lane, user=people["other_steward"], at=AT, by=people["street"])  # a team
    told = {"name": "巷", "line": lane.geom, "at": AT, "by": people["street"]}
    with pytest.raises(Conflict, match="in use"):
        add_lane(code="SQ-01", area=lane.area, **told)
    with pytest.raises(Invalid, match="community or a grid"):
        add_lane(code="SQ-02", area=Area.objects.get(code=cast.OURS), **told)
    kinds = list(Event.objects.of(lane).order_by("sequence").values_list("kind", flat=True))
    assert kinds == ["lane.added", "lane.given", "lane.given"]


def test_points_follow_from_what_is_on_record(lane, people):
    steward = people["steward"]
    walk = walk_of(lane, people, findings=ticked(piles=("reported", "沙石"), advertising=("fixed", "撕掉")))
    walk_of(lane, people, at=AT + timedelta(hours=3))  # the same lane and day counts once
    walk_of(lane, people, at=AT + 2 * DAY)
    assert points_of(steward, since=AT, until=AT + DAY) == 1 + 2 + 3
    assert points_of(steward, since=AT, until=AT + 3 * DAY) == 7
    case: Any = walk.findings.get(item__code="piles").case
    advance(case, "decline", by=people["acceptor"], at=AT + DAY, opinion="未发现", reason="not_found",
            competent_unit="社区")  # fmt: skip
    assert points_of(steward, since=AT, until=AT + 3 * DAY) == 4
    assert points_of(people["other_steward"], since=AT, until=AT + DAY) == 0


@pytest.mark.parametrize("state", WalkState.values)
def test_every_cell_of_the_walk_is_as_written(lane, people, state):
    walk = walk_of(lane, people)
    if state == "read":
        walk = advance(walk, "read", by=people["street"], at=AT + DAY, answer="谢谢，已转保洁")
        assert (walk.answer, walk.read_at) == ("谢谢，已转保洁", AT + DAY)
    assert_as_written(WALKS, LANE_WALK, walk, people, PEOPLE, AT + DAY)
    states, _people, moves = named(WALKS)
    assert (states, moves) == ({"recorded"}, {"read"})


def test_strangers_find_no_walk(lane, people):
    walk = walk_of(lane, people)
    for who in ("stranger_street", "other_steward", "clerk", "gw", "operator"):
        assert not LaneWalk.objects.visible_to(people[who], AT).exists(), who
        with pytest.raises(NotFound):
            advance(walk, "read", by=people[who], at=AT)
    for who in ("steward", "street", "streetlead", "platform", "manager"):
        assert LaneWalk.objects.visible_to(people[who], AT).exists(), who
