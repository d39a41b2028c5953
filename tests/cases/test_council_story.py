"""A council matter from the proposal to the published follow-up: by a whistle, by a case, by the residents alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases.councils.models import CouncilMatter
from cases.councils.services import propose
from cases.journal.models import Event
from cases.whistles.models import Whistle
from cases.whistles.sources import WhistleSource
from cases.workflow.engine import advance
from cases.workflow.people import Acting
from citygrid.common.errors import Conflict, Invalid, NotAllowed, NotFound
from gridmap.areas.models import Area
from tests import cast
from tests.cases.council_walk import RESOLUTION, TITLE, MatterWalk
from tests.cases.walk import Walk, catalogue, photo
from tests.cases.whistling import Tune, add_departments

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ready(people, city):
    add_departments(people, city)


def tune_of(walk: MatterWalk, **more) -> Tune:
    return Tune(walk.people, whistle=Whistle.objects.get(number=walk.matter.whistle_number), at=walk.at, **more)


def test_a_resolution_becomes_a_whistle_and_its_feedback_is_published(people):
    walk = MatterWalk(people)
    walk.to("in_hand")
    source = WhistleSource.objects.get()
    assert (source.kind, source.reference, source.subject()) == ("council", walk.matter.number, walk.matter)
    tune = tune_of(walk)
    assert (tune.whistle.area.code, tune.whistle.description) == (cast.OURS, f"{TITLE}\n{RESOLUTION}")
    tune.to("fed_back")
    matter = walk.fresh()
    assert (matter.state, matter.outcome, matter.result) == ("done", "solved", tune.whistle.feedback)
    event = Event.objects.of(matter).get(kind="council_matter.told")
    assert (event.facts["origin"], event.actor_id) == (tune.whistle.number, people["street"].pk)
    walk.at = tune.at
    walk.do("publish", follow_up="车位已启用，请监督")
    assert (walk.matter.state, walk.matter.follow_up) == ("published", "车位已启用，请监督")
    kinds = list(Event.objects.of(matter).order_by("sequence").values_list("kind", flat=True))
    assert [kind.partition(".")[2] for kind in kinds] == [
        "propose", "put_on_agenda", "hold_meeting", "resolve", "link_whistle", "told", "publish",
    ]  # fmt: skip


def test_a_whistle_that_comes_to_nothing_gives_the_matter_back(people):
    walk = MatterWalk(people)
    walk.to("in_hand")
    tune_of(walk).to("self_handled")
    assert (walk.fresh().state, walk.matter.whistle_number) == ("decided", "")


def test_the_street_may_wait_no_longer_and_what_comes_then_changes_nothing(people):
    walk = MatterWalk(people)
    walk.to("in_hand")
    tune = tune_of(walk)
    with pytest.raises(Invalid, match="opinion"):
        walk.do("stop_waiting")
    walk.do("stop_waiting", opinion="居民改为自行清理")
    assert (walk.matter.state, walk.matter.whistle_number) == ("decided", "")
    tune.to("fed_back")
    assert walk.fresh().state == "decided"


def test_blown_again_the_matter_waits_for_the_next_whistle(people):
    walk = MatterWalk(people)
    walk.to("in_hand")
    tune = tune_of(walk)
    tune.to("blown_again")
    again = Whistle.objects.get(again_of=tune.whistle)
    assert (walk.fresh().state, walk.matter.whistle_number) == ("in_hand", again.number)
    Tune(people, whistle=again, at=tune.at).do("self_handle", "street", opinion="街道自行办理")
    assert walk.fresh().state == "decided"


def test_a_resolution_becomes_a_case_and_hears_of_its_end(people):
    condition = catalogue()
    walk = MatterWalk(people)
    walk.to("decided")
    with pytest.raises(Invalid) as refused:
        walk.do("link_case")
    assert set(refused.value.fields) == {"category", "position"}
    walk.do("link_case", category=condition.category.code, position="120.205,27.335")
    case: Any = walk.matter.case
    assert (case.source, case.state, case.reporter) == ("street", "reported", people["street"])
    advance(case, "decline", by=people["acceptor"], at=walk.at, opinion="非城管事项", reason="other_channel",
            competent_unit="住建局")  # fmt: skip
    assert (walk.fresh().state, walk.matter.case) == ("decided", None)
    other = Walk(people, condition)
    walk.do("link_case", case=other.case.number)
    other.at = walk.at
    other.do(
        "fix_on_spot", "gw", result="已清", before_photos=[photo(people["gw"])], after_photos=[photo(people["gw"])]
    )
    assert walk.fresh().state == "in_hand"
    other.do("close", "leader")
    assert (walk.fresh().state, walk.matter.outcome) == ("done", "solved")
    assert Event.objects.of(walk.matter).filter(kind="council_matter.told").get().facts["origin"] == other.case.number
    walk.do("take_up_again", opinion="居民说没有清完")
    assert (walk.matter.state, walk.matter.case, walk.matter.outcome) == ("decided", None, "")
    with pytest.raises(Invalid, match="has ended"):
        walk.do("link_case", case=other.case.number)


def test_what_meetings_cannot_have_been_is_refused(people):
    walk = MatterWalk(people)
    with pytest.raises(Invalid, match="time to come"):
        walk.do("put_on_agenda", meeting_at=walk.at - timedelta(days=1), meeting_place="社区")
    walk.to("on_agenda")
    with pytest.raises(Invalid) as refused:
        walk.do("hold_meeting", held_at=walk.at + timedelta(days=1), attended="2.5", minutes="议")
    assert set(refused.value.fields) == {"held_at", "attended"}
    walk = MatterWalk(people)
    walk.to("discussed")
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"in_favour": 21, "against": 3}, "in_favour"),
        ({"in_favour": 9, "against": 9}, "against"),
    ]
    for votes, field in wrong:
        with pytest.raises(Invalid) as refused:
            walk.do("resolve", resolution="同意", **votes)
        assert set(refused.value.fields) == {field}
    with pytest.raises(Conflict, match="possible in"):
        walk.do("publish", follow_up="好")


def test_proposals_are_taken_by_the_street_of_the_place_once(people):
    area = Area.objects.get(code=cast.COMMUNITY)
    at = MatterWalk(people).at
    told = {"area": area, "title": "路灯", "proposal": "巷口加灯", "at": at}
    once = propose(by=people["street"], client_request_id="a", **told)
    assert propose(by=people["street"], client_request_id="a", **told) == once
    assert once.number.startswith("FDY20260302")
    for who in ("stranger_street", "gw", "platform", "clerk"):
        with pytest.raises(NotAllowed):
            propose(by=people[who], **told)
    with pytest.raises(Invalid) as refused:
        propose(by=people["street"], **{**told, "area": Area.objects.get(code=cast.GRIDS[0]), "title": " "})
    assert set(refused.value.fields) == {"area", "title"}
    with pytest.raises(Invalid, match="inputs") as refused:
        propose(
            by=people["street"], **{**told, "title": "灯" * 101, "proposal": "灯" * 4001, "proposed_by": "人" * 101}
        )
    assert set(refused.value.fields) == {"title", "proposal", "proposed_by"}
    seen = CouncilMatter.objects
    assert seen.visible_to(people["manager"], at).count() == 2
    for who in ("stranger_street", "gw", "clerk", "operator", "auditor"):
        assert not seen.visible_to(people[who], at).exists(), who
        with pytest.raises(NotFound):
            advance(once, "decline", by=people[who], at=at, opinion="x")
    assert seen.waiting_for(Acting(people["street"], at)).count() == 2
    assert not seen.waiting_for(Acting(people["stranger_street"], at)).exists()
