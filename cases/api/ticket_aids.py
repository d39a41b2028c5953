"""``/api/v1/ticket-suggestions/``: what a demand that is being written down may be about, and who should have it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.response import Response

from cases.api.named import label
from cases.api.subjects import SubjectView
from cases.api.tickets import area_named, entry_named
from cases.hotline.models import Ticket
from cases.hotline.reference import TicketCategory
from cases.hotline.states import Level
from cases.hotline.suggesting import KEYWORDS, MODEL, CategoryProposal, suggest
from citygrid.accounts.permissions import Perm
from gridmap.crs import Crs


class DraftSerializer(s.Serializer[Any]):
    """A demand as far as it is written down. It stands in the body, so that no log of addresses holds it."""

    title = s.CharField(required=False, allow_blank=True, max_length=100, default="")
    content = s.CharField(allow_blank=True, max_length=4000)
    category = s.CharField(
        required=False, allow_blank=True, max_length=20, default="",
        help_text="Code of the category already chosen; level and unit then follow it.",
    )  # fmt: skip
    lon = s.FloatField(required=False, allow_null=True, default=None, help_text="Degrees in crs.")
    lat = s.FloatField(required=False, allow_null=True, default=None)
    crs = s.ChoiceField(choices=Crs.choices, default=Crs.WGS84)
    area = s.CharField(
        required=False, allow_blank=True, max_length=40, default="",
        help_text="Code of the area, where no more than that is known of the place; a position goes before it.",
    )  # fmt: skip


class SuggestedCategorySerializer(s.Serializer[Any]):
    """A category that the text may be about."""

    code = s.CharField()
    name = s.CharField()
    score = s.FloatField(help_text="0 to 1; of the model its share among all categories. Compare within a basis only.")
    basis = s.ChoiceField(choices=[MODEL, KEYWORDS], help_text="Former tickets of this office, or keywords.")
    reason = s.CharField()
    words = s.ListField(child=s.CharField(), help_text="Words of the text that point there.")


class SuggestedLevelSerializer(s.Serializer[Any]):
    """The level that the rules propose."""

    level = s.ChoiceField(choices=Level.choices)
    level_label = s.CharField()
    reason = s.CharField()


class SuggestedUnitSerializer(s.Serializer[Any]):
    """A unit that could have the ticket."""

    code = s.CharField()
    name = s.CharField()
    reason = s.CharField()


class SuggestedSerializer(s.Serializer[Any]):
    """What is proposed; of each list the first is the best. People decide."""

    categories = SuggestedCategorySerializer(many=True)
    level = SuggestedLevelSerializer()
    units = SuggestedUnitSerializer(many=True)


class TicketSuggestionsView(SubjectView):
    """Proposals for a demand that is being written down."""

    rights = (Perm.CALLER_VIEW,)
    queryset = Ticket.objects.none()

    @extend_schema(
        operation_id="ticket_suggestions", request=DraftSerializer, responses={200: SuggestedSerializer}
    )  # fmt: skip
    def post(self, request: Any) -> Response:
        """Answer categories, level and units with reasons. Changes nothing and keeps nothing."""
        body = DraftSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given, reader = dict(body.validated_data), self.reader
        code = given.pop("category")
        category = entry_named("category", "ticket-categories", TicketCategory, code) if code else None
        given["area"] = area_named(given["area"], reader)
        found = suggest(**given, category=category, by=reader.user, at=reader.at)
        return Response(
            {
                "categories": [_category(one) for one in found.categories],
                "level": {
                    "level": found.level.level, "level_label": label(Level, found.level.level),
                    "reason": found.level.reason,
                },
                "units": [
                    {"code": one.unit.code, "name": one.unit.label, "reason": one.reason} for one in found.units
                ],
            }
        )  # fmt: skip


def _category(one: CategoryProposal) -> dict[str, Any]:
    return {
        "code": one.category.code, "name": one.category.label, "score": one.score, "basis": one.basis,
        "reason": one.reason, "words": list(one.words),
    }  # fmt: skip
