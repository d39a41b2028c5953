"""The story of a ticket through its services: answered, dispatched, replied, called back, done again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.approvals.models import Approval
from cases.deadlines.models import Clock
from cases.evidence.models import Evidence
from cases.hotline.callbacks import Callback
from cases.hotline.maintain import end_supervision, supervise
from cases.hotline.models import Ticket
from cases.journal.models import Event
from cases.workflow.engine import advance
from cases.workflow.people import Acting
from citygrid.common.errors import Conflict, Invalid, NotAllowed, NotFound
from gridmap.departments.models import Department
from tests.cases.ticket_walk import ANSWERS, SAD, TicketWalk, hotline
from tests.cases.walk import AT, photo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ready(people, city):
    hotline(people, city)


def clocks(ticket):
    return {clock.kind: clock for clock in Clock.objects.of(ticket).filter(stopped_at=None)}


def test_the_main_road_with_its_clocks(people):
    walk = TicketWalk(people)
    assert walk.ticket.number == "FDR202603020001"
    assert set(clocks(walk.ticket)) == {"dispatch_ticket"}
    walk.do("dispatch", "operator", unit="SQ", level="h24")
    running = clocks(walk.ticket)
    assert {kind: (float(one.limit_value), one.limit_unit) for kind, one in running.items()} == {
        "sign": (1, "urgent_hour"), "contact": (2, "urgent_hour"), "reply": (24, "urgent_hour"),
    }  # fmt: skip
    assert running["reply"].due_at == walk.at + timedelta(hours=24)
    assert {str(one.department) for one in running.values()} == {"山前街道办事处"}
    walk.do("sign", "street")
    walk.do("contact", "street", how="phone", reached=False)
    assert set(clocks(walk.ticket)) == {"contact", "reply"}
    walk.do("contact", "street", how="phone", reached=True)
    assert set(clocks(walk.ticket)) == {"reply"}
    walk.reply()
    assert set(clocks(walk.ticket)) == {"callback"}
    walk.do("open_callback", "callback")
    walk.do("close_callback", "callback", **ANSWERS)
    assert clocks(walk.ticket) == {}
    row = walk.ticket.rounds.get()
    assert (row.unit.code, row.spoke_to, row.outcome, row.ended_by_move) == ("SQ", "诉求人", "solved", "close_callback")
    assert row.replied_at is not None
    said = Callback.objects.get()
    assert (said.result, said.solved, said.satisfaction, said.contacted) == ("answered", "yes", 5, True)
    kinds = list(Event.objects.filter(subject_type="cases.ticket").order_by("sequence").values_list("kind", flat=True))
    assert kinds == [f"ticket.{name}" for name in (
        "log", "dispatch", "sign", "contact", "contact", "reply", "open_callback", "close_callback",
    )]  # fmt: skip


def test_the_four_elements_are_needed_and_checked(people):
    walk = TicketWalk(people)
    walk.to("handling")
    with pytest.raises(Invalid) as refusal:
        walk.do("reply", "street", public_text="好")
    assert {"accepted_at", "spoke_to", "measures", "deadline", "outcome"} <= set(refusal.value.fields)
    with pytest.raises(Invalid) as refusal:
        walk.do("reply", "street", accepted_at=walk.at + timedelta(days=1), spoke_to="诉求人", measures="清运",
                deadline="2026-03-01", outcome="solved", public_text="好")  # fmt: skip
    assert set(refusal.value.fields) == {"accepted_at", "deadline"}


def test_unsatisfied_leads_to_another_round_and_a_second_callback(people):
    walk = TicketWalk(people)
    walk.to("callback_open")
    with pytest.raises(Invalid, match="say whether the unit"):
        walk.do("close_callback", "callback", **SAD)
    with pytest.raises(Conflict, match="done again"):
        walk.do("close_callback", "callback", fault="unit", **SAD)
    walk.do("redo", "callback", opinion="垃圾还在", **SAD)
    assert (walk.ticket.state, walk.ticket.round_number, walk.ticket.redo_count) == ("dispatched", 2, 1)
    assert set(clocks(walk.ticket)) == {"sign", "contact", "reply"}
    assert clocks(walk.ticket)["reply"].started_at == walk.at
    walk.do("sign", "street")
    walk.reply(outcome="partly")
    walk.do("open_callback", "callback")
    walk.do("redo", "callback", opinion="还是没清", unit="CGJ", **SAD)
    assert [str(walk.ticket.first_unit), str(walk.ticket.unit)] == ["山前街道办事处", "城市管理局"]
    walk.do("sign", "clerk")
    walk.reply("clerk")
    walk.do("open_callback", "callback")
    with pytest.raises(Conflict, match="2 times"):
        walk.do("redo", "callback", opinion="仍不满意", **SAD)
    walk.do("close_callback", "callback", fault="unit", **SAD)
    rows = list(
        Callback.objects.order_by("round_number").values_list("round_number", "result", "redone", "satisfaction")
    )
    assert rows == [(1, "answered", True, 1), (2, "answered", True, 1), (3, "answered", False, 1)]
    assert [row.outcome for row in walk.ticket.rounds.order_by("number")] == ["solved", "partly", "solved"]


def test_nobody_reached_on_three_days_closes_without_an_opinion(people):
    walk = TicketWalk(people)
    walk.to("callback_open")
    for _n in range(3):  # three on one day are not enough
        walk.do("attempt_callback", "callback", how="phone")
    assert walk.ticket.state == "callback_open"
    walk.wait(days=1)
    walk.do("attempt_callback", "callback", how="phone")
    assert walk.ticket.state == "callback_open"
    walk.wait(days=1)
    walk.do("attempt_callback", "callback", how="sms", note="无人接听")
    assert walk.ticket.state == "closed"
    said = Callback.objects.get()
    assert (said.result, said.is_reached, said.attempts.count()) == ("unreachable", False, 5)
    assert clocks(walk.ticket) == {}


def test_who_logged_or_handled_never_calls_back(people, city):
    from tests import cast

    cast.Post.objects.create(user=people["operator"], role="callback_agent",
                             department=Department.objects.get(code="RX"), starts_at=cast.START)  # fmt: skip
    cast.Post.objects.create(user=people["callback"], role="dept_clerk",
                             department=Department.objects.get(code="CGJ"), starts_at=cast.START)  # fmt: skip
    walk = TicketWalk(people, unit="CGJ")
    walk.to("replied")
    with pytest.raises(Conflict, match="You logged this"):
        walk.do("open_callback", "operator")
    with pytest.raises(Conflict, match="unit that handled"):
        walk.do("open_callback", "callback")


def test_anonymous_tickets_are_closed_by_the_reply(people):
    walk = TicketWalk(people, caller=None)
    walk.to("handling")
    assert "contact" not in clocks(walk.ticket)
    with pytest.raises(Conflict, match="nobody to contact"):
        walk.do("contact", "street", how="phone", reached=True)
    walk.reply()
    assert walk.fresh().state == "closed"
    assert not Callback.objects.exists()
    assert not walk.ticket.rounds.get().contact_due


def test_a_return_goes_back_once_and_the_clocks_run_on(people):
    walk = TicketWalk(people)
    walk.to("dispatched")
    due = clocks(walk.ticket)["reply"].due_at
    asked = walk.ask("return", "street")
    assert asked.steps == ["hotline_leader"]
    assert clocks(walk.ticket)["reply"].due_at == due
    walk.decide(asked, "hotlinelead")
    assert (walk.ticket.state, walk.ticket.returned) == ("logged", True)
    assert set(clocks(walk.ticket)) == {"dispatch_ticket", "contact", "reply"}
    walk.do("dispatch", "operator", unit="SQ")  # the same unit again: nothing was gained
    assert clocks(walk.ticket)["reply"].due_at == due
    with pytest.raises(Conflict, match="once is the most"):
        walk.ask("return", "street")
    other = TicketWalk(people)
    other.to("handling")
    other.decide(other.ask("return", "street"), "hotlinelead")
    other.do("dispatch", "operator", unit="CGJ")
    assert clocks(other.ticket)["reply"].started_at == other.at
    assert str(clocks(other.ticket)["reply"].department) == "城市管理局"


def test_a_return_is_refused_in_time_by_ruling_and_before_a_reply(people):
    walk = TicketWalk(people)
    walk.to("handling")
    asked = walk.ask("return", "street")
    with pytest.raises(Conflict, match="not ruled yet"):
        walk.reply()
    walk.decide(asked, "hotlinelead", "refuse", opinion="属地明确")
    assert walk.ticket.state == "handling"
    assert walk.ticket.rounds.get().return_refused
    late = TicketWalk(people)
    late.to("dispatched")
    late.wait(hours=25)
    with pytest.raises(Conflict, match="within 24 hours"):
        late.ask("return", "street")
    ruled = TicketWalk(people)
    with pytest.raises(Invalid, match="leader rules finally"):
        ruled.do("dispatch", "operator", unit="SQ", final=True)
    ruled.do("dispatch", "hotlinelead", unit="SQ", final=True)
    with pytest.raises(Conflict, match="ruled finally"):
        ruled.ask("return", "street")


def test_only_the_unit_asks_and_only_what_there_is(people):
    walk = TicketWalk(people, unit="CGJ")
    walk.to("handling")
    with pytest.raises(NotAllowed):
        walk.ask("return", "street")
    with pytest.raises(Invalid, match="cannot be asked for here"):
        walk.ask("suspension", "clerk")
    asked = walk.ask("return", "clerk")
    with pytest.raises(Conflict, match="not decided yet"):
        walk.ask("exclusion", "clerk2", evidence=[str(photo(people["clerk2"]).pk)])
    assert not Approval.objects.visible_to(people["acceptor"], walk.at).filter(pk=asked.pk).exists()
    assert Approval.objects.visible_to(people["hotlinelead"], walk.at).filter(pk=asked.pk).exists()
    assert Approval.objects.waiting_for(Acting(people["hotlinelead"], walk.at)).get() == asked


def test_exclusion_needs_both_levels_and_keeps_the_ticket(people):
    walk = TicketWalk(people)
    walk.to("closed")
    with pytest.raises(Invalid, match="needs evidence"):
        walk.ask("exclusion", "street", "已进入诉讼程序")
    proof = photo(people["street"])
    asked = walk.ask("exclusion", "street", "已进入诉讼程序", evidence=[str(proof.pk)])
    proof.refresh_from_db()
    assert (proof.holder, proof.move, proof.case) == (walk.ticket, "approval.request", None)
    for who, sees in (("manager", True), ("hotlinelead", True), ("acceptor", False), ("stranger_street", False)):
        assert Evidence.objects.visible_to(people[who], walk.at).filter(pk=proof.pk).exists() is sees, who
    with pytest.raises(NotAllowed):
        walk.decide(asked, "manager")
    asked = walk.decide(asked, "hotlinelead")
    assert (asked.state, walk.ticket.excluded) == ("requested", False)
    asked = walk.decide(asked, "manager")
    assert (asked.state, walk.ticket.excluded, walk.ticket.state) == ("approved", True, "closed")


def test_a_supervised_unit_has_its_leader_sign_off(people):
    office = Department.objects.get(code="SQ")
    supervise(unit=office, reason="解决率低", at=AT, by=people["manager"])
    walk = TicketWalk(people)
    walk.to("handling")
    walk.reply()
    assert walk.ticket.state == "handling"
    assert "reply" in clocks(walk.ticket)  # the unit's time runs until its leader signed
    assert [str(role) for role in walk.ticket.roles_expected()] == ["street_leader"]
    with pytest.raises(NotAllowed):
        walk.do("sign_off", "street")
    walk.do("refuse_sign_off", "streetlead", opinion="措施不具体")
    with pytest.raises(Conflict, match="No reply waits"):
        walk.do("sign_off", "streetlead")
    walk.reply(measures="已清运两车，安排保洁")
    walk.do("sign_off", "streetlead")
    assert walk.ticket.state == "replied"
    assert walk.ticket.rounds.get().signed_off_by == people["streetlead"]
    end_supervision(unit=office, at=walk.at, by=people["manager"])
    other = TicketWalk(people, at=walk.at)
    other.to("handling")
    other.reply()
    assert other.ticket.state == "replied"
    supervise(unit=Department.objects.get(code="CGJ"), reason="满意率低", at=other.at, by=people["manager"])
    bureau = TicketWalk(people, unit="CGJ", at=other.at)
    bureau.to("handling")
    bureau.reply()
    with pytest.raises(Conflict, match="You wrote"):
        bureau.do("sign_off", "clerk")
    bureau.do("sign_off", "clerk2")
    assert bureau.ticket.state == "replied"


def test_answer_at_once_is_for_questions(people):
    walk = TicketWalk(people)
    with pytest.raises(Conflict, match="Only a consultation"):
        walk.do("answer", "operator", answer="好")
    TicketWalk(people, kind="consultation").to("answered")


def test_strangers_and_other_units_find_nothing(people):
    walk = TicketWalk(people)
    walk.to("handling")
    for who in ("stranger_street", "clerk", "gw", "acceptor", "dispatcher", "auditor", "platform", "handler"):
        assert not Ticket.objects.visible_to(people[who], walk.at).exists(), who
        with pytest.raises(NotFound):
            advance(walk.ticket, "reply", by=people[who], at=walk.at)
    for who in ("operator", "callback", "hotlinelead", "manager", "street", "streetlead"):
        assert Ticket.objects.visible_to(people[who], walk.at).exists(), who
