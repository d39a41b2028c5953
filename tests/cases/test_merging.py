"""Merging a case into another, and undoing it: states, both timelines, and the clock of the stage."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cases.casework.models import Case
from cases.deadlines.models import Clock
from cases.journal.models import Event
from cases.workflow.engine import advance
from citygrid.common.errors import Conflict, Invalid, NotAllowed
from tests.cases.walk import AT, Walk, catalogue

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(people) -> tuple[Walk, Walk]:
    condition = catalogue()
    return Walk(people, condition), Walk(people, condition)


def running(case: Case) -> dict[str, Clock]:
    return {clock.kind: clock for clock in Clock.objects.of(case).filter(stopped_at=None)}


def at(minutes: int) -> datetime:
    return AT + timedelta(minutes=minutes)


def merge(walk: Walk, target: Case, minutes: int, who: str = "acceptor") -> Case:
    walk.case = advance(walk.case, "merge", by=walk.people[who], at=at(minutes), target=target.number)
    return walk.case


def unmerge(walk: Walk, minutes: int, who: str = "leader") -> Case:
    walk.case = advance(walk.case, "unmerge", by=walk.people[who], at=at(minutes), opinion="不是同一问题")
    return walk.case


def test_a_merge_stands_on_both_timelines_and_stops_the_clock(pair):
    one, target = pair
    case = merge(one, target.case, 5)
    assert (case.state, case.merged_into, case.closed_at) == ("merged", target.case, at(5))
    assert not running(case)
    told = Event.objects.of(target.case).order_by("-pk").first()
    assert told is not None
    assert (told.kind, told.facts["merged"]) == ("case.absorb", case.number)


@pytest.mark.parametrize(("state", "kind", "due"), [("reported", "accept", 15), ("accepted", "file", 16)])
def test_an_unmerged_case_goes_on_where_it_stood_with_what_its_clock_had_left(pair, state, kind, due):
    one, target = pair
    one.to(state)  # accepted a minute after the report
    merge(one, target.case, 5)
    case = unmerge(one, 105)
    assert (case.state, case.merged_into, case.closed_at) == (state, None, None)
    clocks = running(case)
    assert set(clocks) == {kind}, "the clock of its stage, and no other"
    assert clocks[kind].due_at == at(due + 100), "15 minutes in all: those before the merge are used, the merge is not"
    assert Clock.objects.of(case).filter(kind=kind).count() == 1
    told = Event.objects.of(target.case).order_by("-pk").first()
    assert told is not None
    assert told.kind == "case.release"


def test_what_was_late_before_the_merge_stays_late(pair):
    one, target = pair
    merge(one, target.case, 40)
    case = unmerge(one, 60)
    assert running(case)["accept"].overdue(at(60))
    assert running(case)["accept"].due_at == at(15)


def test_merged_and_unmerged_twice_counts_both_pauses(pair):
    one, target = pair
    for minutes in (5, 20):
        merge(one, target.case, minutes)
        unmerge(one, minutes + 10)
    assert running(one.case)["accept"].due_at == at(35)
    assert len(running(one.case)["accept"].pauses) == 2


def test_the_unmerged_case_is_accepted_as_any_other(pair):
    one, target = pair
    merge(one, target.case, 5)
    unmerge(one, 10)
    case = advance(one.case, "accept", by=one.people["acceptor"], at=at(12))
    assert set(running(case)) == {"file"}


def test_nothing_is_merged_into_itself_or_into_what_is_at_an_end(pair):
    one, target = pair
    with pytest.raises(Invalid, match="into itself"):
        merge(one, one.case, 1)
    target.to("declined")
    with pytest.raises(Conflict, match="nothing can be merged into it") as refusal:
        merge(one, target.case, 5)
    assert refusal.value.code == "target_ended"


def test_only_the_shift_leader_undoes_a_merge_and_says_why(pair):
    one, target = pair
    merge(one, target.case, 5)
    with pytest.raises(NotAllowed, match="shift leader"):
        unmerge(one, 6, who="acceptor")
    with pytest.raises(Invalid, match="opinion"):
        advance(one.case, "unmerge", by=one.people["leader"], at=at(6))
