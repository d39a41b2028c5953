"""Rates and scores over the API: own figures with lists behind them, the ranking without, strangers, bad questions."""

from __future__ import annotations

import pytest

from cases.hotline.models import Ticket
from tests.cases.api_drive import Caller
from tests.cases.test_api_shapes import faults, shapes  # noqa: F401 - a fixture
from tests.cases.ticket_walk import NAME, PHONE, SAD, TicketWalk, hotline
from tests.cases.whistling import Tune, add_departments

pytestmark = pytest.mark.django_db
ADDRESS, MARCH = "evaluations/", "2026-03"


@pytest.fixture
def people(people, city):
    hotline(people, city)
    add_departments(people, city)
    return people


@pytest.fixture
def tickets(people):
    """A ticket solved and one not, at our street; one that the bureau solved."""
    good, bad = TicketWalk(people), TicketWalk(people)
    good.to("closed")
    bad.to("callback_open")
    bad.do("close_callback", "callback", fault="conditions", **SAD)
    TicketWalk(people, unit="CGJ").to("closed")
    return {"good": good.ticket.number, "bad": bad.ticket.number}


def test_a_manager_reads_the_three_rates_and_opens_what_was_counted(people, tickets, shapes):  # noqa: F811
    caller = Caller(people["manager"])
    answer = caller.get(ADDRESS, family="hotline", period=MARCH, count="1")
    assert (answer["next"], answer["previous"], answer["count"]) == (None, None, 2)
    assert [(row["unit"]["code"], row["place"], row["score"]) for row in answer["results"]] == [
        ("CGJ", 1, 100.0), ("SQ", 2, 55.0),
    ]  # fmt: skip
    row = answer["results"][1]
    assert faults(shapes, "Evaluation", row) == []
    assert {one["name"]: (one["numerator"], one["denominator"], one["percent"]) for one in row["figures"]} == {
        "response": (2, 2, 100.0), "solution": (1, 2, 50.0), "satisfaction": (1, 2, 50.0), "redo": (0, 2, 0.0),
    }  # fmt: skip
    assert row["weights"] == {"response": 10, "solution": 45, "satisfaction": 45}
    assert all(one["rule"] and one["source"] for one in row["figures"])
    assert caller.get(f"{ADDRESS}{row['id']}/") == row
    listed = {}
    for part in ("counted", "good", "missed"):
        found = caller.get(f"{ADDRESS}{row['id']}/cases/", indicator="solution", part=part)["results"]
        listed[part] = [one["number"] for one in found]
    assert listed == {
        "counted": [tickets["bad"], tickets["good"]], "good": [tickets["good"]], "missed": [tickets["bad"]],
    }  # fmt: skip
    paged = caller.get(f"{ADDRESS}{row['id']}/cases/", indicator="solution", page_size="1", count="1")
    assert (paged["count"], len(paged["results"]), paged["next"] is None) == (2, 1, False)


def test_a_street_has_its_own_figures_and_reads_the_ranking_without_counts(people, tickets):
    caller = Caller(people["street"])
    (own,) = caller.get(ADDRESS, family="hotline", period=MARCH)["results"]
    assert (own["unit"]["code"], own["place"], own["own"]) == ("SQ", 2, True)  # the place is that among all
    ranking = caller.get(ADDRESS, family="hotline", period=MARCH, ranking="1")["results"]
    assert [row["unit"]["code"] for row in ranking] == ["CGJ", "SQ"]
    for row in ranking:
        assert (row["own"], row["counters"]) == (False, None)
        assert {(one["numerator"], one["denominator"], *one["parts"]) for one in row["figures"]} == {(None, None)}
    other = ranking[0]["id"]
    caller.get(f"{ADDRESS}{other}/", status=404)
    caller.get(f"{ADDRESS}{other}/cases/", status=404, indicator="solution")


def test_strangers_see_no_figures_and_others_have_no_right(people, tickets):
    stranger = Caller(people["stranger_street"])
    assert stranger.get(ADDRESS, family="hotline", period=MARCH)["results"] == []
    stranger.get(f"{ADDRESS}hotline:{MARCH}:SQ/cases/", status=404, indicator="solution")
    for who in ("gw", "operator", "callback", "auditor", "sysadmin", "handler"):
        refusal = Caller(people[who]).get(ADDRESS, status=403, family="hotline", period=MARCH)
        assert refusal["error"]["code"] == "not_allowed", who


def test_no_answer_names_the_caller(people, tickets):
    for who in ("manager", "street", "clerk"):
        caller = Caller(people[who])
        for row in caller.get(ADDRESS, family="hotline", period=MARCH)["results"]:
            for figure in row["figures"]:
                text = str(caller.get(f"{ADDRESS}{row['id']}/cases/", indicator=figure["name"]))
                assert NAME not in text
                assert PHONE not in text


def test_whistles_of_departments_and_of_streets(people, shapes):  # noqa: F811
    tune = Tune(people)
    tune.to("rated")
    street = Caller(people["street"])
    rows = street.get(ADDRESS, family="whistle", period=MARCH)["results"]
    assert [(row["unit"]["code"], row["place"], row["score"]) for row in rows] == [
        ("CGJ", 1, 95.0), ("HBJ", 1, 95.0), ("ZJJ", 1, 95.0),
    ]  # fmt: skip
    assert faults(shapes, "Evaluation", rows[0]) == []
    (listed,) = street.get(f"{ADDRESS}{rows[0]['id']}/cases/", indicator="total")["results"]
    assert listed["department"]["code"] == "CGJ"
    street.get(f"{ADDRESS}{rows[0]['id']}/cases/", status=400, indicator="total", part="good")
    (own,) = Caller(people["clerk"]).get(ADDRESS, family="whistle", period=MARCH)["results"]
    assert own["unit"]["code"] == "CGJ"
    (row,) = street.get(ADDRESS, family="whistle_street", period=MARCH)["results"]
    assert (row["unit"]["code"], row["score"]) == ("350982003", 100.0)
    (whistle,) = street.get(f"{ADDRESS}{row['id']}/cases/", indicator="precise", part="good")["results"]
    assert whistle["number"] == tune.whistle.number


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"family": "post"}, "family"), ({"family": "hotline", "period": "2026-13"}, "period"),
        ({"family": "hotline", "period": "2026-01-01..9999-12-31"}, "period"),
        ({"family": "hotline", "unit": "NIX"}, "unit"), ({"family": "hotline", "scheme": "1"}, "scheme"),
        ({"family": "hotline", "page_size": "0"}, "page_size"), ({"family": "hotline", "cursor": "x"}, "cursor"),
        ({"family": "hotline", "ranking": "yes"}, "ranking"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_with_what_can(people, query, field):
    error = Caller(people["manager"]).get(ADDRESS, status=400, **query)["error"]
    assert error["code"] == "malformed"
    assert list(error["fields"]) == [field]


def test_a_list_needs_a_figure_that_there_is_and_a_unit_that_counts(people, tickets):
    caller, own = Caller(people["manager"]), f"{ADDRESS}hotline:{MARCH}:SQ/"
    for query in ({"indicator": "x"}, {"indicator": "solution", "part": "x"}, {"indicator": "solution", "y": "1"}):
        assert caller.get(f"{own}cases/", status=400, **query)["error"]["fields"]
    for key in ("hotline:2026-03:TS", "hotline:2026-04:SQ", "hotline:2026-03", "x:2026-03:SQ", "hotline:x:SQ", "x"):
        caller.get(f"{ADDRESS}{key}/", status=404)
        caller.get(f"{ADDRESS}{key}/cases/", status=404, indicator="solution")


def test_pages_of_units_follow_each_other(people, tickets):
    caller = Caller(people["manager"])
    first = caller.get(ADDRESS, family="hotline", period=MARCH, page_size="1")
    second = caller.client.get(first["next"]).json()
    assert [page["results"][0]["unit"]["code"] for page in (first, second)] == ["CGJ", "SQ"]
    assert second["next"] is None
    assert caller.client.get(second["previous"]).json()["results"] == first["results"]


def test_the_list_costs_the_same_for_any_number_of_tickets(people, tickets, django_assert_max_num_queries):
    caller = Caller(people["manager"])
    address = f"{ADDRESS}hotline:{MARCH}:SQ/cases/"
    with django_assert_max_num_queries(12):
        assert len(caller.get(address, indicator="response")["results"]) == 2
    for _more in range(3):
        TicketWalk(people).to("replied")
    assert Ticket.objects.count() == 6
    with django_assert_max_num_queries(12):
        assert len(caller.get(address, indicator="response")["results"]) == 5
