"""Many people at council matters and lanes at once, on the engine that lets them: the books stay right."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cases.casework.models import Case
from cases.councils.models import CouncilMatter
from cases.councils.services import propose
from cases.councils.states import ENDED
from cases.councils.table import ROWS
from cases.deadlines.models import Clock
from cases.journal.models import Event
from cases.stewards.models import LaneClaim, LaneWalk
from cases.stewards.services import give_lane, record_walk
from cases.whistles.models import Whistle
from cases.whistles.sources import WhistleSource
from cases.workflow.engine import advance
from citygrid.common.errors import Conflict, Invalid, Refusal
from gridmap.areas.models import Area
from tests import cast
from tests.cases.books import assert_books_are_right, assert_chains_are_whole, assert_moves_are_on_record
from tests.cases.council_walk import MatterWalk
from tests.cases.crowds import at_once, storm
from tests.cases.lanes import lane_with_steward, ticked
from tests.cases.walk import AT, MINUTE, Walk, catalogue
from tests.cases.whistling import load_kinds

pytestmark = [pytest.mark.postgis, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
THREADS, MOVES = 16, 8
BASE = AT + timedelta(days=4)  # when every matter has come to where it starts from
STREET = ("street", "streetlead")
# What ends the whistle or the case that a matter waits for; the case and the whistle move on the matter themselves.
BEHIND = ("whistle ends", "case ends")
NAMES = [row.name for row in ROWS if row.sources and not row.system and row.name != "decline"]
NAMES += ["link_case", "link_whistle", "decide again", *BEHIND, *BEHIND]
STARTS = ["proposed", "on_agenda", "discussed", "decided", "decided", "in_hand", "done"]
STEP = st.tuples(st.integers(0, 1), st.sampled_from(NAMES), st.sampled_from(STREET))
PLANS = st.lists(st.lists(STEP, min_size=MOVES, max_size=MOVES), min_size=THREADS, max_size=THREADS)


def inputs_for(name: str, condition: Any, at: Any) -> dict[str, Any]:
    """Return inputs with which the move could succeed."""
    known: dict[str, dict[str, Any]] = {
        "put_on_agenda": {"meeting_at": at + MINUTE, "meeting_place": "社区"},
        "hold_meeting": {"held_at": at, "attended": 23, "minutes": "逐户发言"},
        "resolve": {"resolution": "划设车位", "in_favour": 20, "against": 3},
        "link_case": {"category": condition.category.code, "position": "120.205,27.335"},
        "carry_out": {"result": "居民自理"},
        "publish": {"follow_up": "已办"},
        "comment": {"text": "批注"},
    }
    return known.get(name, {})


def end_behind(people: dict[str, Any], key: int, what: str, who: str, at: Any) -> None:
    """End what the matter waits for: the street handles the whistle itself, or the case is declined."""
    matter = CouncilMatter.objects.get(pk=key)
    if what == "whistle ends":
        for whistle in Whistle.objects.filter(number=matter.whistle_number):
            advance(whistle, "discard", by=people[who], at=at, opinion="街道自行办理")
    elif matter.case is not None:
        advance(matter.case, "decline", by=people["acceptor"], at=at, opinion="非城管事项", reason="other_channel",
                competent_unit="住建局")  # fmt: skip


def assert_neighbourhood_is_right(matters: list[CouncilMatter]) -> None:
    """Every move is on record; what a matter waits for is one thing, made once, and still on its way."""
    for matter in CouncilMatter.objects.filter(pk__in=[one.pk for one in matters]):
        assert_moves_are_on_record(matter)
        assert not Clock.objects.of(matter).exists()
        assert (matter.ended_at is not None) is (matter.state in ENDED)
        linked = Event.objects.of(matter).filter(kind="council_matter.link_whistle")
        drafted = WhistleSource.objects.filter(kind="council", reference=matter.number)
        assert sorted(event.facts["whistle"] for event in linked) == sorted(one.whistle.number for one in drafted)
        if matter.state == "in_hand" and matter.case is not None:
            assert matter.case.state in ("reported", "accepted"), "it waits for a case that has ended"
        if matter.state == "in_hand" and matter.whistle_number:
            assert Whistle.objects.get(number=matter.whistle_number).state == "draft"
        if matter.state not in ("in_hand", "done", "published"):
            assert (matter.case, matter.whistle_number) == (None, "")
    told = [event.facts["case"] for event in Event.objects.filter(kind="council_matter.link_case")]
    assert sorted(told) == sorted(Case.objects.filter(source="street").values_list("number", flat=True))
    for whistle in Whistle.objects.all():
        assert_moves_are_on_record(whistle)
        assert Clock.objects.of(whistle).filter(stopped_at=None).count() <= 1
    assert_books_are_right(Case.objects.all())


@settings(max_examples=4, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(plans=PLANS, states=st.tuples(st.sampled_from(STARTS), st.sampled_from(STARTS)))
def test_sixteen_people_at_two_matters_never_break_the_books(people, plans, states):
    from cases.catalogue.conditions import FilingCondition

    load_kinds()
    condition = FilingCondition.objects.first() or catalogue()
    walks = [MatterWalk(people) for _n in range(2)]
    for walk, state in zip(walks, states, strict=True):
        walk.to(state)

    def attempt(step: int, trial: tuple[int, str, str]) -> None:
        number, name, who = trial
        key, at = walks[number].matter.pk, BASE + timedelta(minutes=step)
        if name in BEHIND:
            end_behind(people, key, name, who, at)
            return
        name = "take_up_again" if name == "decide again" else name
        given = inputs_for(name, condition, at)
        advance(CouncilMatter(pk=key), name, by=people[who], at=at, opinion="意见", **given)

    storm(plans, attempt)
    assert_neighbourhood_is_right([walk.matter for walk in walks])


@pytest.mark.parametrize("ways", [("link_case", "link_whistle"), ("link_case",) * 2, ("link_whistle",) * 2])
def test_of_two_who_take_a_resolution_further_at_once_one_does(people, ways):
    load_kinds()
    condition, walk = catalogue(), MatterWalk(people)
    walk.to("decided")

    def link(name: str) -> CouncilMatter:
        given = inputs_for(name, condition, walk.at)
        return advance(CouncilMatter(pk=walk.matter.pk), name, by=people["street"], at=walk.at, **given)

    results = at_once(*[partial(link, name) for name in ways])
    assert sum(isinstance(one, Conflict) for one in results) == 1, results
    assert Case.objects.count() + Whistle.objects.count() == 1
    assert_neighbourhood_is_right([walk.matter])


@pytest.mark.parametrize("_attempt", range(5))
def test_a_matter_that_joins_a_case_just_then_declined_does_not_wait_for_ever(people, _attempt):
    walk, other = MatterWalk(people), Walk(people, catalogue())
    walk.to("decided")
    at = walk.at
    joined, _declined = at_once(
        lambda: advance(CouncilMatter(pk=walk.matter.pk), "link_case", by=people["street"], at=at,
                        case=other.case.number),
        lambda: advance(Case(pk=other.case.pk), "decline", by=people["acceptor"], at=at, opinion="非城管事项",
                        reason="other_channel", competent_unit="住建局"),
    )  # fmt: skip
    assert Case.objects.get().state == "declined"
    assert walk.fresh().state == "decided"
    kinds = list(Event.objects.of(walk.matter).order_by("-sequence").values_list("kind", flat=True)[:2])
    assert isinstance(joined, Invalid) or kinds == ["council_matter.let_go", "council_matter.link_case"]
    assert_moves_are_on_record(walk.matter)


@pytest.mark.parametrize("_attempt", range(3))
def test_waiting_no_longer_while_the_whistle_ends_moves_the_matter_once(people, _attempt):
    load_kinds()
    walk = MatterWalk(people)
    walk.to("in_hand")
    key, at = walk.matter.pk, walk.at
    results = at_once(
        lambda: advance(CouncilMatter(pk=key), "stop_waiting", by=people["street"], at=at, opinion="自理"),
        lambda: end_behind(people, key, "whistle ends", "streetlead", at),
    )
    assert sum(isinstance(one, Refusal) for one in results) <= 1, results
    assert walk.fresh().state == "decided"
    last = Event.objects.of(walk.matter).latest("sequence").kind
    assert last in ("council_matter.stop_waiting", "council_matter.let_go")
    assert_neighbourhood_is_right([walk.matter])


def test_the_same_proposal_sent_at_once_is_one(people):
    told: dict[str, Any] = {
        "area": Area.objects.get(code=cast.COMMUNITY),
        "title": "路灯",
        "proposal": "加灯",
        "at": AT,
    }
    send = partial(propose, by=people["street"], client_request_id="a", **told)
    assert len({one.pk for one in at_once(*[send] * THREADS)}) == 1
    assert_moves_are_on_record(CouncilMatter.objects.get())


def assert_walks_are_right() -> None:
    """Each walk has its ten findings and its cases; it is read once."""
    walks = LaneWalk.objects.all()
    for walk in walks:
        assert_moves_are_on_record(walk)
        assert not Clock.objects.of(walk).exists()
        assert walk.findings.count() == 10
        reads = Event.objects.of(walk).filter(kind="lane_walk.read")
        assert [event.facts.get("answer") for event in reads] == ([walk.answer] if walk.state == "read" else [])
    cases = Case.objects.filter(source="steward")
    assert {case.lane_findings.count() for case in cases} <= {1}
    assert_books_are_right(cases)


def test_sixteen_people_at_one_lane_keep_each_walk_whole(people, city):
    lane = lane_with_steward(people, city)
    give_lane(lane=lane, user=people["other_steward"], at=AT, by=people["street"])
    findings = ticked(piles=("reported", "沙石"), advertising=("fixed", "撕掉"))

    def attempt(step: int, number: int) -> Any:
        at = AT + timedelta(minutes=step)
        if number % 4 < 2:  # the same report, sent by both of a steward's devices
            who = ("steward", "other_steward")[number % 2]
            return record_walk(
                lane=lane, findings=findings, lon=120.205, lat=27.335, by=people[who], at=at,
                client_request_id=f"{step % 4}",
            )  # fmt: skip
        unread = LaneWalk.objects.filter(state="recorded").order_by("pk").first()
        if unread is None:
            return None
        return advance(LaneWalk(pk=unread.pk), "read", by=people[STREET[number % 2]], at=at, answer=f"{number} {step}")

    assert storm([[number] * MOVES for number in range(THREADS)], attempt)
    assert LaneWalk.objects.count() == Case.objects.count() == 2 * 4
    assert_walks_are_right()


def test_a_lane_given_and_taken_at_once_is_one_steward_s(people, city):
    lane = lane_with_steward(people, city)
    give = partial(give_lane, lane=lane, user=people["other_steward"], at=AT, by=people["street"])
    results = at_once(*[give] * 4)
    assert sum(isinstance(one, Conflict) for one in results) == 3, results
    assert LaneClaim.objects.filter(user=people["other_steward"], until=None).count() == 1
    assert Event.objects.of(lane).filter(kind="lane.given").count() == 2
    assert_chains_are_whole()
