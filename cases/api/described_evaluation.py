"""The shapes of rates and scores for the API's description of itself."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers as s

from cases.api.described_ticket import EntrySerializer, TicketRowSerializer
from cases.api.described_whistle import ReportInRowSerializer, WhistleRowSerializer
from cases.evaluation.boards import BOARDS
from cases.evaluation.periods import Period

FAMILIES = [(family, board.label) for family, board in BOARDS.items()]
PERCENT = "In per cent, rounded half up to two places; null where nothing counts."


class PeriodSerializer(s.Serializer[Any]):
    """The days that are evaluated, both included."""

    code = s.CharField()
    label = s.CharField()  # type: ignore[assignment]
    first = s.DateField()
    last = s.DateField()


class FigureSerializer(s.Serializer[Any]):
    """One figure with what it is made of; numerator and denominator are null in the ranking."""

    name = s.CharField()
    label = s.CharField()  # type: ignore[assignment]
    percent = s.FloatField(allow_null=True, help_text=PERCENT)
    numerator = s.IntegerField(allow_null=True)
    denominator = s.IntegerField(allow_null=True)
    lower_is_better = s.BooleanField()
    rule = s.CharField(help_text="Numerator ÷ denominator, in words.")
    source = s.CharField(help_text="Where the rule comes from.")  # type: ignore[assignment]
    parts = s.ListField(
        child=s.ChoiceField(choices=["counted", "good", "missed"]), help_text="Lists that can be asked for."
    )


class EvaluationSerializer(s.Serializer[Any]):
    """One unit's figures in a period."""

    id = s.CharField(help_text="Family, period and code of the unit.")
    family = s.ChoiceField(choices=FAMILIES)
    period = PeriodSerializer()
    unit = EntrySerializer()
    own = s.BooleanField(help_text="Whether what was counted can be listed.")
    place = s.IntegerField(allow_null=True, help_text="Among all units of the city; null without a score.")
    score = s.FloatField(allow_null=True, help_text=PERCENT)
    score_rule = s.CharField()
    weights = s.DictField(child=s.IntegerField(), help_text="What each figure weighs in the score; together 100.")
    counters = s.DictField(child=s.IntegerField(), allow_null=True)
    figures = FigureSerializer(many=True)


COUNTED = PolymorphicProxySerializer(
    component_name="CountedRow",
    serializers=[TicketRowSerializer, ReportInRowSerializer, WhistleRowSerializer],
    resource_type_field_name=None,
    many=True,
)


def period_shown(period: Period) -> dict[str, Any]:
    """Return a period."""
    return {
        "code": period.code, "label": period.label,
        "first": period.first.isoformat(), "last": period.last.isoformat(),
    }  # fmt: skip
