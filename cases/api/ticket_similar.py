"""``/api/v1/ticket-duplicates/`` and ``…/tickets/{number}/similar/``: tickets that may be about the same matter."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.response import Response

from cases.api import ticket_rows
from cases.api.described_ticket import TicketRowSerializer
from cases.api.subjects import SubjectView, not_found
from cases.api.ticket_aids import DraftSerializer
from cases.api.tickets import area_named
from cases.hotline.models import Ticket
from cases.hotline.services import place_of
from cases.hotline.similar import Matter, matter_of, similar, whole
from citygrid.accounts.permissions import Perm


class ComparedSerializer(DraftSerializer):
    """A demand as far as it is written down, and who calls."""

    caller = s.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=2**63 - 1,
        help_text="Key of the caller, as /api/v1/callers/ answers it.",
    )  # fmt: skip


class SimilarSerializer(s.Serializer[Any]):
    """A ticket that may be about the same matter."""

    ticket = TicketRowSerializer()
    score = s.FloatField(help_text="0 to 1.")
    reasons = s.ListField(child=s.CharField())
    metres = s.IntegerField(allow_null=True, help_text="From the place named; null where one of the two has none.")
    link_to = s.CharField(help_text="Number of the ticket to link to: its own, or that of the one on which it hangs.")


class SimilarListSerializer(s.Serializer[Any]):
    """Ten at most, so never in pages."""

    results = SimilarSerializer(many=True)


class SimilarView(SubjectView):
    """Comparing is the hotline's business, as linking is."""

    rights = (Perm.CALLER_VIEW,)
    queryset = Ticket.objects.none()

    def answer(self, matter: Matter) -> Response:
        """Answer what is similar."""
        found = similar(matter, self.reader.acting)
        keys = [one.ticket.pk for one in found]
        shown = ticket_rows.rows_by_key(keys, self.reader)
        results = [
            {"ticket": shown[one.ticket.pk], "score": one.score, "reasons": list(one.reasons),
             "metres": one.metres, "link_to": one.link_to}
            for one in found
        ]  # fmt: skip
        return Response({"results": results})


class TicketDuplicatesView(SimilarView):
    """For a demand that is being written down."""

    @extend_schema(operation_id="ticket_duplicates", request=ComparedSerializer, responses={200: SimilarListSerializer})
    def post(self, request: Any) -> Response:
        """Answer up to ten tickets with reasons, the likeliest first. Changes nothing and keeps nothing."""
        body = ComparedSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given, reader = body.validated_data, self.reader
        named = area_named(given["area"], reader)
        area, point = place_of(given["lon"], given["lat"], given["crs"], reader.user, reader.at, named)
        lon, lat = (point.x, point.y) if point is not None else (None, None)
        text = whole(given["title"], given["content"])
        return self.answer(Matter(text, reader.at, lon, lat, area.pk, given["caller"], given["category"]))


class SimilarTicketsView(SimilarView):
    """For a ticket that is there."""

    @extend_schema(operation_id="tickets_similar", responses={200: SimilarListSerializer})
    def get(self, request: Any, number: str) -> Response:
        """Answer up to ten earlier tickets with reasons, the likeliest first."""
        seen = Ticket.objects.visible_to(self.reader.user, self.reader.at).select_related("category", "main_ticket")
        ticket = seen.filter(number=number).first()
        if ticket is None:
            raise not_found()
        return self.answer(matter_of(ticket, self.reader.acting))
