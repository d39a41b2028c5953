"""The most urgent first: the same order by pages, by positions and both ways, whatever clocks run, stand or stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.casework.models import Case
from cases.casework.urgency import SUBJECT_TYPE
from cases.deadlines.models import Clock
from cases.deadlines.urgency import NEVER, Due
from citygrid.accounts.roles import Role
from tests import cast
from tests.cases.api_drive import Caller
from tests.cases.walk import AT, Walk, catalogue

pytestmark = pytest.mark.django_db


def clock(case, minutes, kind, **fields):
    due = AT + timedelta(minutes=minutes)
    Clock.objects.create(
        subject_type=SUBJECT_TYPE, subject_id=case.pk, kind=kind, started_at=AT, limit_value=1, limit_unit="work_hour",
        due_at=due, warn_at=due, **fields,
    )  # fmt: skip


@pytest.fixture
def cases(people, city):
    """Seven cases; return the keys in the order that is expected, and when each first runs out."""
    people["gw2"] = cast.person("gw2", Role.GRID_WORKER, area=city[cast.GRIDS[0]])
    condition = catalogue()
    made = [Walk(people, condition).case for _number in range(7)]
    Clock.objects.all().delete()
    clock(made[0], 30, "accept")
    clock(made[0], 90, "handle")
    clock(made[1], 10, "accept", stopped_at=AT)  # nothing runs
    clock(made[2], 20, "accept")
    clock(made[2], 20, "handle")  # two at the same time count once
    clock(made[3], 30, "accept")  # as urgent as the first case
    clock(made[4], 5, "accept", paused_since=AT)  # stands still
    clock(made[5], 5, "accept", stopped_at=AT)
    clock(made[5], 60, "handle")
    order = [made[number] for number in (2, 0, 3, 5, 1, 4, 6)]
    dues = [20, 30, 30, 60, None, None, None]
    return [Due(case.pk, AT + timedelta(minutes=due) if due else NEVER) for case, due in zip(order, dues, strict=True)]


@pytest.mark.parametrize("size", range(1, 9))
@pytest.mark.parametrize("down", [False, True])
def test_pages_of_any_size_join_to_the_whole_order(cases, size, down):
    found, after = [], None
    ordered = Case.objects.all().most_urgent_first()
    while page := ordered.page(size, after=after, down=down):
        assert len(page) <= size
        found += page
        after = page[-1]
    assert found == (cases[::-1] if down else cases)


@pytest.mark.parametrize("size", range(1, 9))
def test_positions_name_the_same(cases, size):
    ordered = Case.objects.all().most_urgent_first()
    keys = [due.key for due in cases]
    assert ordered.count() == len(keys)
    for start in range(len(keys)):
        assert ordered[start : start + size] == keys[start : start + size]


def test_a_narrowed_list_keeps_the_order(cases):
    some = [due.key for due in cases[1::2]]
    assert Case.objects.filter(pk__in=some).most_urgent_first()[0:10] == some


@pytest.mark.parametrize("ordering", ["due_at", "-due_at"])
def test_the_api_pages_both_ways_in_this_order(cases, people, ordering):
    leader, named = Caller(people["leader"]), dict(Case.objects.values_list("pk", "number"))
    expected = [named[due.key] for due in (cases if ordering == "due_at" else cases[::-1])]
    page = leader.get("cases/", ordering=ordering, page_size=3)
    forth = [row["number"] for row in page["results"]]
    pages = [forth]
    while page["next"]:
        page = leader.client.get(page["next"]).json()
        pages.append([row["number"] for row in page["results"]])
    assert [number for numbers in pages for number in numbers] == expected
    back = leader.client.get(page["previous"]).json()
    assert [row["number"] for row in back["results"]] == pages[-2]
