"""The server is killed in the middle of a move of a council matter or a lane walk: all of it or nothing, once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from cases.casework.models import Case
from cases.councils.models import CouncilMatter
from cases.deadlines.models import Clock
from cases.evidence.models import Evidence
from cases.journal.models import Event
from cases.stewards.models import LaneClaim, LaneWalk, WalkFinding
from cases.whistles.models import Whistle
from cases.whistles.sources import WhistleSource
from citygrid.common import clock
from tests import cast
from tests.cases import killing
from tests.cases.books import assert_books_are_right, assert_moves_are_on_record
from tests.cases.council_walk import MatterWalk
from tests.cases.killing import Person
from tests.cases.lanes import lane_with_steward, ticked
from tests.cases.walk import Walk, catalogue, photo
from tests.cases.whistling import load_kinds

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TABLES = (CouncilMatter, LaneWalk, WalkFinding, LaneClaim, Case, Whistle, WhistleSource, Evidence, Clock, Event)
strike = partial(killing.strike, tables=TABLES)
NEW = {"area": cast.COMMUNITY, "title": "停车难", "proposal": "联名要求划线", "client_request_id": "a"}


def test_a_killed_move_of_a_matter_leaves_nothing_and_its_repeat_is_made_once(people, servers):
    load_kinds()
    programs = {name: Person(people[name], servers.port) for name in ("street", "acceptor")}
    condition = catalogue()
    at = clock.now() - timedelta(days=9)
    strike(servers, programs["street"], "council-matters/", NEW, "event:council_matter.propose", 201)
    to_case, to_whistle, joined = (MatterWalk(people, at=at) for _n in range(3))
    for walk in (to_case, to_whistle, joined):
        walk.to("decided")
    other = Walk(people, condition, at=clock.now() - timedelta(hours=1))
    joined.do("link_case", case=other.case.number)
    new_case = {"category": condition.category.code, "position": {"lon": 120.205, "lat": 27.335}}
    for walk, name, given, moment in (
        (to_case, "link_case", new_case, "event:case.report"),  # the case is written, the matter is to follow
        (to_whistle, "link_whistle", {}, "move:whistle.draft"),
    ):
        path = f"council-matters/{walk.matter.number}/actions/{name}/"
        version = walk.matter.version
        assert strike(servers, programs["street"], path, given, moment)["version"] == version + 1
        assert walk.fresh().state == "in_hand"
    assert Case.objects.filter(source="street").get() == to_case.matter.case
    assert WhistleSource.objects.get().whistle == Whistle.objects.get(number=to_whistle.matter.whistle_number)
    decline = {"reason": "other_channel", "competent_unit": "住建局", "opinion": "非城管事项"}
    path = f"cases/{other.case.number}/actions/decline/"
    strike(servers, programs["acceptor"], path, decline, "event:council_matter.let_go")  # the case's end is half told
    assert (joined.fresh().state, joined.matter.case) == ("decided", None)
    for matter in CouncilMatter.objects.all():
        assert_moves_are_on_record(matter)
    assert_books_are_right(Case.objects.all())


def test_a_killed_walk_leaves_nothing_and_its_repeat_is_made_once(people, city, servers):
    lane_with_steward(people, city)
    programs = {name: Person(people[name], servers.port) for name in ("steward", "street")}
    found = ticked(piles=("reported", "沙石"), advertising=("fixed", "撕掉"))
    picture = photo(people["steward"], clock.now())
    walked = {
        "lane": "SQ-01", "lon": 120.205, "lat": 27.335, "photos": [str(picture.pk)], "client_request_id": "w",
        "findings": [{"item": one.item, "finding": one.finding, "note": one.note} for one in found],
    }  # fmt: skip
    # The walk is written, and its case; the findings that name the case are to follow.
    strike(servers, programs["steward"], "lane-walks/", walked, "event:case.report", 201)
    walk, case = LaneWalk.objects.get(), Case.objects.get()
    assert walk.findings.get(item__code="piles").case == case
    assert Evidence.objects.get(pk=picture.pk).case == case
    read = f"lane-walks/{walk.pk}/actions/read/"
    answer = strike(servers, programs["street"], read, {"answer": "谢谢"}, "move:lane_walk.read")
    assert (answer["state"], answer["version"]) == ("read", 2)
    assert_moves_are_on_record(LaneWalk.objects.get())
    assert_books_are_right([case])
