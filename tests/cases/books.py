"""What must be true of the books of every case at any time, whatever was done to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any

from cases.casework.models import Case
from cases.casework.states import TERMINAL, State
from cases.deadlines.models import Clock
from cases.fieldwork.models import FieldTask
from cases.journal.models import Event
from cases.journal.verify import Verification

# Which clocks run in a state, written by hand; in brackets those that stand still.
CLOCKS = {
    State.REPORTED: "accept", State.VERIFYING: "(accept) verify", State.ACCEPTED: "file", State.FILED: "dispatch",
    State.DISPATCHED: "sign handle", State.HANDLING: "handle", State.SUSPENDED: "(handle)", State.SUBMITTED: "handle",
    State.FED_BACK: "", State.PENDING_CHECK: "check", State.CHECKING: "check", State.PENDING_CLOSE: "close",
}  # fmt: skip
LAST_MOVES_OF_A_MERGED_CASE = ("case.merge", "case.release", "case.absorb")


def assert_books_are_right(cases: Iterable[Any], *, chains: bool = True) -> None:
    """Hold every case, with its events, clocks, rounds, tasks and requests, against what must be."""
    for case in Case.objects.filter(pk__in=[case.pk for case in cases]):
        assert_moves_are_on_record(case)
        _merged(case)
        _clocks(case)
        _rounds(case)
        _children(case)
    if chains:
        assert_chains_are_whole()


def assert_chains_are_whole() -> None:
    """Verify the whole journal, as an auditor does."""
    assert not [str(fault) for fault in Verification().faults()]


def assert_moves_are_on_record(subject: Any) -> None:
    """One event a move, versions and sequences without gaps, states in a row, each chained to the one before.

    Notes on a clock stand between the moves and are none.
    """
    events = list(Event.objects.of(subject).order_by("sequence"))
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    for before, after in pairwise(events):
        assert after.previous_hash == before.hash
    moves = [event for event in events if not event.kind.startswith("clock.")]
    assert [event.facts["version"] for event in moves] == list(range(1, subject.version + 1))
    for before, after in pairwise(moves):
        assert after.from_state == before.to_state
    assert moves[-1].to_state == subject.state


def _merged(case: Case) -> None:
    """A merged case names another one, and nothing came after."""
    if case.state == State.MERGED:
        assert case.merged_into_id not in (None, case.pk)
        assert Event.objects.of(case).latest("sequence").kind in LAST_MOVES_OF_A_MERGED_CASE


def _clocks(case: Case) -> None:
    clocks = Clock.objects.of(case)
    for clock in clocks:
        moments = [clock.started_at, *_moments(clock.pauses), *filter(None, [clock.paused_since, clock.stopped_at])]
        assert moments == sorted(moments), f"{case.state}: {clock.kind} goes backwards: {moments}"
    running = {clock.kind: clock for clock in clocks if clock.stopped_at is None}
    assert len(running) == sum(clock.stopped_at is None for clock in clocks), "two clocks of a kind"
    told = {word.strip("()"): word.startswith("(") for word in CLOCKS.get(State(case.state), "").split()}
    asked = case.open_request()
    if (case.state == State.FILED and case.returned) or (asked is not None and asked.kind == "return"):
        told["handle"] = True
    assert {kind: clock.paused_since is not None for kind, clock in running.items()} == told, case.state
    if "handle" in running:
        assert running["handle"].department_id == case.lead_department_id


def _moments(pauses: list[list[str]]) -> Iterable[Any]:
    return (datetime.fromisoformat(moment) for stretch in pauses for moment in stretch)


def _rounds(case: Case) -> None:
    rounds = list(case.rounds.order_by("number"))
    assert [one.number for one in rounds] == list(range(1, case.round_number + 1))
    still_on = [one.number for one in rounds if one.ended_at is None]
    assert still_on in ([], [case.round_number]), "only the last round may go on"
    if case.state in (State.DISPATCHED, State.HANDLING, State.SUSPENDED, State.SUBMITTED):
        assert still_on, f"{case.state} without a round"
    if case.state in TERMINAL:
        assert not still_on, f"{case.state} with a round that goes on"


def _children(case: Case) -> None:
    tasks = [task.kind for task in FieldTask.objects.waiting().filter(case=case)]
    assert tasks == {State.VERIFYING: ["verify"], State.CHECKING: ["check"]}.get(State(case.state), []), case.state
    if case.state in TERMINAL:
        asked = case.open_request()
        assert asked is None or asked.kind == "appeal", f"{case.state} with an open request: {asked}"
        assert case.handler_id is None
