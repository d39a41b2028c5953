"""The shapes of whistles and report-ins for the API's description of itself."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as s

from cases.api.described import (
    ActionSerializer,
    ClockSerializer,
    LimitSerializer,
    PersonSerializer,
    PositionSerializer,
    RoleSerializer,
)
from cases.api.described_case import EvidenceRefSerializer
from cases.casework.states import Outcome
from cases.deadlines.lamps import Lamp
from cases.whistles.kinds import ClockKind
from cases.whistles.states import ReportState, ReviewVerdict, SourceKind, WhistleState
from gridmap.api.serializers import AreaRefSerializer, DepartmentRefSerializer


class KindRefSerializer(s.Serializer[Any]):
    """A kind of whistle, named."""

    code = s.CharField()
    name = s.CharField()
    at_once = s.BooleanField(help_text="Issued at once, reviewed afterwards.")


class KindLimitSerializer(LimitSerializer):
    """A limit of a kind."""

    clock = s.ChoiceField(choices=ClockKind.choices)


class WhistleKindSerializer(KindRefSerializer):
    """A kind of whistle with its rights and limits."""

    meant_for = s.CharField()
    blown_by = RoleSerializer(many=True)
    takes_appointment = s.BooleanField()
    absent_by = s.ChoiceField(choices=ClockKind.choices, help_text="The clock that decides absence.")
    grace_minutes = s.IntegerField()
    arrive_metres = s.IntegerField()
    review = LimitSerializer()
    limits = KindLimitSerializer(many=True)


class CallableDepartmentSerializer(s.Serializer[Any]):
    """A department that a whistle may name."""

    code = s.CharField()
    name = s.CharField()
    area = AreaRefSerializer()


class WhistleRowSerializer(s.Serializer[Any]):
    """A whistle in a list."""

    number = s.CharField()
    state = s.ChoiceField(choices=WhistleState.choices)
    state_label = s.CharField()
    kind = KindRefSerializer(allow_null=True)
    street = AreaRefSerializer()
    description = s.CharField()
    position = PositionSerializer(allow_null=True)
    address = s.CharField()
    lead = DepartmentRefSerializer(allow_null=True)
    appear_at = s.DateTimeField(allow_null=True, help_text="The appointed time, if there is one.")
    cross_district = s.BooleanField()
    escalated = s.BooleanField()
    drafted_at = s.DateTimeField()
    blown_at = s.DateTimeField(allow_null=True)
    issued_at = s.DateTimeField(allow_null=True)
    ended_at = s.DateTimeField(allow_null=True)
    version = s.IntegerField()


class ReportInRowSerializer(s.Serializer[Any]):
    """A report-in in a list or on the board."""

    id = s.IntegerField()
    whistle = s.CharField(help_text="Number.")
    kind = KindRefSerializer(allow_null=True)
    street = AreaRefSerializer()
    department = DepartmentRefSerializer()
    is_lead = s.BooleanField()
    state = s.ChoiceField(choices=ReportState.choices)
    state_label = s.CharField()
    asked = s.CharField()
    position = PositionSerializer(allow_null=True)
    address = s.CharField()
    appear_at = s.DateTimeField(allow_null=True)
    called_at = s.DateTimeField()
    signed_at = s.DateTimeField(allow_null=True)
    arrived_at = s.DateTimeField(allow_null=True)
    people = s.CharField(help_text="Who came.")
    distance_m = s.FloatField(allow_null=True, help_text="From the place, at check-in.")
    late = s.BooleanField(help_text="One of its clocks ran out, or had run out when it was stopped.")
    clock = s.CharField(allow_null=True, help_text="The kind of the clock that runs out first.")
    due_at = s.DateTimeField(allow_null=True)
    lamp = s.ChoiceField(choices=Lamp.choices, allow_null=True)
    supervised = s.BooleanField(help_text="An order waits for its answer.")
    total = s.IntegerField(allow_null=True, help_text="Points, once rated.")
    version = s.IntegerField()


class RatingSerializer(s.Serializer[Any]):
    """The points of one department."""

    on_time = s.IntegerField()
    as_asked = s.IntegerField()
    cooperation = s.IntegerField()
    proof = s.IntegerField()
    total = s.IntegerField()
    reason = s.CharField()
    by_clock = s.BooleanField(help_text="An absence, rated with nothing by the clock.")
    rated_at = s.DateTimeField()
    contested_at = s.DateTimeField(allow_null=True)
    contest = s.CharField()
    ruled_at = s.DateTimeField(allow_null=True)
    ruling = s.CharField()
    set_aside = s.BooleanField(help_text="Not scored, after a ruling.")


class ReportInSerializer(ReportInRowSerializer):
    """A report-in with everything it tells."""

    clocks = ClockSerializer(many=True)
    arrived_by = PersonSerializer(allow_null=True)
    check_in = PositionSerializer(allow_null=True)
    far_reason = s.CharField()
    contacted_at = s.DateTimeField(allow_null=True)
    plan = s.CharField()
    planned_at = s.DateTimeField(allow_null=True)
    outcome = s.ChoiceField(choices=Outcome.choices, allow_blank=True)
    outcome_label = s.CharField()
    result = s.CharField()
    submitted_by = PersonSerializer(allow_null=True)
    submitted_at = s.DateTimeField(allow_null=True)
    rework_count = s.IntegerField()
    objection = s.CharField()
    objected_at = s.DateTimeField(allow_null=True)
    ruling = s.CharField()
    ruled_at = s.DateTimeField(allow_null=True)
    order = s.CharField()
    supervised_at = s.DateTimeField(allow_null=True)
    reply = s.CharField()
    replied_at = s.DateTimeField(allow_null=True)
    ended_at = s.DateTimeField(allow_null=True)
    rating = RatingSerializer(allow_null=True)


class ReportInDetailSerializer(ReportInSerializer):
    """A report-in with what the reader can do."""

    whose_turn = RoleSerializer(many=True)
    actions = ActionSerializer(many=True)
    evidence = EvidenceRefSerializer(many=True)


class CallSerializer(s.Serializer[Any]):
    """A department that the whistle names."""

    department = DepartmentRefSerializer()
    asked = s.CharField()
    other_district = AreaRefSerializer(allow_null=True)
    agreed = s.BooleanField(allow_null=True, help_text="By that district's platform; null until it answered.")


class SourceSerializer(s.Serializer[Any]):
    """Where a whistle comes from."""

    kind = s.ChoiceField(choices=SourceKind.choices)
    kind_label = s.CharField()
    reference = s.CharField()
    note = s.CharField()


class WhistleSerializer(WhistleRowSerializer):
    """A whistle with everything that hangs on it."""

    whose_turn = RoleSerializer(many=True)
    actions = ActionSerializer(many=True)
    clocks = ClockSerializer(many=True)
    platform = AreaRefSerializer(help_text="The district whose platform decides.")
    why_not_alone = s.CharField()
    drafted_by = PersonSerializer()
    blown_by = PersonSerializer(allow_null=True)
    reviewed_at = s.DateTimeField(allow_null=True)
    review_verdict = s.ChoiceField(choices=ReviewVerdict.choices, allow_blank=True)
    review_verdict_label = s.CharField()
    returned_count = s.IntegerField()
    outcome = s.ChoiceField(choices=Outcome.choices, allow_blank=True)
    outcome_label = s.CharField()
    conclusion = s.CharField()
    concluded_at = s.DateTimeField(allow_null=True)
    rated_at = s.DateTimeField(allow_null=True)
    feedback = s.CharField()
    again_of = s.CharField(allow_null=True, help_text="Number of the whistle before.")
    blown_again_as = s.CharField(allow_null=True, help_text="Number of the whistle after.")
    calls = CallSerializer(many=True)
    sources = SourceSerializer(many=True)
    report_ins = ReportInSerializer(many=True)
    evidence = EvidenceRefSerializer(many=True)


class BoardSerializer(s.Serializer[Any]):
    """Who is called, has signed, has arrived, is late."""

    number = s.CharField()
    state = s.ChoiceField(choices=WhistleState.choices)
    state_label = s.CharField()
    version = s.IntegerField()
    appear_at = s.DateTimeField(allow_null=True)
    counts = inline_serializer(
        "BoardCounts",
        {name: s.IntegerField() for name in ("called", "signed", "arrived", "late", "absent", "settled")},
    )
    report_ins = ReportInRowSerializer(many=True)


class NewCallSerializer(s.Serializer[Any]):
    """A department to name."""

    department = s.CharField(max_length=40, help_text="code of an entry of /api/v1/whistle-departments/.")
    asked = s.CharField(max_length=4000)


class NewSourceSerializer(s.Serializer[Any]):
    """A source told in words."""

    kind = s.CharField(max_length=12)
    reference = s.CharField(max_length=100, required=False, allow_blank=True, default="")
    note = s.CharField(max_length=4000)


class NewWhistleSerializer(s.Serializer[Any]):
    """A whistle to be drafted."""

    description = s.CharField(
        required=False, allow_blank=True, max_length=4000, default="", help_text="Without it, the first case's."
    )
    street = s.CharField(
        required=False, max_length=40, help_text="Code; without it, that of the place, the case or your post."
    )
    lon = s.FloatField(required=False, allow_null=True, help_text="WGS 84")
    lat = s.FloatField(required=False, allow_null=True)
    address = s.CharField(required=False, allow_blank=True, max_length=200, default="")
    cases = s.ListField(child=s.CharField(max_length=24), required=False, max_length=50, help_text="Numbers.")
    tickets = s.ListField(
        child=s.CharField(max_length=24), required=False, max_length=50,
        help_text="Numbers of open tickets that you see; the feedback will fill in the replies to them.",
    )  # fmt: skip
    sources = NewSourceSerializer(many=True, required=False)
    calls = NewCallSerializer(many=True, required=False, help_text="With why_not_alone, the draft is judged too.")
    why_not_alone = s.CharField(required=False, allow_blank=True, max_length=4000, default="")
    client_request_id = s.CharField(
        required=False, allow_blank=True, max_length=64, default="",
        help_text="Chosen by the sender: sent again, it answers the first whistle (200).",
    )  # fmt: skip
