"""What is promised of the demonstration beyond its cases; run by ``test_demo_cases``, where the city is played."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.db.models import Count

from cases.approvals.models import Approval
from cases.approvals.states import RequestKind, RequestState
from cases.casework.states import State
from cases.councils.models import CouncilMatter
from cases.councils.states import MatterState
from cases.demo.plan import Story
from cases.evidence.models import Evidence
from cases.hotline.callbacks import Callback, CallbackAttempt
from cases.hotline.callers import Caller, CallerPhone
from cases.hotline.models import Ticket, TicketRound
from cases.hotline.reference import DemandType, SupervisedUnit
from cases.hotline.states import (
    CallbackResult,
    Fault,
    Identity,
    Level,
    LinkKind,
    OtherChannel,
    TicketState,
)
from cases.journal.models import Event
from cases.stewards.models import LaneWalk, WalkFinding
from cases.stewards.states import Finding, WalkState
from cases.whistles.calls import WhistleCall
from cases.whistles.kinds import WhistleKind
from cases.whistles.models import Whistle
from cases.whistles.ratings import Rating
from cases.whistles.report_ins import ReportIn
from cases.whistles.report_table import REPORT_IN
from cases.whistles.sources import WhistleSource
from cases.whistles.states import ReportState, ReviewVerdict, SourceKind, WhistleState
from cases.whistles.table import WHISTLE

STORY = "from a call to its answer"


def ticket_of(story: Story) -> Ticket:
    """Return the first caller's ticket of a story."""
    found: Ticket = Ticket.objects.get(client_request_id=f"{story.key}-1")
    return found


def whistle_of(story: Story) -> Whistle:
    """Return the whistle of a story."""
    found: Whistle = Whistle.objects.get(client_request_id=story.key)
    return found


def values(rows: Any, field: str) -> set[Any]:
    return set(rows.values_list(field, flat=True))


def test_tickets_are_there_in_every_state_and_of_every_kind(played):
    tickets = Ticket.objects.all()
    assert values(tickets, "state") == set(TicketState.values)
    assert values(tickets, "identity") == set(Identity.values)
    assert values(tickets, "level") >= {Level.H24, Level.D7, Level.D15}
    assert values(tickets, "demand_type__code") == values(DemandType.objects, "code")
    assert values(tickets.exclude(link_kind=""), "link_kind") == set(LinkKind.values)
    assert values(tickets.exclude(unit=None), "unit__kind") >= {"street_office", "enforcement", "utility", "centre"}
    assert len(values(tickets.exclude(other_channel=""), "other_channel") & set(OtherChannel.values)) >= 1
    for flag in ("contact_allowed", "final_ruling", "returned", "excluded"):
        assert tickets.filter(**{flag: True}).exists(), flag
    assert {0, 1, 2} <= values(tickets, "redo_count")
    several = tickets.values("case").annotate(callers=Count("pk")).filter(case__isnull=False, callers__gt=2)
    assert several.exists()
    assert tickets.filter(case__state=State.CALLBACK).exists()
    assert tickets.filter(case=None).exclude(fed_outcome="").exists()  # told by a whistle alone
    results = values(Callback.objects.exclude(result=""), "result")
    assert {CallbackResult.ANSWERED, CallbackResult.ONLINE, CallbackResult.UNREACHABLE} <= results
    assert values(Callback.objects.exclude(fault=""), "fault") == set(Fault.values)
    assert {1, 3, 4, 5} <= values(Callback.objects.exclude(satisfaction=None), "satisfaction")
    assert CallbackAttempt.objects.filter(reached=False).exists()
    assert TicketRound.objects.filter(signed_off_at__isnull=False).exists()
    assert TicketRound.objects.filter(return_refused=True).exists()
    assert SupervisedUnit.objects.filter(until=None).count() == 1
    asked = Approval.objects.exclude(ticket=None)
    assert values(asked, "kind") == {RequestKind.RETURN, RequestKind.EXCLUSION}
    assert values(asked, "state") >= {RequestState.REQUESTED, RequestState.APPROVED, RequestState.REFUSED}
    open_steps = values(asked.filter(state=RequestState.REQUESTED, kind=RequestKind.EXCLUSION), "step")
    assert open_steps == {0, 1}  # before the hotline, before the manager


def test_callers_are_invented_and_some_have_a_history(played):
    numbers = {phone.number for phone in CallerPhone.objects.all()}
    assert numbers
    assert all(re.fullmatch(r"1990000\d{4}", number) for number in numbers)
    with_two = Caller.objects.annotate(phones_held=Count("phones")).filter(phones_held__gt=1)
    assert with_two.exists()
    again = Caller.objects.annotate(calls=Count("tickets")).filter(calls__gt=1)
    assert again.count() > 3
    for ticket in Ticket.objects.exclude(caller=None).select_related("caller"):
        assert ticket.caller.name not in ticket.shown_content


def test_whistles_are_there_in_every_state_and_of_every_kind(played):
    assert values(Whistle.objects, "state") == set(WhistleState.values)
    assert values(ReportIn.objects, "state") == set(ReportState.values)
    assert values(Whistle.objects.exclude(kind=None), "kind__code") == values(WhistleKind.objects, "code")
    assert values(WhistleSource.objects, "kind") == set(SourceKind.values)
    verdicts = values(Whistle.objects.exclude(review_verdict=""), "review_verdict")
    assert verdicts == {ReviewVerdict.JUSTIFIED, ReviewVerdict.SELF_SOLVABLE}
    assert Whistle.objects.filter(escalated=True).exists()
    assert Whistle.objects.filter(returned_count=1).exists()
    assert Whistle.objects.exclude(again_of=None).get().state == WhistleState.JUDGED
    assert Whistle.objects.filter(appear_at__isnull=False, state=WhistleState.FED_BACK).exists()
    assert values(WhistleCall.objects.exclude(platform_area=None), "agreed") == {None, True, False}
    assert ReportIn.objects.exclude(far_reason="").exists()
    assert ReportIn.objects.exclude(plan="").exists()
    assert ReportIn.objects.filter(rework_count=1).exists()
    assert ReportIn.objects.filter(supervised_at__isnull=False, replied_at=None).exists()
    assert ReportIn.objects.exclude(reply="").exists()
    assert values(Rating.objects.exclude(contested_at=None), "set_aside") == {True, False}
    assert Rating.objects.filter(contested_at__isnull=False, ruled_at=None).exists()
    assert Rating.objects.filter(total=0, rated_by=None).exists()
    assert Rating.objects.filter(total__range=(1, 59)).exclude(reason="").exists()


def test_every_move_of_whistles_and_report_ins_is_made_by_somebody(played):
    """All but what is left for the reader to try: small changes of drafts, another lead, remarks."""
    for life in (WHISTLE, REPORT_IN):
        made = {
            kind.partition(".")[2] for kind in values(Event.objects.filter(kind__startswith=f"{life.name}."), "kind")
        }
        left = {"add_source" if life is not WHISTLE else "", "edit", "drop_department", "name_lead", "comment"}
        assert {row.name for row in life.rows} - made <= left, life.name


def test_who_did_not_come_was_marked_as_the_time_ran_out(played):
    missed = ReportIn.objects.filter(state=ReportState.ABSENT).select_related("whistle__kind")
    assert missed.count() > 2
    for one in missed:
        due = one.called_at + timedelta(hours=24)  # only enforcement whistles miss somebody here
        assert one.whistle.kind.code == "enforcement"
        assert timedelta() < one.ended_at - due < timedelta(minutes=10)


def test_councils_and_lanes_are_there_in_every_state(played):
    matters, walks = CouncilMatter.objects.all(), LaneWalk.objects.all()
    assert values(matters, "state") == set(MatterState.values)
    assert values(walks, "state") == set(WalkState.values)
    assert values(WalkFinding.objects, "finding") == set(Finding.values)
    assert matters.exclude(case=None).filter(state=MatterState.PUBLISHED, case__state=State.CLOSED).exists()
    told = matters.exclude(whistle_number="").get(state=MatterState.PUBLISHED)
    whistle: Any = Whistle.objects.get(number=told.whistle_number)
    assert (told.result, whistle.state) == (whistle.feedback, WhistleState.FED_BACK)
    assert whistle.sources.get().subject() == told
    for matter in matters.exclude(held_at=None):
        assert matter.proposed_at < matter.meeting_at <= matter.held_at
    reported: Any = WalkFinding.objects.get(finding=Finding.REPORTED).case
    assert (reported.source, reported.state) == ("steward", State.REPORTED)
    assert all(walk.distance_m < 1 and walk.steward.is_demo for walk in walks.select_related("steward"))


def test_the_whole_story_went_as_it_was_meant(played):
    (story,) = [one for one in played if one.line.name == STORY]
    ticket: Any = ticket_of(story)
    whistle: Any = whistle_of(story)
    told: Any = [kind.partition(".")[2] for kind in
                 Event.objects.of(ticket).order_by("sequence").values_list("kind", flat=True)]  # fmt: skip
    moves = [one for one in told if one not in ("warned", "overdue")]
    assert moves == ["log", "dispatch", "sign", "contact", "raise_case", "feed_outcome", "feed_outcome", "reply",
                     "open_callback", "close_callback"]  # fmt: skip
    assert (ticket.unit.area_served.code, ticket.state) == (story.spot.grid[:9], TicketState.CLOSED)
    answer = ticket.callbacks.get()
    assert (answer.solved, answer.satisfaction, answer.contacted) == ("yes", 5, True)
    case: Any = ticket.case
    assert (case.state, case.outcome) == (State.CLOSED, "solved")
    assert case.lead_department == ticket.unit
    assert case.field_tasks.filter(kind="check", verdict="pass").count() == 1
    assert values(whistle.sources, "reference") == {ticket.number, case.number}
    called = list(whistle.report_ins.order_by("call_id"))
    assert [one.state for one in called] == ["accepted", "accepted", "absent"]
    for one in called[:2]:
        assert one.check_in_distance_m < one.whistle.kind.arrive_metres
        assert Evidence.objects.filter(holder_type="cases.reportin", holder_id=one.pk, move="report_in.arrive").exists()
        assert one.arrived_at < one.called_at + timedelta(hours=24)
        assert one.rating.total > 80
    assert called[2].rating.total == 0
    assert (whistle.outcome, whistle.feedback) == ("solved", story.summons.feedback)
    assert ticket.answer == case.result == whistle.feedback
    assert whistle.ended_at < ticket.replied_at < ticket.ended_at == case.closed_at  # which waited for its caller
