"""``/api/v1/places/``: areas, buildings with their addresses and key places, by what somebody calls them."""

from __future__ import annotations

from typing import Any

from django import forms
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from citygrid.accounts.permissions import Perm
from citygrid.common import clock
from citygrid.common.api.filters import refuse_query
from gridmap.api.permissions import SIGNED_IN_WITH_RIGHT
from gridmap.api.serializers import AreaRefSerializer
from gridmap.places.models import PlaceKind
from gridmap.places.search import Found, search


class WordsQuery(forms.Form):
    """The query string."""

    q = forms.CharField(max_length=100)


class FoundSerializer(serializers.Serializer[Found]):
    """A place that may be meant."""

    kind = serializers.ChoiceField(choices=PlaceKind.choices)
    kind_label = serializers.CharField(help_text="In the reader's language; of an area its level.")
    key = serializers.IntegerField(help_text="In the register of its kind.")
    name = serializers.CharField()
    detail = serializers.CharField(help_text="The address, of an area the English name; may be empty.")
    exact = serializers.BooleanField(
        help_text="Whether lon and lat are the place itself; of an area they are its middle, to show it on a map."
    )
    lon = serializers.FloatField(allow_null=True)
    lat = serializers.FloatField(allow_null=True)
    area = AreaRefSerializer(help_text="The area itself, or the one in which the place stands.")
    path = AreaRefSerializer(many=True, help_text="Street, community and grid of the place, itself included.")


class PlacesSerializer(serializers.Serializer[Any]):
    """The places that may be meant, the best first."""

    results = FoundSerializer(many=True)


class PlaceSearchView(APIView):
    """Places by name, address, English name, pinyin or its initials, as far as they are in one's own area."""

    permission_classes = SIGNED_IN_WITH_RIGHT
    right = Perm.OBJECT_VIEW

    @extend_schema(
        operation_id="places_search",
        parameters=[
            OpenApiParameter(
                "q", str, required=True,
                description="Words of the name or address, all of which must be found; letters also as pinyin.",
            )
        ],
        responses=PlacesSerializer,
    )  # fmt: skip
    def get(self, request: Any) -> Response:
        """Answer at most ten places, the best first."""
        query = WordsQuery(request.query_params)
        refuse_query(query)
        found = search(query.cleaned_data["q"], user=request.user, at=clock.now())
        return Response(PlacesSerializer({"results": found}).data)
