"""The server is killed in the middle of a move of a ticket or a whistle: all of it is kept or nothing, once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from cases.approvals.models import Approval
from cases.casework.models import Case
from cases.deadlines.models import Clock
from cases.hotline.callbacks import Callback, CallbackAttempt
from cases.hotline.callers import Caller, CallerPhone
from cases.hotline.models import Contact, Ticket, TicketRound
from cases.journal.models import Event
from cases.whistles.calls import WhistleCall
from cases.whistles.models import Whistle
from cases.whistles.report_ins import ReportIn
from cases.whistles.sources import WhistleSource
from citygrid.common import clock
from tests.cases import killing
from tests.cases.killing import Person, Servers
from tests.cases.ticket_walk import NAME, REPLY, TEXT, TicketWalk, hotline
from tests.cases.walk import catalogue
from tests.cases.whistling import Tune, add_departments

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TABLES = (Ticket, TicketRound, Contact, Callback, CallbackAttempt, Caller, CallerPhone, Case, Approval, Whistle,
          WhistleCall, WhistleSource, ReportIn, Clock, Event)  # fmt: skip
NEW = {"demand_type": "complaint", "content": TEXT, "caller_name": NAME, "caller_phone": "19900007654",
       "lon": 120.205, "lat": 27.335}  # fmt: skip


# All that a move on a ticket or a whistle may change is looked at.
strike = partial(killing.strike, tables=TABLES)


@pytest.fixture
def programs(people, city, servers: Servers) -> dict[str, Person]:
    hotline(people, city)
    add_departments(people, city)
    return {name: Person(people[name], servers.port) for name in ("operator", "street", "streetlead", "callback")}


def test_a_killed_move_of_a_ticket_leaves_nothing_and_its_repeat_is_made_once(people, servers, programs):
    at = clock.now() - timedelta(hours=1)
    condition = catalogue()
    strike(servers, programs["operator"], "tickets/", NEW, "event:ticket.log", 201)
    logged, handling = TicketWalk(people, at=at), TicketWalk(people, at=at)
    earlier = TicketWalk(people, at=at).ticket
    handling.to("handling")
    uncalled = TicketWalk(people, at=at, wants_callback=False)
    uncalled.to("handling")
    open_one = TicketWalk(people, at=at)
    open_one.to("callback_open")
    reply = {**REPLY, "accepted_at": at.isoformat(), "deadline": "2099-03-04"}
    redo = {"contacted": True, "solved": "no", "satisfaction": "1", "opinion": "没有解决"}
    for who, walk, name, given, moment in (
        ("operator", logged, "dispatch", {"unit": "SQ"}, "move:ticket.dispatch"),
        ("operator", logged, "link", {"target": earlier.number}, "event:ticket.linked"),
        ("street", handling, "raise_case", {"category": condition.category.code}, "event:ticket.raise_case"),
        ("street", uncalled, "reply", reply, "event:ticket.close_uncalled"),
        ("callback", open_one, "redo", redo, "move:ticket.redo"),
    ):
        strike(servers, programs[who], f"tickets/{walk.ticket.number}/actions/{name}/", given, moment, 200)
    assert TicketRound.objects.filter(ticket=open_one.ticket).count() == 2
    assert Case.objects.filter(tickets=handling.ticket).count() == 1
    assert Event.objects.of(earlier).filter(kind="ticket.linked").count() == 1


def test_a_killed_move_of_a_whistle_leaves_nothing_and_its_repeat_is_made_once(people, servers, programs):
    tune = Tune(people, kind="emergency", at=clock.now() - timedelta(hours=1))
    tune.to("judged")
    path = f"whistles/{tune.whistle.number}/actions/blow/"
    given = {"kind": "emergency", "lead": "CGJ", "position": {"lon": 120.205, "lat": 27.335}}
    strike(servers, programs["streetlead"], path, given, "event:report_in.call", 200)
    assert ReportIn.objects.filter(whistle=tune.whistle).count() == 3
    assert Clock.objects.filter(subject_type="cases.reportin").count() == 6
