"""The pages about cases without a browser: who sees what, what is kept when a move is refused, how many queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases.casework.models import Case
from cases.casework.states import State
from citygrid.common import clock
from tests.cases.walk import Walk, catalogue
from tests.web.test_areas import signed_in

pytestmark = pytest.mark.django_db
EN = {"accept-language": "en"}


@pytest.fixture
def walk(people) -> Walk:
    """A case reported an hour ago."""
    return Walk(people, catalogue(), at=clock.now() - timedelta(hours=1))


def see(user: Any, path: str, **query: Any) -> str:
    answer = signed_in(user).get(path, query, headers=EN)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def post(user: Any, path: str, **data: Any) -> Any:
    return signed_in(user).post(path, data, headers=EN)


REACHED = [state for state in State if hasattr(Walk, f"_to_{state.value}") and state != State.VERIFYING]


@pytest.mark.parametrize("state", REACHED)
def test_everybody_who_may_see_a_case_gets_its_page_in_every_state(people, walk, state):
    case = walk.to(state)
    for name, user in people.items():
        seen = Case.objects.visible_to(user).filter(pk=case.pk).exists()
        answer = signed_in(user).get(f"/cases/{case.number}/", headers=EN)
        if name in ("auditor", "sysadmin", "secadmin"):
            assert answer.status_code == 403, name
        else:
            assert answer.status_code == (200 if seen else 404), name
        if seen:
            assert case.number in answer.content.decode()
        assert signed_in(user).get("/", headers=EN).status_code == 200
