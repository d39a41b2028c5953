"""What the hotline costs in process among a hundred thousand tickets of sixty thousand callers, on PostGIS.

Aims on two idle cores, medians, by the API and on the intake screen: a caller looked up by number with the latest
tickets 30 ms, a ticket logged 60 ms, a page of the callback queue 60 ms; proposals and duplicates while the call is
typed 60 ms each. The tests fail only at twice the time. Each is rolled back, so the disk is not waited for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from rest_framework.test import APIClient

from cases.evaluation.boards import BOARDS, own_rows
from cases.evaluation.periods import days
from cases.hotline.models import Ticket
from cases.workflow.people import Acting
from citygrid.common import clock
from tests.benchmarks import scale, tickets
from tests.benchmarks.scale import City
from tests.unguarded import unguarded

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.postgis]
TICKETS = 100_000


@pytest.fixture(scope="module")
def city(django_db_setup: Any, django_db_blocker: Any) -> Iterator[City]:
    """Fill the database once for the whole file, outside the transactions of its tests."""
    if connection.vendor != "postgresql":
        pytest.skip("among so many tickets speed is a matter of PostGIS")
    quick = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
    with django_db_blocker.unblock(), quick:
        built = scale.build()
        tickets.fill(built, TICKETS, now=clock.now())
    yield built
    with django_db_blocker.unblock(), unguarded():
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def operator(city) -> APIClient:
    """A program of the operator."""
    client = APIClient()
    client.force_authenticate(city.people["operator"])
    return client


def test_there_are_as_many_as_is_said(city):
    assert Ticket.objects.count() >= TICKETS


def test_a_caller_is_looked_up_while_the_telephone_rings(city, operator, benchmark):
    places = count(17, 31)

    def look_up():
        found = operator.get(f"/api/v1/callers/?phone={tickets.number_of(next(places))}").json()["results"]
        return operator.get(f"/api/v1/callers/{found[0]['id']}/").json()["latest"]

    assert look_up()
    benchmark.pedantic(look_up, rounds=200, warmup_rounds=5)
    assert benchmark.stats.stats.median < 0.060


def test_a_ticket_is_logged(city, operator, benchmark):
    numbers = count(1)

    def given():
        number = next(numbers)
        body = {
            "demand_type": "complaint", "category": "CG-01", "caller_name": "来电人", "lon": 120.205, "lat": 27.335,
            "content": f"江滨路{number}号堆了建筑垃圾，没人管，请尽快处理。",
            "caller_phone": tickets.number_of(number * 37 % 60_000),
        }  # fmt: skip
        return (body,), {}

    def save(body):
        answer = operator.post("/api/v1/tickets/", body, format="json")
        assert answer.status_code == 201, answer.content

    benchmark.pedantic(save, setup=given, rounds=200, warmup_rounds=5)
    assert benchmark.stats.stats.median < 0.120


def test_a_call_is_saved_and_dispatched_on_the_intake_screen(city, benchmark):
    client, numbers = Client(), count(1)
    client.force_login(city.people["operator"], backend="citygrid.accounts.backends.PasswordBackend")

    def given():
        number = next(numbers)
        call = {
            "caller_phone": tickets.number_of(number * 41 % 60_000), "caller_name": "来电人", "identity": "open",
            "content": f"江滨路{number}号堆了建筑垃圾，没人管，请尽快处理。",
            "demand_type": "complaint", "category": "CG-01", "position": "120.205, 27.335", "level": "d7",
            "step": "dispatch", "unit": "SQ",
        }  # fmt: skip
        answer = client.post("/hotline/new/caller/", {"phone": call["caller_phone"]})
        assert answer.status_code == 200
        return (call,), {}

    def save(call):
        assert client.post("/hotline/new/", call).status_code == 302

    benchmark.pedantic(save, setup=given, rounds=50, warmup_rounds=5)
    assert benchmark.stats.stats.median < 0.120


def test_what_is_known_of_a_caller_on_the_intake_screen(city, benchmark):
    client, places = Client(), count(17, 31)
    client.force_login(city.people["operator"], backend="citygrid.accounts.backends.PasswordBackend")

    def look_up():
        return client.post("/hotline/new/caller/", {"phone": tickets.number_of(next(places))})

    assert "cg-formers" in look_up().text
    benchmark.pedantic(look_up, rounds=50, warmup_rounds=5)
    assert benchmark.stats.stats.median < 0.060


def test_a_page_of_the_callback_queue(city, benchmark):
    client = APIClient()
    client.force_authenticate(city.people["callback"])

    def page():
        return client.get("/api/v1/callbacks/?open=1&mine=1&page_size=50").json()["results"]

    assert len(page()) == 50
    benchmark.pedantic(page, rounds=40, warmup_rounds=3)
    assert benchmark.stats.stats.median < 0.120


def test_the_callback_desk_in_the_browser(city, benchmark):
    client = Client()
    client.force_login(city.people["callback"], backend="citygrid.accounts.backends.PasswordBackend")
    answer = benchmark.pedantic(lambda: client.get("/hotline/callbacks/"), rounds=20, warmup_rounds=3)
    assert answer.status_code == 200


@pytest.mark.parametrize("address", ["ticket-duplicates", "ticket-suggestions"])
def test_what_is_proposed_while_the_call_is_typed(city, operator, benchmark, address):
    body = {"content": "沙滨路12号门前路灯不亮，晚上太黑了", "lon": 120.205, "lat": 27.335, "category": "CG-01"}

    def ask():
        answer = operator.post(f"/api/v1/{address}/", body, format="json")
        assert answer.status_code == 200
        return answer.json()

    assert ask()
    benchmark.pedantic(ask, rounds=40, warmup_rounds=3)
    assert benchmark.stats.stats.median < 0.120


@pytest.mark.parametrize(
    ("who", "query"), [("operator", "mine=1"), ("operator", "q=沙滨路12号"), ("manager", "state=closed")]
)
def test_a_list_of_tickets(city, benchmark, who, query):
    client = APIClient()
    client.force_authenticate(city.people[who])
    rows = benchmark.pedantic(lambda: client.get(f"/api/v1/tickets/?page_size=50&{query}").json()["results"], rounds=20)
    assert rows


def test_own_figures_of_a_year(city, benchmark):
    board, now = BOARDS["hotline"], clock.now()
    year = days((now - timedelta(days=365)).date(), now.date())
    rows = benchmark.pedantic(lambda: own_rows(board, year, Acting(city.people["manager"], now)), rounds=3)
    assert len(rows) > 1
