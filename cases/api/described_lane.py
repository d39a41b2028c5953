"""The shapes of lanes, claims and walks for the API's description of itself."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as s

from cases.api.described import ActionSerializer, PersonSerializer, PositionSerializer, RoleSerializer
from cases.api.described_case import EvidenceRefSerializer
from cases.stewards.states import Finding, WalkState
from gridmap.api.serializers import AreaRefSerializer


class LaneRefSerializer(s.Serializer[Any]):
    """A lane, named."""

    code = s.CharField()
    name = s.CharField()


class LaneRowSerializer(LaneRefSerializer):
    """A lane in a list."""

    area = AreaRefSerializer()
    line = PositionSerializer(many=True, help_text="A guide, no boundary.")
    mine = s.BooleanField(help_text="You look after it.")
    retired_at = s.DateTimeField(allow_null=True)


class LaneSerializer(LaneRowSerializer):
    """A lane with who looks after it."""

    stewards = PersonSerializer(many=True, help_text="Of those that you see: a steward sees no other's name.")
    last_walked_at = s.DateTimeField(allow_null=True, help_text="Of the walks that you see.")


class LaneClaimSerializer(s.Serializer[Any]):
    """Somebody looks after a lane."""

    id = s.IntegerField()
    lane = LaneRefSerializer()
    steward = PersonSerializer()
    since = s.DateTimeField()
    until = s.DateTimeField(allow_null=True)


class NewLaneClaimSerializer(s.Serializer[Any]):
    """A lane to be given to a steward."""

    lane = s.CharField(max_length=20, help_text="Code.")
    steward = s.CharField(max_length=150, help_text="Login name of somebody with a lane steward's post there.")


class ChecklistItemSerializer(s.Serializer[Any]):
    """One thing that a lane should be without."""

    code = s.CharField()
    name = s.CharField()
    category = s.CharField(help_text="Code of the category that a case about it has.")


class WalkRowSerializer(s.Serializer[Any]):
    """A walk in a list."""

    id = s.IntegerField()
    state = s.ChoiceField(choices=WalkState.choices)
    state_label = s.CharField()
    lane = LaneRefSerializer()
    area = AreaRefSerializer()
    steward = PersonSerializer()
    walked_at = s.DateTimeField()
    position = PositionSerializer()
    accuracy_m = s.IntegerField(allow_null=True)
    distance_m = s.FloatField(help_text="From the lane.")
    counts = inline_serializer("WalkCounts", {name: s.IntegerField() for name in Finding.values})
    read_at = s.DateTimeField(allow_null=True)
    version = s.IntegerField()


class WalkFindingSerializer(s.Serializer[Any]):
    """What was found about one entry of the checklist."""

    item = ChecklistItemSerializer()
    finding = s.ChoiceField(choices=Finding.choices)
    finding_label = s.CharField()
    note = s.CharField()
    case = s.CharField(allow_null=True, help_text="Number of the case that was reported.")


class WalkSerializer(WalkRowSerializer):
    """A walk with what was found, and what the reader can do."""

    whose_turn = RoleSerializer(many=True)
    actions = ActionSerializer(many=True)
    far_reason = s.CharField()
    note = s.CharField()
    answer = s.CharField(help_text="Of the street.")
    findings = WalkFindingSerializer(many=True)
    evidence = EvidenceRefSerializer(many=True, help_text="Where a case was reported, the photos are the first case's.")


class NewFindingSerializer(s.Serializer[Any]):
    """What is said about one entry of the checklist."""

    item = s.CharField(max_length=20, help_text="code of an entry of /api/v1/lane-checklist/.")
    finding = s.ChoiceField(choices=Finding.choices)
    note = s.CharField(
        required=False, allow_blank=True, max_length=4000, default="", help_text="Needed unless it is in order."
    )


class NewWalkSerializer(s.Serializer[Any]):
    """A walk to be handed in."""

    lane = s.CharField(max_length=20, help_text="Code.")
    findings = s.ListField(
        child=NewFindingSerializer(),
        max_length=100,
        help_text="Each entry of the checklist once; faults are named by its code.",
    )
    lon = s.FloatField(help_text="Where you stand, WGS 84.")
    lat = s.FloatField()
    accuracy = s.FloatField(required=False, allow_null=True, min_value=0, max_value=100_000, help_text="Metres.")
    far_reason = s.CharField(required=False, allow_blank=True, max_length=4000, default="")
    note = s.CharField(required=False, allow_blank=True, max_length=4000, default="")
    photos = s.ListField(child=s.UUIDField(), required=False, max_length=20, help_text="Ids of uploaded evidence.")
    client_request_id = s.CharField(
        required=False, allow_blank=True, max_length=64, default="",
        help_text="Chosen by the sender: sent again, it answers the first walk (200).",
    )  # fmt: skip
