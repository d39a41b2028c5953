"""The shapes of tickets, callers and callbacks for the API's description of itself."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from cases.api.described import (
    ActionSerializer,
    ClockSerializer,
    PersonSerializer,
    RequestRefSerializer,
    RoleSerializer,
)
from cases.api.described_case import EvidenceRefSerializer
from cases.casework.states import Outcome
from cases.deadlines.lamps import Lamp
from cases.hotline.states import (
    CallbackResult,
    Channel,
    Fault,
    Identity,
    Level,
    LinkKind,
    Medium,
    OtherChannel,
    Satisfaction,
    Solved,
    TicketState,
)
from gridmap.api.serializers import AreaRefSerializer, DepartmentRefSerializer
from gridmap.crs import Crs


class EntrySerializer(s.Serializer[Any]):
    """An entry of a list, named."""

    code = s.CharField()
    name = s.CharField()


class MaskedCallerSerializer(s.Serializer[Any]):
    """Who called, masked; all asterisks for who may not even recognise the caller."""

    name = s.CharField()
    phone = s.CharField()
    gender = s.CharField()


class TicketRowSerializer(s.Serializer[Any]):
    """A ticket in a list."""

    number = s.CharField()
    state = s.ChoiceField(choices=TicketState.choices)
    state_label = s.CharField()
    channel = s.ChoiceField(choices=Channel.choices)
    channel_label = s.CharField()
    level = s.ChoiceField(choices=Level.choices)
    level_label = s.CharField()
    identity = s.ChoiceField(choices=Identity.choices)
    identity_label = s.CharField()
    demand_type = EntrySerializer()
    category = EntrySerializer(allow_null=True)
    title = s.CharField()
    content = s.CharField(help_text="As it was told for the hotline; for units without who called.")
    caller = MaskedCallerSerializer(allow_null=True, help_text="Null for an anonymous ticket.")
    lon = s.FloatField(allow_null=True, help_text="WGS 84")
    lat = s.FloatField(allow_null=True, help_text="WGS 84")
    address = s.CharField()
    area = AreaRefSerializer()
    received_at = s.DateTimeField()
    replied_at = s.DateTimeField(allow_null=True)
    ended_at = s.DateTimeField(allow_null=True)
    unit = DepartmentRefSerializer(allow_null=True)
    round = s.IntegerField(help_text="At a unit; 0 before the first dispatch.")
    case = s.CharField(allow_null=True, help_text="Number.")
    main_ticket = s.CharField(allow_null=True, help_text="Number of the ticket about the same matter.")
    outcome = s.ChoiceField(choices=Outcome.choices, allow_blank=True)
    redo_count = s.IntegerField()
    urge_count = s.IntegerField()
    excluded = s.BooleanField(help_text="From scoring.")
    version = s.IntegerField()
    due_at = s.DateTimeField(allow_null=True, help_text="When the first running clock runs out.")
    lamp = s.ChoiceField(choices=Lamp.choices, allow_null=True, help_text="Of that clock.")
    clock = s.CharField(allow_null=True, help_text="Its kind.")


class TicketRoundSerializer(s.Serializer[Any]):
    """One round at one unit, with the four elements of its reply."""

    number = s.IntegerField()
    unit = DepartmentRefSerializer()
    level = s.ChoiceField(choices=Level.choices)
    began_at = s.DateTimeField()
    signed_at = s.DateTimeField(allow_null=True)
    contacted_at = s.DateTimeField(allow_null=True)
    accepted_at = s.DateTimeField(allow_null=True)
    written_at = s.DateTimeField(allow_null=True, help_text="Without replied_at, it waits to be signed off.")
    signed_off_at = s.DateTimeField(allow_null=True)
    replied_at = s.DateTimeField(allow_null=True)
    ended_at = s.DateTimeField(allow_null=True)
    still_wrong = s.CharField(allow_blank=True, help_text="The caller's words that led to this round.")
    contact_due = s.BooleanField()
    signed_by = PersonSerializer(allow_null=True)
    replied_by = PersonSerializer(allow_null=True)
    signed_off_by = PersonSerializer(allow_null=True)
    spoke_to = s.CharField()
    measures = s.CharField()
    deadline = s.DateField(allow_null=True)
    internal_text = s.CharField()
    public_text = s.CharField()
    outcome = s.ChoiceField(choices=Outcome.choices, allow_blank=True)
    return_refused = s.BooleanField()
    ended_by_move = s.CharField()
    opinion = s.CharField()


class ContactSerializer(s.Serializer[Any]):
    """A unit's attempt to reach the caller."""

    round = s.IntegerField()
    at = s.DateTimeField()
    how = s.ChoiceField(choices=Medium.choices)
    how_label = s.CharField()
    reached = s.BooleanField()
    note = s.CharField()
    by = PersonSerializer(allow_null=True)


class AttemptSerializer(s.Serializer[Any]):
    """One try of the callback."""

    at = s.DateTimeField()
    how = s.ChoiceField(choices=Medium.choices)
    how_label = s.CharField()
    reached = s.BooleanField()
    note = s.CharField()
    by = PersonSerializer(allow_null=True)


class CallbackSerializer(s.Serializer[Any]):
    """What the caller was asked after a round, and said."""

    id = s.IntegerField()
    round = s.IntegerField()
    asked_for_at = s.DateTimeField()
    agent = PersonSerializer(allow_null=True)
    taken_at = s.DateTimeField(allow_null=True, help_text="Since when the agent has the call.")
    link_sent_at = s.DateTimeField(allow_null=True, help_text="When a link was made for the caller to answer by.")
    ended_at = s.DateTimeField(allow_null=True)
    result = s.ChoiceField(choices=CallbackResult.choices, allow_blank=True)
    result_label = s.CharField()
    contacted = s.BooleanField(allow_null=True)
    solved = s.ChoiceField(choices=Solved.choices, allow_blank=True)
    solved_label = s.CharField()
    satisfaction = s.ChoiceField(choices=Satisfaction.choices, allow_null=True)
    satisfaction_label = s.CharField()
    reason = s.CharField()
    fault = s.ChoiceField(choices=Fault.choices, allow_blank=True)
    fault_label = s.CharField()
    redone = s.BooleanField()
    attempts = AttemptSerializer(many=True)


class ProposedUnitSerializer(EntrySerializer):
    """A unit, and why."""

    reason = s.CharField()


class PrefillSerializer(s.Serializer[Any]):
    """What the unit's reply can start from; empty when nothing was reported back."""

    outcome = s.CharField(required=False)
    measures = s.CharField(required=False)
    public_text = s.CharField(required=False)


class TicketSerializer(TicketRowSerializer):
    """A ticket with everything that hangs on it."""

    whose_turn = RoleSerializer(many=True)
    actions = ActionSerializer(many=True)
    clocks = ClockSerializer(many=True)
    logged_by = PersonSerializer(allow_null=True)
    event_at = s.DateTimeField(allow_null=True)
    contact_wish = s.CharField()
    wants_callback = s.BooleanField()
    may_reveal = s.BooleanField()
    why_not_reveal = s.CharField(allow_null=True)
    caller_id = s.IntegerField(allow_null=True, help_text="For the hotline: key of /api/v1/callers/.")
    first_unit = DepartmentRefSerializer(allow_null=True, help_text="The first receiver stays answerable.")
    proposed_unit = ProposedUnitSerializer(allow_null=True)
    handler = PersonSerializer(allow_null=True, help_text="The one person of the unit who may learn who called.")
    contact_allowed = s.BooleanField()
    final_ruling = s.BooleanField()
    link_kind = s.ChoiceField(choices=LinkKind.choices, allow_blank=True)
    link_kind_label = s.CharField()
    other_channel = s.ChoiceField(choices=OtherChannel.choices, allow_blank=True)
    other_channel_label = s.CharField()
    outcome_label = s.CharField()
    answer = s.CharField()
    reply_prefill = PrefillSerializer()
    rounds = TicketRoundSerializer(many=True)
    contacts = ContactSerializer(many=True)
    callbacks = CallbackSerializer(many=True)
    callback_link = s.CharField(
        allow_null=True, help_text="Path of the page on which the caller answers; for agents, after send_link."
    )
    approvals = RequestRefSerializer(many=True)
    evidence = EvidenceRefSerializer(many=True)


class NewTicketSerializer(s.Serializer[Any]):
    """A demand to be logged."""

    demand_type = s.CharField(max_length=20, help_text="Code of /api/v1/demand-types/.")
    category = s.CharField(required=False, max_length=20, help_text="Code of /api/v1/ticket-categories/.")
    title = s.CharField(required=False, allow_blank=True, max_length=100, default="")
    content = s.CharField(max_length=4000)
    channel = s.ChoiceField(choices=Channel.choices, default=Channel.PHONE)
    anonymous = s.BooleanField(default=False)
    confidential = s.BooleanField(default=False)
    caller_name = s.CharField(required=False, allow_blank=True, max_length=60, default="")
    caller_phone = s.CharField(required=False, allow_blank=True, max_length=30, default="")
    caller_gender = s.ChoiceField(choices=["m", "f"], required=False, allow_blank=True, default="")
    caller_address = s.CharField(required=False, allow_blank=True, max_length=200, default="")
    other_phones = s.ListField(child=s.CharField(max_length=30), required=False, max_length=5)
    contact_wish = s.CharField(required=False, allow_blank=True, max_length=100, default="")
    wants_callback = s.BooleanField(default=True)
    lon = s.FloatField(required=False, allow_null=True, help_text="Degrees in crs.")
    lat = s.FloatField(required=False, allow_null=True)
    crs = s.ChoiceField(choices=Crs.choices, default=Crs.WGS84)
    area = s.CharField(
        required=False, allow_blank=True, max_length=40, default="",
        help_text="Code of the area, where no more than that is known of the place; a position goes before it.",
    )  # fmt: skip
    address = s.CharField(required=False, allow_blank=True, max_length=200, default="")
    event_at = s.DateTimeField(required=False, allow_null=True)
    level = s.ChoiceField(choices=Level.choices, required=False, allow_blank=True, default="")
    call_reference = s.CharField(required=False, allow_blank=True, max_length=64, default="")
    client_request_id = s.CharField(
        required=False, allow_blank=True, max_length=64, default="",
        help_text="Chosen by the sender: sent again, it answers the first ticket (200).",
    )  # fmt: skip


class CallerSerializer(s.Serializer[Any]):
    """A caller, masked."""

    id = s.IntegerField()
    name = s.CharField()
    gender = s.CharField()
    phones = s.ListField(child=s.CharField())
    first_seen_at = s.DateTimeField()
    tickets = s.IntegerField(help_text="So many of them.")


class CallerDetailSerializer(CallerSerializer):
    """A caller with the latest tickets."""

    latest = TicketRowSerializer(many=True)


class RevealSerializer(s.Serializer[Any]):
    """What to reveal, and what for."""

    field = s.ChoiceField(choices=["name", "phone", "address"])
    purpose = s.CharField(max_length=1000, help_text="4 to 200 characters; kept in the journal.")


class RevealedSerializer(s.Serializer[Any]):
    """The value in full."""

    field = s.CharField()
    value = s.CharField()


class QueuedSerializer(CallbackSerializer):
    """A callback with the ticket it belongs to."""

    ticket = TicketRowSerializer()


class DemandTypeSerializer(EntrySerializer):
    """A type of demand."""

    answerable = s.BooleanField(help_text="The operator may answer it at once.")
    withholds_identity = s.BooleanField(help_text="It goes out without the caller's identity.")


class TicketCategorySerializer(EntrySerializer):
    """A node of the category tree."""

    parent = s.CharField(allow_null=True, help_text="Code.")  # type: ignore[assignment]
    level = s.ChoiceField(choices=Level.choices, help_text="Proposed.")
    case_category = s.CharField(allow_null=True, help_text="Code of the category that a case would have.")
    unit = s.CharField(allow_null=True, help_text="Code of the unit that alone is competent.")
