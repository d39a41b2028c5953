"""The lists of cases without a browser: queues, filters, many moves at once, map and case beside the list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.casework.models import Case
from cases.casework.states import State
from citygrid.common import clock
from tests import cast
from tests.cases.walk import Walk, catalogue
from tests.web.case_pages import EN, post, see
from tests.web.test_areas import signed_in

pytestmark = pytest.mark.django_db
# Queries of a page at most, session and frame included.
MOST = {("acceptor", "/"): 30, ("acceptor", "/cases/"): 32, ("clerk", "/cases/?tab=all"): 30, ("gw", "/"): 30}


@pytest.fixture
def walk(people) -> Walk:
    """A case reported an hour ago."""
    return Walk(people, catalogue(), at=clock.now() - timedelta(hours=1))


def test_bulk_moves_answer_for_each_case_by_itself(people, walk):
    other = Walk(people, walk.condition, at=walk.at)
    stale = f"{other.case.number}:{other.case.version}"
    other.do("comment", "operator", text="x")
    answer = post(
        people["acceptor"], "/cases/bulk/", move="accept",
        pick=[f"{walk.case.number}:{walk.case.version}", stale, "FD209901010001:1"], next="/cases/?tab=accept",
    )  # fmt: skip
    page = answer.content.decode()
    assert "Done for 1 of 3" in page
    assert "Somebody else has changed this" in page
    assert 'href="/cases/?tab=accept"' in page
    assert [Case.objects.get(pk=one.case.pk).state for one in (walk, other)] == ["accepted", "reported"]
    assert "No case was chosen" in post(people["acceptor"], "/cases/bulk/", move="accept").content.decode()


def test_queues_count_and_filters_narrow(people, walk):
    walk.to(State.HANDLING)
    late = Walk(people, walk.condition, at=walk.at)
    page = see(people["clerk"], "/cases/", tab="our_hand")
    assert "1 case" in page
    assert walk.case.number in page
    page = see(people["acceptor"], "/cases/")
    assert walk.case.number not in page
    for query in ({"q": walk.case.number.lower()}, {"state": "handling"}, {"q": "垃圾", "area": cast.OURS}):
        assert walk.case.number in see(people["acceptor"], "/cases/", tab="all", **query)
    for query in ({"q": "nothing"}, {"source": "media"}, {"area": cast.THEIRS}, {"state": "wrong"}):
        page = see(people["acceptor"], "/cases/", tab="all", **query)
        assert "No case was found" in page
    page = see(people["acceptor"], "/cases/", tab="all", lamp="red")
    assert late.case.number in page
    assert walk.case.number not in page
    page = see(people["acceptor"], "/cases/", tab="all", state="wrong")
    assert "not one of the available choices" in page


def test_the_cost_of_a_page_does_not_grow_with_its_cases(people, walk):
    counts: dict[tuple[str, str], list[int]] = {}
    for _more in range(2):
        for who, path in (("acceptor", "/"), ("acceptor", "/cases/"), ("clerk", "/cases/?tab=all"), ("gw", "/")):
            client = signed_in(people[who])
            client.get(path)
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            counts.setdefault((who, path), []).append(len(queries))
        for _case in range(4):
            Walk(people, walk.condition, at=walk.at).to(State.HANDLING)
            Walk(people, walk.condition, at=walk.at)
    assert {key: found for key, found in counts.items() if found[1] > MOST[key]} == {}
    assert counts[("acceptor", "/cases/")][0] == counts[("acceptor", "/cases/")][1]


def test_a_desk_of_the_centre_has_the_map_beside_the_list_until_it_chooses_otherwise(people, walk):
    client = signed_in(people["dispatcher"])

    def page(path: str) -> str:
        answer = client.get(path, headers=EN)
        assert answer.status_code == 200
        return str(answer.content.decode())

    walk.to(State.FILED)
    assert "data-cg-list-map" in page("/cases/")
    assert "120.205" in page("/cases/")
    assert "data-cg-list-map" not in page("/cases/?view=list")
    assert "data-cg-list-map" not in page("/cases/")
    assert "data-cg-list-map" in page("/cases/?view=map")
    assert "data-cg-list-map" not in page("/cases/?view=map&q=nothing&tab=all")
    assert "data-cg-list-map" not in see(people["clerk"], "/cases/?tab=all")


def test_a_case_beside_the_list_has_its_moves_and_leads_back_to_the_list(people, walk):
    walk.to(State.FILED)
    path = f"/cases/{walk.case.number}/peek/"
    page = see(people["dispatcher"], path, next="/cases/?tab=dispatch")
    assert "<html" not in page
    assert f'action="/cases/{walk.case.number}/moves/dispatch/"' in page
    assert 'name="next" value="/cases/?tab=dispatch"' in page
    assert 'name="next"' not in see(people["dispatcher"], path, next="https://elsewhere.example/")
    assert signed_in(people["stranger_gw"]).get(path).status_code == 404
    refused = post(people["dispatcher"], f"/cases/{walk.case.number}/moves/dispatch/", next="/cases/?tab=dispatch")
    assert refused.status_code == 422
    assert 'name="next" value="/cases/?tab=dispatch"' in refused.content.decode()
    done = post(people["dispatcher"], f"/cases/{walk.case.number}/moves/dispatch/", department="CGJ",
                version=str(walk.case.version), next="/cases/?tab=dispatch", opinion="按职责")  # fmt: skip
    assert done.headers["Location"] == "/cases/?tab=dispatch"
