"""Rows and wholes of tickets, loaded by prepared statements: the same as by plain querysets, for every kind of reader.

The plain way is written down here once more, slow and simple.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from cases.api import ticket_loading, ticket_rows
from cases.api.reader import Reader
from cases.deadlines.models import Clock
from cases.evidence.models import Evidence
from cases.hotline.callers import Caller as Person
from cases.hotline.models import Ticket
from cases.hotline.services import CallerTold
from cases.hotline.states import OPEN
from cases.workflow.engine import advance
from tests.cases.api_drive import Caller
from tests.cases.ticket_walk import NAME, PHONE, SAD, SECOND, TicketWalk, case_of, hotline
from tests.cases.walk import catalogue

pytestmark = pytest.mark.django_db
READERS = ("operator", "callback", "hotlinelead", "manager", "street", "clerk", "platform", "handler", "gw")
SPREAD = {"SQ": "withheld", "CGJ": "open"}


@pytest.fixture
def walks(people, city) -> list[TicketWalk]:
    """Tickets in many states at two units: linked, with a case, anonymous, done again, returned, with requests."""
    hotline(people, city)
    two = CallerTold(name=NAME, phone=PHONE, other_phones=[SECOND], gender="f")
    made = [TicketWalk(people, unit="CGJ", caller=two)]
    for state, given in (
        ("logged", {"caller": None}), ("answered", {"kind": "consultation", "lon": None, "lat": None}),
        ("dispatched", {"kind": "report", "unit": "CGJ"}), ("handling", {"confidential": True}), ("replied", {}),
        ("callback_open", {"unit": "CGJ"}), ("closed", {"caller": CallerTold(phone=SECOND)}), ("withdrawn", {}),
    ):  # fmt: skip
        made.append(TicketWalk(people, **given))
        made[-1].to(state)
    made[0].to("handling")
    made[0].ask("return", "clerk")
    case_of(made[4], catalogue())
    again = made[6]
    again.do("redo", "callback", opinion="没有清理", **SAD)
    advance(made[1].fresh(), "link", by=people["operator"], at=again.at, target=again.fresh())
    return made


def plain(ticket: Ticket) -> Any:
    """Read a ticket without anything joined or loaded beforehand, and give it what the whole looks at."""
    found: Any = Ticket.objects.get(pk=ticket.pk)
    found.clocks = list(Clock.objects.of(found).order_by("pk"))
    found.pieces = list(Evidence.objects.of_holder(found))
    return found


def plain_row(ticket: Ticket, reader: Reader) -> dict[str, Any]:
    clocks = Clock.objects.of(ticket).filter(stopped_at=None, paused_since=None).order_by("due_at", "pk")
    return ticket_rows.row_of(plain(ticket), reader) | ticket_rows.urgency_of(clocks.first(), reader)


@pytest.mark.parametrize("who", READERS)
def test_rows_are_those_of_a_plain_queryset(walks, people, who):
    reader = Reader(people[who], walks[-1].at)
    every = list(Ticket.objects.order_by("-pk"))
    assert ticket_rows.rows(every, reader) == [plain_row(ticket, reader) for ticket in every]


@pytest.mark.parametrize("who", READERS)
def test_the_whole_is_that_of_a_plain_queryset_and_none_of_anothers(walks, people, who):
    from cases.api.tickets_shown import detail

    reader = Reader(people[who], walks[-1].at)
    seen = Ticket.objects.visible_to(people[who], reader.at)
    for walk in walks:
        found = ticket_loading.load(reader, number=walk.ticket.number)
        assert (found is not None) == seen.filter(pk=walk.ticket.pk).exists()
        assert (Ticket.objects.find_for(people[who], reader.at, pk=walk.ticket.pk) is None) == (found is None)
        if found is not None:
            assert detail(found, reader) == detail(plain(walk.ticket), reader)
            assert detail(ticket_loading.load(reader, pk=walk.ticket.pk), reader) == detail(found, reader)


def test_somebody_who_is_locked_out_loads_nothing(walks, people):
    people["operator"].is_active = False
    reader = Reader(people["operator"], walks[0].at)
    assert ticket_loading.load(reader, pk=walks[0].ticket.pk) is None
    assert Ticket.objects.find_for(people["operator"], reader.at, pk=walks[0].ticket.pk) is None


def test_lists_hold_every_ticket_once_page_by_page(walks, people):
    operator = Caller(people["operator"])
    for query in ({}, {"state": sorted(OPEN)}, {"channel": ["phone", "web"], "level": ["d7"]}):
        numbers, page = [], operator.get("tickets/", page_size=2, **query)
        while True:
            numbers += [row["number"] for row in page["results"]]
            if page["next"] is None:
                break
            page = operator.get(page["next"].partition("/api/v1/")[2])
        kept = Ticket.objects.filter(**{f"{name}__in": value for name, value in query.items()})
        assert numbers == list(kept.order_by("-received_at", "-pk").values_list("number", flat=True)), query


def test_a_caller_is_answered_with_the_tickets_counted_and_the_latest_first(walks, people):
    operator = Caller(people["operator"])
    for phone in (PHONE, SECOND):
        for row in operator.get("callers/", phone=phone)["results"]:
            known = Person.objects.annotate(n=Count("tickets")).get(pk=row["id"])
            assert row["tickets"] == known.n
            assert len(row["phones"]) == known.phones.count()
            latest = operator.get(f"callers/{known.pk}/")["latest"]
            theirs = Ticket.objects.filter(caller=known).order_by("-received_at", "-pk")[:20]
            assert latest == operator.get("tickets/", caller=known.pk)["results"] != []
            assert [one["number"] for one in latest] == [one.number for one in theirs]
    operator.get(f"callers/{2**70}/", status=404)


@pytest.mark.parametrize(
    ("who", "address", "most"),
    [("operator", "tickets/", 4), ("callback", "callbacks/?open=1&mine=1", 6), ("street", "tickets/?mine=1", 5)],
)
def test_a_list_costs_the_same_for_one_ticket_and_for_many(walks, people, who, address, most):
    def cost() -> int:
        people[who]._acting = None  # a request of its own
        with CaptureQueriesContext(connection) as seen:
            Caller(people[who]).get(address)
        return len(seen)

    few = cost()
    for _number in range(3):
        walk = TicketWalk(people)
        walk.to("dispatched" if who == "street" else "replied")
    assert cost() == few <= most


def test_logging_costs_a_known_number_of_queries_answer_included(walks, people):
    body = {
        "demand_type": "complaint", "content": "石亭路口堆了建筑垃圾", "caller_name": NAME, "lon": 120.205,
        "lat": 27.335, "caller_phone": "199 0000 7654", "category": "CG-01",
    }  # fmt: skip
    with CaptureQueriesContext(connection) as seen:
        Caller(people["operator"]).post("tickets/", body, status=201)
    cost = [one["sql"] for one in seen.captured_queries if "SAVEPOINT" not in one["sql"]]
    assert len(cost) <= 20, "\n".join(cost)
