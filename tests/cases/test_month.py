"""The grid worker's month: what counts as valid, what as in time, and what belongs to the month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cases.casework.models import Case
from cases.casework.month import Month, month_of
from cases.fieldwork.models import FieldTask
from citygrid.accounts.roles import Role
from citygrid.common import clock
from tests import cast
from tests.cases.walk import Walk, catalogue
from tests.web.case_pages import see

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 10, 2, tzinfo=UTC)


@pytest.fixture
def condition(people, city):
    people["gw2"] = cast.person("gw2", Role.GRID_WORKER, area=city[cast.GRIDS[0]])
    return catalogue()


def test_filed_reports_are_valid_declined_ones_not_and_the_others_wait(people, condition, django_assert_num_queries):
    for state in ("filed", "accepted", "reported", "declined", "merged", "cancelled"):
        Walk(people, condition, at=AT).to(state)
    filed = Case.objects.exclude(condition=None).count()
    assert filed == 2  # the cancelled one had been filed
    assert month_of(people["gw"], AT + timedelta(days=1)) == Month(
        reports=Case.objects.filter(reporter=people["gw"]).count(), judged=3, valid=2, tasks=0, in_time=0
    )
    with django_assert_num_queries(2):
        assert month_of(people["gw2"], AT + timedelta(days=1)).reports == 0


def test_the_month_begins_at_midnight_in_shanghai(people, condition):
    first = datetime(2026, 2, 28, 16, tzinfo=UTC)
    Walk(people, condition, at=first - timedelta(seconds=1))
    assert month_of(people["gw"], first).reports == 0
    Walk(people, condition, at=first)
    assert month_of(people["gw"], first).reports == 1
    assert month_of(people["gw"], first - timedelta(seconds=1)).reports == 1


def test_a_task_done_late_or_never_is_not_in_time(people, condition):
    for late in (False, True):
        walk = Walk(people, condition, at=AT)
        walk.to("verifying")
        task = FieldTask.objects.get(case=walk.case)
        assert task.due_at is not None
        if late:
            walk.at = task.due_at
        walk.report_back("true", "gw2")
    assert month_of(people["gw2"], AT + timedelta(days=1)) == Month(0, 0, 0, tasks=2, in_time=1)


def test_the_first_page_of_a_grid_worker_shows_it_and_no_other(people, condition):
    Walk(people, condition, at=clock.now()).to("filed")
    page = see(people["gw"], "/")
    assert "My month" in page
    assert "1 of 1 decided" in page
    assert "none ended yet" in page
    assert "My month" not in see(people["acceptor"], "/")
