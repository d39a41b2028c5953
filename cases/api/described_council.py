"""The shapes of council matters for the API's description of itself."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from cases.api.described import ActionSerializer, PersonSerializer, RoleSerializer
from cases.api.described_case import EvidenceRefSerializer
from cases.casework.states import Outcome
from cases.councils.states import MatterState
from gridmap.api.serializers import AreaRefSerializer


class MatterRowSerializer(s.Serializer[Any]):
    """A council matter in a list."""

    number = s.CharField()
    state = s.ChoiceField(choices=MatterState.choices)
    state_label = s.CharField()
    area = AreaRefSerializer(help_text="The community or street whose council it is before.")
    title = s.CharField()
    proposed_by = s.CharField(help_text="In words, without names.")
    proposed_at = s.DateTimeField()
    meeting_at = s.DateTimeField(allow_null=True)
    meeting_place = s.CharField()
    held_at = s.DateTimeField(allow_null=True)
    resolved_at = s.DateTimeField(allow_null=True)
    case = s.CharField(allow_null=True, help_text="Number of the case that it waits for or came from it.")
    whistle = s.CharField(allow_null=True, help_text="Number of the whistle, likewise.")
    outcome = s.ChoiceField(choices=Outcome.choices, allow_blank=True)
    outcome_label = s.CharField()
    ended_at = s.DateTimeField(allow_null=True)
    version = s.IntegerField()


class MatterSerializer(MatterRowSerializer):
    """A council matter with its texts, and what the reader can do."""

    whose_turn = RoleSerializer(many=True)
    actions = ActionSerializer(many=True)
    proposal = s.CharField()
    recorded_by = PersonSerializer()
    attended = s.IntegerField(allow_null=True)
    minutes = s.CharField()
    resolution = s.CharField()
    in_favour = s.IntegerField(allow_null=True)
    against = s.IntegerField(allow_null=True)
    result = s.CharField(help_text="What was done.")
    follow_up = s.CharField(help_text="What the residents are told.")
    evidence = EvidenceRefSerializer(many=True)


class NewMatterSerializer(s.Serializer[Any]):
    """A proposal of residents."""

    area = s.CharField(max_length=40, help_text="Code of the community or street whose council it is before.")
    title = s.CharField(max_length=100)
    proposal = s.CharField(max_length=4000)
    proposed_by = s.CharField(
        required=False, allow_blank=True, max_length=100, default="", help_text="In words, without names."
    )
    client_request_id = s.CharField(
        required=False, allow_blank=True, max_length=64, default="",
        help_text="Chosen by the sender: sent again, it answers the first matter (200).",
    )  # fmt: skip
