"""The shape of a case for the API's description of itself."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as s

from cases.api.described import (
    ActionSerializer,
    CategoryRefSerializer,
    ClockSerializer,
    PersonSerializer,
    RequestRefSerializer,
    RoleSerializer,
    TaskRefSerializer,
)
from cases.casework.states import DeclineReason, Outcome, Source, State
from cases.deadlines.lamps import Lamp
from gridmap.api.serializers import AreaRefSerializer, DepartmentRefSerializer
from gridmap.crs import Crs


class CaseRowSerializer(s.Serializer[Any]):
    """A case in a list."""

    number = s.CharField()
    state = s.ChoiceField(choices=State.choices)
    state_label = s.CharField()
    source = s.ChoiceField(choices=Source.choices)  # type: ignore[assignment]
    source_label = s.CharField()
    category = CategoryRefSerializer()
    description = s.CharField()
    lon = s.FloatField(help_text="WGS 84")
    lat = s.FloatField(help_text="WGS 84")
    address = s.CharField()
    area = AreaRefSerializer()
    reported_at = s.DateTimeField()
    closed_at = s.DateTimeField(allow_null=True)
    department = DepartmentRefSerializer(allow_null=True)
    handler = PersonSerializer(allow_null=True)
    round = s.IntegerField(help_text="Of handling; 0 before the first dispatch.")
    outcome = s.ChoiceField(choices=Outcome.choices, allow_blank=True)
    urge_count = s.IntegerField()
    version = s.IntegerField()
    due_at = s.DateTimeField(allow_null=True, help_text="When the first running clock runs out.")
    lamp = s.ChoiceField(choices=Lamp.choices, allow_null=True, help_text="Of that clock.")
    clock = s.CharField(allow_null=True, help_text="Its kind.")


class ConditionRefSerializer(s.Serializer[Any]):
    """The filing condition as it was when the case was filed."""

    code = s.CharField()
    version = s.IntegerField()
    text = s.CharField()
    closing_text = s.CharField()


class ChoiceRefSerializer(s.Serializer[Any]):
    """A code with its label."""

    code = s.CharField()
    label = s.CharField()  # type: ignore[assignment]


class EvidenceRefSerializer(s.Serializer[Any]):
    """A photo or file that proves something."""

    id = s.UUIDField()
    media_type = s.CharField()
    file_url = s.CharField()
    thumb_url = s.CharField(allow_null=True)
    move = s.CharField()
    purpose = s.CharField()
    round = s.IntegerField()
    uploaded_by = PersonSerializer(allow_null=True)
    uploaded_at = s.DateTimeField()
    taken_at = s.DateTimeField(allow_null=True)
    distance_m = s.FloatField(allow_null=True, help_text="From the case, by the file's own position.")
    remarks = ChoiceRefSerializer(many=True, help_text="What looked odd.")


class RoundSerializer(s.Serializer[Any]):
    """One round of handling."""

    number = s.IntegerField()
    department = DepartmentRefSerializer()
    handler = PersonSerializer(allow_null=True)
    began_at = s.DateTimeField()
    signed_at = s.DateTimeField(allow_null=True)
    submitted_at = s.DateTimeField(allow_null=True)
    submitted_by = PersonSerializer(allow_null=True)
    confirmed_at = s.DateTimeField(allow_null=True)
    outcome = s.CharField()
    result = s.CharField()
    ended_at = s.DateTimeField(allow_null=True)
    ended_by_move = s.CharField()
    opinion = s.CharField()


class PartSerializer(s.Serializer[Any]):
    """A department that helps."""

    department = DepartmentRefSerializer()
    round = s.IntegerField()
    asked = s.CharField()
    result = s.CharField()
    done_at = s.DateTimeField(allow_null=True)


class OrderSerializer(s.Serializer[Any]):
    """A supervision order and its answer."""

    order = s.CharField()
    ordered_by = PersonSerializer()
    ordered_at = s.DateTimeField()
    due_at = s.DateTimeField()
    reply = s.CharField()
    replied_by = PersonSerializer(allow_null=True)
    replied_at = s.DateTimeField(allow_null=True)


class OriginSerializer(s.Serializer[Any]):
    """What an older system called a case, in its own words."""

    system = s.CharField()
    number = s.CharField()
    status = s.CharField()
    category = s.CharField()
    department = s.CharField()
    channel = s.CharField()
    taken_over_at = s.DateTimeField()


class CaseSerializer(CaseRowSerializer):
    """A case with everything that hangs on it."""

    whose_turn = RoleSerializer(many=True)
    actions = ActionSerializer(many=True)
    clocks = ClockSerializer(many=True)
    area_path = AreaRefSerializer(many=True, help_text="From the top of the tree to the case's own area.")
    accuracy = s.IntegerField(allow_null=True, help_text="Metres.")
    reporter = PersonSerializer(allow_null=True)
    verified = s.BooleanField(allow_null=True)
    condition = ConditionRefSerializer(allow_null=True)
    outcome_label = s.CharField()
    result = s.CharField()
    decline_reason = s.ChoiceField(choices=DeclineReason.choices, allow_blank=True)
    decline_reason_label = s.CharField()
    competent_unit = s.CharField()
    merged_into = s.CharField(allow_null=True, help_text="Number of the case it went into.")
    whistle = s.CharField(allow_null=True, help_text="Number of the whistle whose feedback it waits for.")
    self_handled = s.BooleanField()
    forced = s.BooleanField()
    first_dispatch_wrong = s.BooleanField()
    suspended_until = s.DateTimeField(allow_null=True)
    closed_by = PersonSerializer(allow_null=True)
    origin = OriginSerializer(allow_null=True, help_text="Of a case taken over from an older system.")
    counts = inline_serializer(
        "CaseCounts", {name: s.IntegerField() for name in ("returns", "reworks", "urges", "reopenings")}
    )
    rounds = RoundSerializer(many=True)
    co_departments = PartSerializer(many=True)
    evidence = EvidenceRefSerializer(many=True)
    approvals = RequestRefSerializer(many=True)
    field_tasks = TaskRefSerializer(many=True)
    supervisions = OrderSerializer(many=True)
    merged_cases = s.ListField(child=s.CharField())


class NewCaseSerializer(s.Serializer[Any]):
    """A report."""

    category = s.CharField(max_length=40, help_text="Code of a category in use.")
    description = s.CharField(max_length=4000)
    lon = s.FloatField(help_text="Degrees in crs.")
    lat = s.FloatField()
    crs = s.ChoiceField(choices=Crs.choices, default=Crs.WGS84)
    accuracy = s.FloatField(required=False, allow_null=True, min_value=0, max_value=100_000, help_text="Metres.")
    address = s.CharField(required=False, allow_blank=True, max_length=200, default="")
    source = s.ChoiceField(  # type: ignore[assignment]
        choices=Source.choices, required=False, help_text="Without it, the way that the reporter's post stands for."
    )
    photos = s.ListField(child=s.UUIDField(), required=False, max_length=20, help_text="Ids of uploaded evidence.")
    client_request_id = s.CharField(
        required=False, allow_blank=True, max_length=64, default="",
        help_text="Chosen by the sender: sent again, it answers the first case (200).",
    )  # fmt: skip
