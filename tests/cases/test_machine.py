"""Any moves in any order, made by anybody: a refusal changes nothing, a move changes just what its row says."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from cases.approvals.models import Approval
from cases.approvals.services import ask
from cases.approvals.states import RequestKind
from cases.casework import timely
from cases.casework.models import Case
from cases.casework.states import State
from cases.casework.table import CASE, ROWS
from cases.deadlines.models import Clock
from cases.fieldwork.models import FieldTask
from cases.journal.models import Event
from cases.workflow.engine import advance
from citygrid.accounts.roles import Role
from citygrid.common import clock
from citygrid.common.errors import Refusal
from gridmap.departments.services import change_department
from tests import cast
from tests.cases.api_drive import Caller
from tests.cases.books import assert_books_are_right, assert_chains_are_whole
from tests.cases.inputs import given_for
from tests.cases.walk import AT, Walk, catalogue, photo

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CASES = 2
MOVES = sorted(row.name for row in ROWS if row.sources and not row.system)
# The ones that end a case are rare, so that runs get far.
COMMON = [name for name in MOVES if name not in ("force_close", "decline", "refuse_file", "comment", "urge")]
WHO = ("gw", "gw2", "acceptor", "leader", "dispatcher", "clerk", "zjj", "handler", "manager", "operator", "stranger_gw")
# Who usually makes a move: a run that asks only them gets somewhere.
USUAL = {
    State.REPORTED: ("acceptor", ("accept", "send_verify", "merge", "decline")),
    State.ACCEPTED: ("leader", ("file", "file", "give_back", "merge")),
    State.FILED: ("dispatcher", ("dispatch", "dispatch", "send_back")), State.DISPATCHED: ("clerk", ("sign",)),
    State.HANDLING: ("clerk", ("submit", "assign_handler", "revoke_handler")),
    State.SUBMITTED: ("zjj", ("confirm", "confirm", "redo_inside")),
    State.FED_BACK: ("dispatcher", ("pass_feedback", "rework", "redispatch")),
    State.PENDING_CHECK: ("acceptor", ("send_check", "send_check", "rework")),
    State.PENDING_CLOSE: ("leader", ("close", "close", "rework")), State.CLOSED: ("leader", ("reopen",)),
    State.MERGED: ("leader", ("unmerge",)), State.SUSPENDED: ("dispatcher", ("resume",)),
    State.DECLINED: ("manager", ("reopen",)), State.NOT_FILED: ("manager", ("reopen",)),
}  # fmt: skip
STARTS = [state for state in State if state not in (State.CALLBACK, State.MERGED)]
which, minutes = st.integers(0, CASES - 1), st.integers(0, 90)


def books(case: Any) -> tuple[Any, ...]:
    """Everything that a refused move must leave as it was."""
    rows = (Case.objects.filter(pk=case.pk), Clock.objects.of(case), case.rounds, case.approvals, case.field_tasks,
            case.supervisions, case.evidence)  # fmt: skip
    return (*(sorted(map(_told, one.values())) for one in rows), Event.objects.count())


def _told(row: dict[str, Any]) -> str:
    return str({name: str(value) for name, value in row.items()})


class Office(RuleBasedStateMachine):
    """Two cases and everybody who may have to do with them. The clock only goes forward."""

    people: dict[str, Any]
    condition: Any
    departments: dict[str, Any]
    at = AT  # of all offices, since they share the clock of the pages

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.keys = count(1)
        self.walks = [Walk(self.people, self.condition) for _n in range(CASES)]
        Office.at = AT

    def teardown(self) -> None:
        assert_chains_are_whole()
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @initialize(states=st.lists(st.sampled_from(STARTS), min_size=CASES, max_size=CASES), trusted=st.booleans())
    def begin(self, states: list[State], trusted: bool) -> None:
        """Let the cases begin anywhere, as in an office on any morning."""
        for walk, state in zip(self.walks, states, strict=True):
            walk.to(state)
        Office.at = max(walk.at for walk in self.walks)
        if trusted:
            change_department(department=self.departments["CGJ"], trusted=True, at=self.at)
            self.departments["CGJ"].trusted = False  # as the next run finds it

    def case(self, number: int) -> Case:
        return Case.objects.get(pk=self.walks[number].case.pk)

    def attempt(self, number: int, name: str, who: str, **more: Any) -> bool:
        """Make a move, if it is possible, and hold what became of the case against the row."""
        case, user = self.case(number), self.people[who]
        other = self.case(1 - number)
        before = books(case), books(other)
        given = given_for(name, other.number, self.condition.code, user, self.at)
        try:
            with transaction.atomic():
                advance(case, name, by=user, at=self.at, opinion="意见", **{**given, **more})
        except Refusal as refusal:
            assert len(str(refusal)) > 15, "a refusal is a sentence"
            assert (books(case), books(other)) == before, f"{name} was refused and yet changed something"
            event(f"refused: {refusal.code}")
            return False
        event(f"made: {name}")
        row, fresh = CASE[name], self.case(number)
        assert case.state in row.sources
        passed = name == "confirm" and fresh.lead_department is not None and fresh.lead_department.trusted
        expected = (State.PENDING_CHECK,) if passed else row.targets or (case.state,)
        assert fresh.state in expected, f"{name} led from {case.state} to {fresh.state}"
        assert fresh.version == case.version + (2 if passed else 1)
        if name not in ("merge", "unmerge"):
            assert books(other)[:-1] == before[1][:-1], f"{name} changed another case"
        return True

    @rule(number=which, name=st.sampled_from(COMMON), who=st.sampled_from(WHO), later=minutes)
    def anybody_tries_anything(self, number: int, name: str, who: str, later: int) -> None:
        Office.at += timedelta(minutes=later)
        self.attempt(number, name, who)

    @rule(number=which, choices=st.lists(st.integers(0, 99), min_size=3, max_size=10), later=minutes)
    def the_case_goes_its_way(self, number: int, choices: list[int], later: int) -> None:
        """Let the right people do what they may, one thing after the other, now and then with a step aside."""
        for choice in choices:
            Office.at += timedelta(minutes=later)
            state = State(self.case(number).state)
            if choice < 8:
                self.attempt(number, "force_close", "manager")
            elif choice < 25:
                self.somebody_asks(number, RequestKind.values[choice % len(RequestKind.values)])
            elif choice < 40:
                self.whoever_may_decides(number, "refuse" if choice < 28 else "approve", 1)
            elif state in (State.VERIFYING, State.CHECKING):
                verdicts = ("true", "false") if state == State.VERIFYING else ("pass", "fail")
                self.the_grid_worker_reports_back(number, verdicts[choice % 2], 1)
            elif usual := USUAL.get(state):
                who, names = usual
                self.attempt(number, names[choice % len(names)], who)

    @rule(number=which, name=st.sampled_from(MOVES), who=st.sampled_from(WHO))
    def a_stale_version_is_refused(self, number: int, name: str, who: str) -> None:
        assert not self.attempt(number, name, who, version=self.case(number).version + 1)

    def the_grid_worker_reports_back(self, number: int, verdict: str, later: int) -> None:
        Office.at += timedelta(minutes=later)
        if task := FieldTask.objects.waiting().filter(case=self.case(number)).first():
            photos = [photo(task.assignee, self.at)]
            try:
                with transaction.atomic():
                    advance(task, "complete", by=task.assignee, at=self.at, verdict=verdict, photos=photos,
                            position="120.205,27.335")  # fmt: skip
            except Refusal as refusal:
                event(f"task refused: {refusal.code}")

    def somebody_asks(self, number: int, kind: str) -> None:
        case, who = self.case(number), "dispatcher" if kind == RequestKind.CANCELLATION else "clerk"
        before = books(case)
        try:
            with transaction.atomic():
                ask(case=case, kind=RequestKind(kind), reason="理由", by=self.people[who], at=self.at,
                    until=self.at + timedelta(days=2))  # fmt: skip
            event(f"asked: {kind}")
        except Refusal:
            assert books(case) == before

    def whoever_may_decides(self, number: int, name: str, later: int) -> None:
        Office.at += timedelta(minutes=later)
        for who in ("zjj", "clerk", "dispatcher", "leader", "acceptor"):
            asked: Approval | None = self.case(number).open_request()
            if asked is None:
                return
            try:
                with transaction.atomic():
                    advance(asked, name, by=self.people[who], at=self.at, opinion="意见")
                event(f"{name}: {asked.kind}")
            except Refusal:
                continue

    @rule(hours=st.sampled_from([1, 24, 72, 24 * 8]))
    def time_passes(self, hours: int) -> None:
        Office.at += timedelta(hours=hours)
        timely.run(self.at)

    @rule(number=which, who=st.sampled_from(["acceptor", "leader", "dispatcher", "clerk"]), data=st.data())
    def the_same_command_is_sent_twice(self, number: int, who: str, data: st.DataObject) -> None:
        case = self.case(number)
        name = data.draw(st.sampled_from(USUAL.get(State(case.state), ("", ("comment",)))[1]))
        given = given_for(name, self.case(1 - number).number, self.condition.code, self.people[who], self.at)
        body = {
            key: [str(one.pk) for one in value] if isinstance(value, list) else value for key, value in given.items()
        }
        caller, address = Caller(self.people[who]), f"/api/v1/cases/{case.number}/actions/{name}/"
        headers = {"Idempotency-Key": str(next(self.keys))}  # refused, the same may be sent anew with another photo
        first, again = (
            caller.client.post(address, {**body, "opinion": "意见"}, format="json", headers=headers) for _n in range(2)
        )
        assert (again.status_code, again.json()) == (first.status_code, first.json())
        assert again["Idempotent-Replay"] == "true"
        assert self.case(number).version <= case.version + 2
        event(f"twice: {first.status_code}")

    @invariant()
    def the_books_are_right(self) -> None:
        assert_books_are_right([walk.case for walk in self.walks], chains=False)


def test_nothing_that_anybody_does_breaks_the_books(people, city, departments, monkeypatch):
    people["gw2"] = cast.person("gw2", Role.GRID_WORKER, area=city[cast.GRIDS[0]])
    people["zjj"] = cast.person("zjj", Role.DEPT_CLERK, department=departments["CGJ"])  # a colleague confirms
    Office.people, Office.departments, Office.condition = people, departments, catalogue()
    monkeypatch.setattr(clock, "now", lambda: Office.at)
    run_state_machine_as_test(
        Office,
        settings=settings(
            max_examples=8, stateful_step_count=12, deadline=None, phases=[Phase.generate, Phase.shrink],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
