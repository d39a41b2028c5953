"""``/api/v1/locate/``: where is this point?"""

from __future__ import annotations

from typing import Any

from django import forms
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from citygrid.accounts.permissions import Perm
from citygrid.common import clock
from citygrid.common.api.filters import refuse_query
from gridmap.api.permissions import SIGNED_IN_WITH_RIGHT
from gridmap.api.serializers import PlaceSerializer
from gridmap.crs import Crs
from gridmap.spatial import locate


class PointQuery(forms.Form):
    """The query string. Whether the numbers are a position is for :func:`~gridmap.spatial.locate` to say."""

    lon = forms.FloatField()
    lat = forms.FloatField()
    crs = forms.ChoiceField(choices=[("", ""), *Crs.choices], required=False)


class LocateView(APIView):
    """Grid, community, street and district of a point.

    Answers for the whole city, not only for one's own area: whoever reports something across the border of the own
    street must be told whose it is. Codes and names of areas are all that is given away.
    """

    permission_classes = SIGNED_IN_WITH_RIGHT
    right = Perm.AREA_VIEW

    @extend_schema(
        operation_id="locate",
        parameters=[
            OpenApiParameter("lon", float, required=True, description="Longitude in degrees."),
            OpenApiParameter("lat", float, required=True, description="Latitude in degrees."),
            OpenApiParameter("crs", enum=Crs.values, default=Crs.WGS84, description="Coordinate system of the point."),
        ],
        responses=PlaceSerializer,
    )
    def get(self, request: Any) -> Response:
        """Answer the place; 422 with the code ``outside_city``, ``swapped_axes`` … where there is none."""
        query = PointQuery(request.query_params)
        refuse_query(query)
        asked = query.cleaned_data
        place = locate(asked["lon"], asked["lat"], crs=asked["crs"] or Crs.WGS84, at=clock.now())
        return Response(PlaceSerializer(place).data)
