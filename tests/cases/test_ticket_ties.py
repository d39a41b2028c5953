"""What a ticket is tied to: earlier tickets, a case that waits for it, and the link that its caller gets."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.casework.models import Case
from cases.deadlines.models import Clock
from cases.hotline import links
from cases.hotline.callbacks import Callback
from cases.hotline.services import CallerTold, exact_repeats, feed_outcome, prefill
from cases.hotline.units import propose
from cases.journal.models import Event
from cases.web.hotline.around import around
from cases.web.hotline.banners import banners_of
from cases.workflow.engine import advance
from cases.workflow.people import Acting
from citygrid.common.errors import Conflict, Invalid, NotFound
from tests.cases.ticket_walk import ANSWERS, SAD, TicketWalk, case_of, drive_to_close, hotline, log
from tests.cases.walk import AT, catalogue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ready(people, city):
    hotline(people, city)


def clocks(ticket):
    return {clock.kind: clock for clock in Clock.objects.of(ticket).filter(stopped_at=None)}


def test_a_case_waits_for_its_callers_and_tells_their_tickets(people):
    condition = catalogue()
    one, two = TicketWalk(people), TicketWalk(people, caller=CallerTold(name="王五", phone="19900001111"))
    one.to("handling")
    two.do("link", "operator", target=one.ticket.number)
    assert (two.ticket.link_kind, two.ticket.case) == ("group", None)
    proposed = propose(two.ticket, Acting(people["operator"], two.at))
    assert proposed is not None
    assert proposed.unit.code == "SQ"
    case = case_of(one, condition)
    assert case.source == "hotline"
    assert two.fresh().case == case  # who hangs on it follows
    two.to("handling")
    road = drive_to_close(case, people, condition, one.at)
    road.do("close", "leader")
    assert road.case.state == "callback"
    assert prefill(one.fresh())["measures"] == "已清运"
    assert prefill(two.fresh())["outcome"] == "solved"
    one.at = two.at = road.at
    for walk in (one, two):
        walk.reply()
        walk.do("open_callback", "callback")
    one.do("close_callback", "callback", **ANSWERS)
    case.refresh_from_db(fields=["closed_at"])
    assert Case.objects.get(pk=case.pk).state == "callback"
    two.do("close_callback", "callback", **ANSWERS)
    assert Case.objects.get(pk=case.pk).state == "closed"
    assert Event.objects.filter(kind="case.callback_done").count() == 1


def test_redo_can_rework_the_case_that_waits(people):
    condition = catalogue()
    walk = TicketWalk(people)
    walk.to("handling")
    case = case_of(walk, condition)
    road = drive_to_close(case, people, condition, walk.at)
    road.do("close", "leader")
    walk.at = road.at
    walk.reply()
    walk.do("open_callback", "callback")
    walk.do("redo", "callback", opinion="没清干净", rework_case=True, **SAD)
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.rework_count) == ("handling", 1)
    plain = TicketWalk(people, at=walk.at)
    plain.to("callback_open")
    with pytest.raises(Invalid, match="no case"):
        plain.do("redo", "callback", opinion="没清干净", rework_case=True, **SAD)


def test_links_make_no_chains_and_say_so_on_both_sides(people):
    first, second, third = TicketWalk(people), TicketWalk(people), TicketWalk(people)
    second.do("link", "operator", target=first.ticket.number)
    assert second.ticket.link_kind == "repeat"
    third.do("link", "operator", target=second.ticket.number)
    assert third.ticket.main_ticket == first.ticket
    with pytest.raises(Invalid, match="itself"):
        first.do("link", "operator", target=second.ticket.number)
    told = Event.objects.filter(subject_type="cases.ticket", subject_id=str(first.ticket.pk), kind="ticket.linked")
    assert [event.facts["linked"] for event in told.order_by("sequence")] == [
        second.ticket.number, third.ticket.number,
    ]  # fmt: skip
    with pytest.raises(Conflict, match="hangs on"):
        second.do("link", "operator", target=first.ticket.number)


def test_exact_repeats_are_found_whatever_the_blanks(people):
    first = log(people, content="路灯  不亮了！")
    again = log(people, content="路灯不亮了\n", at=AT + timedelta(days=3))
    late = log(people, content="路灯不亮了", at=AT + timedelta(days=40))
    assert list(exact_repeats(again)) == [first]
    assert list(exact_repeats(late)) == []


def test_the_link_is_signed_expires_and_is_answered_once(people):
    walk = TicketWalk(people)
    walk.to("replied")
    token = links.make(callback=Callback.objects.get(), at=walk.at)
    with pytest.raises(NotFound):
        links.read(token=token[:-2] + "xx", at=walk.at)
    with pytest.raises(Conflict, match="is over"):
        links.read(token=token, at=walk.at + timedelta(days=8))
    links.answer(token=token, contacted=True, solved="yes", satisfaction=4, at=walk.at)
    assert walk.fresh().state == "closed"
    assert Callback.objects.get().result == "online"
    with pytest.raises(Conflict, match="already"):
        links.answer(token=token, contacted=True, solved="no", satisfaction=1, at=walk.at)
    sad = TicketWalk(people)
    sad.to("replied")
    token = links.make(callback=sad.ticket.callbacks.get(), at=sad.at)
    links.answer(token=token, contacted=False, solved="no", satisfaction=1, at=sad.at, reason="还堆着")
    assert sad.fresh().state == "callback_open"
    sad.do("redo", "callback", opinion="网上答复不满意", **SAD)


def test_an_outcome_is_fed_back_by_a_function(people):
    walk = TicketWalk(people)
    walk.to("handling")
    feed_outcome(ticket=walk.ticket, outcome="partly", result="联合整治", origin="FDS1", at=walk.at)
    assert prefill(walk.fresh()) == {"outcome": "partly", "measures": "联合整治", "public_text": "联合整治"}
    done = TicketWalk(people)
    done.to("closed")
    version = done.ticket.version
    assert feed_outcome(ticket=done.ticket, outcome="partly", result="x", origin="FDS1", at=done.at).version == version


def test_a_ticket_taken_up_again_leaves_its_ended_case_for_a_new_one(people):
    condition = catalogue()
    one, two = TicketWalk(people), TicketWalk(people, caller=CallerTold(name="王五", phone="19900001111"))
    one.to("handling")
    two.do("link", "operator", target=one.ticket.number)
    case = case_of(one, condition)
    two.to("handling")
    with pytest.raises(Conflict, match="belongs to the case"):
        one.do("raise_case", "street", category=condition.category.code)
    advance(case, "decline", by=people["acceptor"], at=one.at, opinion="非城管事项", reason="other_channel",
            competent_unit="住建局")  # fmt: skip
    banners = [banner.text for banner in banners_of(one.fresh(), around(one.ticket, Acting(people["street"], one.at)))]
    assert any(case.number in text and "goes on without it" in text for text in banners)
    one.do("raise_case", "street", category=condition.category.code)
    new = one.fresh().case
    assert new is not None
    assert new != case
    assert two.fresh().case == new  # who waits for the same matter follows
    raised = Event.objects.of(one.ticket).filter(kind="ticket.raise_case").latest("sequence")
    assert (raised.facts["case"], raised.facts["former_case"]) == (new.number, case.number)
    assert not [banner for banner in banners_of(one.ticket, around(one.ticket, Acting(people["street"], one.at)))
                if "goes on without it" in banner.text]  # fmt: skip
