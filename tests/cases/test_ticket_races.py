"""Many people at tickets of one matter at once, on the engine that lets them: no interleaving breaks the books."""

from __future__ import annotations

import random
import threading
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.casework.models import Case
from cases.deadlines.models import Clock
from cases.hotline.callers import Caller
from cases.hotline.models import Ticket
from cases.hotline.reference import DemandType
from cases.hotline.services import log_ticket
from cases.hotline.states import TERMINAL
from cases.hotline.table import ROWS
from cases.workflow.engine import advance
from citygrid.common.errors import Conflict, Refusal
from tests.cases.books import assert_moves_are_on_record
from tests.cases.crowds import at_once, storm
from tests.cases.ticket_walk import ANSWERS, REPLY, SAD, TicketWalk, drive_to_close, hotline, log
from tests.cases.walk import AT, Walk, catalogue

pytestmark = [pytest.mark.postgis, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
THREADS, MOVES = 12, 10
HOTLINE, UNIT, DESK = ["operator", "hotlinelead"], ["street", "streetlead", "clerk"], ["callback"]
WHO = {
    "sign": UNIT, "name_handler": UNIT, "contact": UNIT, "raise_case": [*UNIT, *HOTLINE], "reply": UNIT,
    "sign_off": UNIT, "refuse_sign_off": UNIT, "open_callback": DESK, "attempt_callback": DESK, "close_callback": DESK,
    "redo": DESK,
}  # fmt: skip


@pytest.fixture
def ready(people, city):
    hotline(people, city)
    return catalogue()


def inputs_for(name: str, others: list[Ticket], category: str, dice: random.Random) -> dict[str, Any]:
    """Return inputs with which the move could succeed."""
    known: dict[str, dict[str, Any]] = {
        "link": {"target": dice.choice(others).number},
        "out_of_scope": {"other_channel": "court", "advice": "请向法院起诉"},
        "dispatch": {"unit": dice.choice(["SQ", "SQ", "CGJ"])},
        "contact": {"how": "phone", "reached": True},
        "name_handler": {"handler": "street"},
        "raise_case": {"category": category},
        "reply": {**REPLY, "accepted_at": AT},
        "attempt_callback": {"how": "phone"},
        "close_callback": ANSWERS,
        "redo": SAD,
    }
    return known.get(name, {})


def assert_books_are_right(tickets: list[Ticket]) -> None:
    """One event a move, versions without gaps, states in a row, a clock of a kind, no chain of links."""
    for ticket in Ticket.objects.filter(pk__in=[one.pk for one in tickets]).select_related("main_ticket"):
        assert_moves_are_on_record(ticket)
        running = Clock.objects.of(ticket).filter(stopped_at=None)
        assert len({clock.kind for clock in running}) == len(running)
        assert ticket.rounds.count() == ticket.round_number
        assert ticket.callbacks.count() <= ticket.round_number
        if ticket.main_ticket is not None:
            assert ticket.main_ticket.main_ticket_id is None
        if ticket.state in TERMINAL:
            assert not running
            assert not ticket.callbacks.filter(ended_at=None).exists()


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_a_crowd_at_three_tickets_never_breaks_the_books(people, ready, seed):
    tickets = [log(people) for _n in range(3)]
    names = [row.name for row in ROWS if row.sources and not row.system and row.name != "withdraw"]
    names += ["dispatch", "sign", "raise_case", "reply", "open_callback", "close_callback"]

    dice = [random.Random(seed * 1000 + number) for number in range(THREADS)]

    def attempt(step: int, mine: random.Random) -> None:
        ticket, name = mine.choice(tickets), mine.choice(names)
        others = [one for one in tickets if one.pk != ticket.pk]
        given = inputs_for(name, others, ready.category.code, mine)
        who = people[mine.choice(WHO.get(name, HOTLINE))]
        advance(Ticket(pk=ticket.pk), name, by=who, at=AT + timedelta(minutes=step), opinion="意见", **given)

    assert storm([[mine] * MOVES for mine in dice], attempt)
    assert_books_are_right(tickets)


@pytest.mark.parametrize("attempt", range(3))
def test_two_who_dispatch_at_once_open_one_round(people, ready, attempt):
    ticket = log(people)

    def dispatch(unit: str) -> Ticket:
        return advance(ticket, "dispatch", by=people["operator"], at=AT, unit=unit)

    results = at_once(lambda: dispatch("SQ"), lambda: dispatch("CGJ"))
    assert sum(isinstance(result, Ticket) for result in results) == 1, results
    assert sum(isinstance(result, Conflict) for result in results) == 1, results
    assert ticket.rounds.count() == 1


def test_two_who_link_crosswise_leave_one_that_the_other_hangs_on(people, ready):
    one, two = log(people), log(people)

    def link(ticket: Ticket, target: Ticket) -> str:
        return str(advance(ticket, "link", by=people["operator"], at=AT, target=target.number).main_ticket_id)

    results = at_once(lambda: link(one, two), lambda: link(two, one))
    assert sum(isinstance(result, str) for result in results) == 1, results
    assert sum(isinstance(result, Refusal) for result in results) == 1, results
    assert Ticket.objects.filter(main_ticket=None).count() == 1


def test_two_of_one_matter_who_raise_a_case_at_once_share_it(people, ready):
    one, two = TicketWalk(people), TicketWalk(people)
    two.do("link", "operator", target=one.ticket.number)
    for walk in (one, two):
        walk.to("handling")

    def raised(walk: TicketWalk) -> Any:
        return advance(Ticket(pk=walk.ticket.pk), "raise_case", by=people["street"], at=walk.at,
                       category=ready.category.code).case_id  # fmt: skip

    results = at_once(lambda: raised(one), lambda: raised(two))
    assert sum(isinstance(result, Refusal) for result in results) == 1, results
    assert Case.objects.count() == 1
    assert one.fresh().case_id == two.fresh().case_id == Case.objects.get().pk


@pytest.mark.parametrize("attempt", range(4))
def test_the_last_callback_and_the_closing_of_the_case_never_leave_it_waiting(people, ready, attempt):
    walk = TicketWalk(people)
    walk.to("handling")
    walk.do("raise_case", "street", category=ready.category.code)
    case = Case.objects.get(tickets=walk.ticket)
    road = drive_to_close(case, people, ready, walk.at)
    walk.at = road.at
    walk.reply()
    walk.do("open_callback", "callback")
    results = at_once(
        lambda: advance(road.case, "close", by=people["leader"], at=road.at),
        lambda: advance(walk.ticket, "close_callback", by=people["callback"], at=walk.at, **ANSWERS),
    )
    # Whoever came second may have met a conflict, and then simply does it again.
    for result, again in zip(
        results, (("close", road.case, "leader", {}), ("close_callback", walk.ticket, "callback", ANSWERS)), strict=True
    ):
        if isinstance(result, BaseException):
            assert isinstance(result, Refusal), result
            name, subject, who, given = again
            advance(subject, name, by=people[who], at=walk.at, **given)
    assert walk.fresh().state == "closed"
    assert Case.objects.get(pk=case.pk).state == "closed"


@pytest.mark.parametrize("way", ["raise_case", "link"])
def test_a_ticket_that_comes_to_a_case_just_then_declined_hears_of_it(people, ready, monkeypatch, way):
    """The case is declined at the very moment when the ticket has joined it, and is not stored yet."""
    road, first, walk = Walk(people, ready), TicketWalk(people), TicketWalk(people)
    for one in (first, walk):
        one.to("handling")
    first.do("raise_case", "street", case=road.case.number)
    given: dict[str, Any] = {"case": road.case.number} if way == "raise_case" else {"target": first.ticket.number}
    who, at, save = "street" if way == "raise_case" else "operator", walk.at, Ticket.save
    joined, declined = threading.Event(), threading.Event()

    def slowly(ticket: Ticket, *args: Any, **kwargs: Any) -> None:
        if ticket.pk == walk.ticket.pk and not joined.is_set():
            joined.set()
            declined.wait(0.5)
        save(ticket, *args, **kwargs)

    def decline() -> None:
        assert joined.wait(10)
        advance(Case(pk=road.case.pk), "decline", by=people["acceptor"], at=at, opinion="非城管事项",
                reason="other_channel", competent_unit="住建局")  # fmt: skip
        declined.set()

    monkeypatch.setattr(Ticket, "save", slowly)
    results = at_once(lambda: advance(Ticket(pk=walk.ticket.pk), way, by=people[who], at=at, **given), decline)
    assert not any(isinstance(one, Refusal) for one in results), results
    assert Case.objects.get().state == "declined"
    assert walk.fresh().case_id == road.case.pk
    assert (walk.ticket.fed_outcome, walk.ticket.fed_from) == ("not_ours", road.case.number)
    assert_books_are_right([first.ticket, walk.ticket])


def test_the_same_demand_sent_twice_at_once_is_one_ticket_and_one_caller(people, ready):
    from cases.hotline.services import CallerTold

    kind = DemandType.objects.get(code="complaint")

    def send() -> int:
        return int(log_ticket(demand_type=kind, content="没人管", at=AT, by=people["operator"],
                              client_request_id="ring-1", caller=CallerTold(phone="19900001111")).pk)  # fmt: skip

    results = at_once(*[send] * 6)
    assert len(set(results)) == 1, results
    assert Ticket.objects.count() == 1
    assert Caller.objects.count() == 1
