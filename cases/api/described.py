"""The shapes of answers for the API's description of itself.

The answers are built as plain dicts, since they are hot; tests hold them against these shapes.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from cases.approvals.states import RequestKind, RequestState
from cases.deadlines.lamps import Lamp
from cases.deadlines.limits import LimitUnit
from cases.fieldwork.states import TaskKind, TaskState, Verdict
from cases.workflow.table import InputType
from gridmap.api.serializers import AreaRefSerializer, DepartmentRefSerializer


class PersonSerializer(s.Serializer[Any]):
    """A member of staff, named."""

    username = s.CharField()
    name = s.CharField()


class CategoryRefSerializer(s.Serializer[Any]):
    """A category, named."""

    code = s.CharField()
    name = s.CharField()
    kind = s.CharField()


class PositionSerializer(s.Serializer[Any]):
    """A position in WGS 84 degrees."""

    lon = s.FloatField()
    lat = s.FloatField()


class RoleSerializer(s.Serializer[Any]):
    """A role whose turn it is."""

    role = s.CharField()
    label = s.CharField()  # type: ignore[assignment]


class ChoiceSerializer(s.Serializer[Any]):
    """One of the choices of an input."""

    value = s.CharField()
    label = s.CharField()  # type: ignore[assignment]


class InputSerializer(s.Serializer[Any]):
    """One value that a move takes."""

    name = s.CharField()
    label = s.CharField()  # type: ignore[assignment]
    type = s.ChoiceField(choices=[kind.value for kind in InputType])
    required = s.BooleanField()  # type: ignore[assignment]
    many = s.BooleanField(required=False, help_text="Send a list.")  # type: ignore[assignment]
    choices = ChoiceSerializer(many=True, required=False)
    ref = s.CharField(required=False, help_text="The list to choose from, below /api/v1/, with its query.")
    ref_key = s.CharField(required=False, help_text="Which property of that list's entries is sent.")
    help = s.CharField(required=False)
    proposed = s.ListField(
        child=s.CharField(),
        required=False,
        help_text="What the rules propose of that list; another choice needs an opinion that says why.",
    )
    proposed_reason = s.CharField(required=False, help_text="Why it is proposed, for a person to read.")


class ActionSerializer(s.Serializer[Any]):
    """A move of the reader's roles in this state."""

    name = s.CharField()
    label = s.CharField()  # type: ignore[assignment]
    allowed = s.BooleanField()
    reason = s.CharField(allow_null=True, help_text="Why it is not possible now.")
    inputs = InputSerializer(many=True)


class LimitSerializer(s.Serializer[Any]):
    """So many units of time."""

    value = s.FloatField()
    unit = s.ChoiceField(choices=LimitUnit.choices)


class ClockSerializer(s.Serializer[Any]):
    """One limit, running for one holder."""

    id = s.IntegerField()
    kind = s.CharField()
    holder = DepartmentRefSerializer(allow_null=True)
    started_at = s.DateTimeField()
    limit = LimitSerializer()
    extensions = s.IntegerField()
    due_at = s.DateTimeField(allow_null=True, help_text="Null while it stands still.")
    warn_at = s.DateTimeField(allow_null=True, help_text="Yellow from here on.")
    lamp = s.ChoiceField(choices=Lamp.choices, allow_null=True)
    paused = s.BooleanField()
    paused_since = s.DateTimeField(allow_null=True)
    stopped_at = s.DateTimeField(allow_null=True)
    overdue = s.BooleanField()
    exempt = s.BooleanField(help_text="Not scored, after an accepted appeal.")
    taken_over = s.BooleanField(help_text="The deadline is that of an older system; there is no arithmetic to it.")


class ExplanationSerializer(s.Serializer[Any]):
    """The arithmetic of a deadline. Each line has a kind and a text, and the times or days it speaks of."""

    clock = ClockSerializer()
    lines = s.ListField(child=s.DictField())


class RequestRefSerializer(s.Serializer[Any]):
    """A request about the case."""

    id = s.IntegerField()
    kind = s.ChoiceField(choices=RequestKind.choices)
    kind_label = s.CharField()
    state = s.ChoiceField(choices=RequestState.choices)
    state_label = s.CharField()
    reason = s.CharField()
    requested_by = PersonSerializer()
    requested_at = s.DateTimeField()
    until = s.DateTimeField(allow_null=True)
    decided_at = s.DateTimeField(allow_null=True)
    version = s.IntegerField()


class TaskRefSerializer(s.Serializer[Any]):
    """A field task about the case."""

    id = s.IntegerField()
    kind = s.ChoiceField(choices=TaskKind.choices)
    kind_label = s.CharField()
    state = s.ChoiceField(choices=TaskState.choices)
    state_label = s.CharField()
    assignee = PersonSerializer()
    assigned_at = s.DateTimeField()
    due_at = s.DateTimeField(allow_null=True)
    done_at = s.DateTimeField(allow_null=True)
    verdict = s.ChoiceField(choices=Verdict.choices, allow_blank=True)
    verdict_label = s.CharField()
    answer = s.CharField()
    version = s.IntegerField()


class MoveSerializer(s.Serializer[Any]):
    """The inputs that the action names, each by its name, and:"""

    opinion = s.CharField(required=False)
    version = s.IntegerField(required=False, help_text="The version that was looked at; refused with 409 if stale.")
    evidence = s.ListField(child=s.UUIDField(), required=False)


class TaskSerializer(TaskRefSerializer):
    """A field task."""

    case = s.CharField(allow_null=True, help_text="Number.")
    area = AreaRefSerializer()
    position = PositionSerializer(allow_null=True)
    note = s.CharField()
    check_in = PositionSerializer(allow_null=True)
    check_in_distance_m = s.FloatField(allow_null=True)


class TaskDetailSerializer(TaskSerializer):
    """A field task with what the reader can do."""

    whose_turn = RoleSerializer(many=True)
    actions = ActionSerializer(many=True)


class StepSerializer(RoleSerializer):
    """A step of the decision."""

    done = s.BooleanField()


class RequestSerializer(RequestRefSerializer):
    """A request about a case or a ticket."""

    case = s.CharField(allow_null=True, help_text="Number.")
    ticket = s.CharField(allow_null=True, help_text="Number.")
    area = AreaRefSerializer()
    department = DepartmentRefSerializer(allow_null=True)
    legal_basis = s.CharField()
    steps = StepSerializer(many=True)
    decided_by = PersonSerializer(allow_null=True)
    decision = s.CharField()


class RequestDetailSerializer(RequestSerializer):
    """A request with what the reader can do."""

    whose_turn = RoleSerializer(many=True)
    actions = ActionSerializer(many=True)


class EventSerializer(s.Serializer[Any]):
    """Something that happened."""

    id = s.IntegerField()
    kind = s.CharField()
    label = s.CharField()  # type: ignore[assignment]
    subject = s.CharField()
    at = s.DateTimeField()
    by = s.CharField()
    from_state = s.CharField()
    to_state = s.CharField()
    state_label = s.CharField()
    opinion = s.CharField()
    facts = s.DictField()
