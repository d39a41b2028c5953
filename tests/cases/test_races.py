"""Many people at one case at once, on the engine that lets them: no interleaving breaks the books."""

from __future__ import annotations

import random
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.casework.models import Case
from cases.casework.numbers import NumberSeries
from cases.casework.services import report_case
from cases.casework.table import ROWS
from cases.evidence.models import Evidence
from cases.workflow.engine import advance
from citygrid.accounts.roles import Role
from citygrid.common.errors import Refusal
from gridmap.departments.models import Department
from tests import cast
from tests.cases.books import assert_books_are_right
from tests.cases.walk import AT, Walk, catalogue, photo

pytestmark = [pytest.mark.postgis, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
THREADS, MOVES = 16, 8
WHO = ["acceptor", "leader", "dispatcher", "clerk", "handler", "manager", "gw", "operator"]


def given_for(name: str, others: list[Case], condition: Any, user: Any) -> dict[str, Any]:
    """Return inputs with which the move could succeed."""
    return {
        "merge": {"target": random.choice(others).number},
        "file": {"condition": condition.code},
        "dispatch": {"department": "CGJ"},
        "redispatch": {"department": "ZJJ"},
        "assign_handler": {"handler": "handler"},
        "submit": {"outcome": "cannot", "result": "无法处理"},
        "decline": {"reason": "no_problem", "competent_unit": "无"},
        "comment": {"text": "批注"},
        "supervise": {"order": "尽快办理"},
        "answer_supervision": {"reply": "已办理"},
        "fix_on_spot": {"result": "已清理"},
    }.get(name, {})


def storm(people: dict[str, Any], cases: list[Case], condition: Any, seed: int) -> tuple[int, list[BaseException]]:
    """Let threads make random moves; return how many succeeded, and what was not a refusal."""
    done, faults, lock = [0], list[BaseException](), threading.Lock()
    names = [row.name for row in ROWS if row.sources and not row.system and row.name != "force_close"]

    def work(number: int) -> None:
        dice = random.Random(seed * 1000 + number)
        try:
            for step in range(MOVES):
                case, name = dice.choice(cases), dice.choice(names)
                user = people[dice.choice(WHO)]
                try:
                    advance(
                        Case(pk=case.pk), name, by=user, at=AT + timedelta(minutes=step), opinion="意见",
                        **given_for(name, [c for c in cases if c.pk != case.pk], condition, user),
                    )  # fmt: skip
                    with lock:
                        done[0] += 1
                except Refusal:
                    pass
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done[0], faults


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_sixteen_people_at_two_cases_never_break_the_books(people, seed):
    from cases.catalogue.conditions import FilingCondition

    condition = FilingCondition.objects.first() or catalogue()
    if "zj" not in people:
        bureau = Department.objects.get(code="ZJJ")
        people["zj"] = cast.person("zj", Role.DEPT_CLERK, department=bureau)  # else nothing is ever dispatched there
    cases = [Walk(people, condition).case for _n in range(2)]
    done, faults = storm(people, cases, condition, seed)
    assert not faults, faults
    assert done
    assert_books_are_right(cases)


def test_two_who_merge_crosswise_leave_one_case_to_work_on(people):
    condition = catalogue()
    one, two = Walk(people, condition).case, Walk(people, condition).case
    barrier, results = threading.Barrier(2), []

    def work(case: Case, target: Case) -> None:
        barrier.wait()
        try:
            advance(case, "merge", by=people["acceptor"], at=AT, target=target.number)
            results.append("merged")
        except Refusal as refusal:
            results.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results)[-1] in ("merged", "target_ended")
    assert results.count("merged") == 1
    assert Case.objects.open().count() == 1


def test_reports_at_once_get_numbers_without_a_gap(people):
    condition = catalogue()
    photos = [photo(people["gw"]) for _n in range(48)]

    def work(mine: list[Evidence]) -> None:
        for piece in mine:
            report_case(
                category=condition.category, description="垃圾", lon=120.205, lat=27.335, at=AT, by=people["gw"],
                photos=[piece],
            )  # fmt: skip
        connection.close()

    threads = [threading.Thread(target=work, args=(photos[n::8],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Case.objects.count() == 48
    assert NumberSeries.objects.get().last == 48
    assert sorted(Case.objects.values_list("number", flat=True)) == [f"FD20260302{n:04}" for n in range(1, 49)]
