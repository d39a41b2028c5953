"""Many people at one case at once, on the engine that lets them: no interleaving breaks the books."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cases.casework.models import Case
from cases.casework.numbers import NumberSeries
from cases.casework.services import report_case
from cases.evidence.models import Evidence
from cases.workflow.engine import advance
from citygrid.accounts.roles import Role
from citygrid.common.errors import Refusal
from gridmap.departments.models import Department
from tests import cast
from tests.cases.books import assert_books_are_right
from tests.cases.crowds import at_once, storm
from tests.cases.inputs import given_for
from tests.cases.walk import AT, Walk, catalogue, photo

pytestmark = [pytest.mark.postgis, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
THREADS, MOVES = 16, 8
BASE = AT + timedelta(minutes=30)  # when every case has come to where it starts from
# Whose move it is; whoever tries what is not his is refused at once and races with nobody.
BY_ROLE = {
    "acceptor": "accept decline merge send_verify send_check rework urge answer_supervision comment",
    "leader": "file refuse_file give_back merge unmerge close reopen rework comment", "manager": "supervise reopen",
    "dispatcher": "dispatch send_back redispatch pass_feedback rework urge", "gw": "fix_on_spot comment",
    "clerk": "sign assign_handler revoke_handler submit confirm redo_inside", "handler": "submit comment",
}  # fmt: skip
TRIES = [(name, who) for who, names in BY_ROLE.items() for name in names.split()]
STARTS = ["reported", "accepted", "filed", "dispatched", "handling", "submitted", "fed_back", "pending_check"]
STEP = st.tuples(st.integers(0, 1), st.sampled_from(TRIES)).map(lambda pair: (pair[0], *pair[1]))
PLANS = st.lists(st.lists(STEP, min_size=MOVES, max_size=MOVES), min_size=THREADS, max_size=THREADS)


@settings(max_examples=5, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(plans=PLANS, states=st.tuples(st.sampled_from(STARTS), st.sampled_from(STARTS)))
def test_sixteen_people_at_two_cases_never_break_the_books(people, plans, states):
    from cases.catalogue.conditions import FilingCondition

    condition = FilingCondition.objects.first() or catalogue()
    if "zj" not in people:
        bureau = Department.objects.get(code="ZJJ")
        people["zj"] = cast.person("zj", Role.DEPT_CLERK, department=bureau)  # else nothing is ever dispatched there
    walks = [Walk(people, condition) for _n in range(2)]
    for walk, state in zip(walks, states, strict=True):
        walk.to(state)
    cases = [walk.case for walk in walks]

    def attempt(step: int, trial: tuple[int, str, str]) -> None:
        number, name, who = trial
        user, at = people[who], BASE + timedelta(minutes=step)
        given = given_for(name, cases[1 - number].number, condition.code, user, at)
        advance(Case(pk=cases[number].pk), name, by=user, at=at, opinion="意见", **given)

    storm(plans, attempt)
    assert_books_are_right(cases)


def test_two_who_merge_crosswise_leave_one_case_to_work_on(people):
    condition = catalogue()
    one, two = Walk(people, condition).case, Walk(people, condition).case
    results = at_once(
        *[partial(advance, case, "merge", by=people["acceptor"], at=AT, target=target.number)
          for case, target in ((one, two), (two, one))]
    )  # fmt: skip
    (refused,) = [result for result in results if isinstance(result, Refusal)]
    assert refused.code in ("target_ended", "stale_version", "wrong_state")
    assert Case.objects.open().count() == 1


def test_reports_at_once_get_numbers_without_a_gap(people):
    condition = catalogue()
    photos = [photo(people["gw"]) for _n in range(48)]

    def report(_step: int, piece: Evidence) -> None:
        report_case(
            category=condition.category, description="垃圾", lon=120.205, lat=27.335, at=AT, by=people["gw"],
            photos=[piece],
        )  # fmt: skip

    assert storm([photos[n::8] for n in range(8)], report) == 48
    assert Case.objects.count() == 48
    assert NumberSeries.objects.get().last == 48
    assert sorted(Case.objects.values_list("number", flat=True)) == [f"FD20260302{n:04}" for n in range(1, 49)]
