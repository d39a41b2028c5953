"""``/api/v1/areas.geojson``: outlines for maps, written by the database."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.views import APIView

from citygrid.accounts.permissions import Perm
from citygrid.common import clock
from citygrid.common.api.filters import known_code, refuse_query
from citygrid.common.api.refusals import Malformed
from gridmap.api.permissions import SIGNED_IN_WITH_RIGHT
from gridmap.areas.models import Area, AreaLink, AreaVersion, Level
from gridmap.spatial import geojson_features, within_bbox

FAR_BELOW_ZOOM = 13  # a pixel is 30 m there: the coarse outlines differ by two pixels at most
MOST_FEATURES = 3000


class GeoJSONRenderer(JSONRenderer):
    """Lets a client ask for GeoJSON by name."""

    media_type = "application/geo+json"
    format = "geojson"


class OutlineQuery(forms.Form):
    """The query string. Without any of level, parent and bbox every visible outline is meant."""

    level = forms.ChoiceField(choices=[("", ""), *Level.choices], required=False)
    parent = forms.CharField(max_length=40, required=False, validators=[known_code("areas", Area)])
    zoom = forms.FloatField(min_value=0, max_value=30, required=False)
    bbox = forms.CharField(max_length=200, required=False)

    def clean_bbox(self) -> tuple[float, ...] | None:
        """Return west, south, east, north."""
        text = self.cleaned_data["bbox"]
        if not text:
            return None
        try:
            west, south, east, north = (float(part) for part in text.split(","))
        except ValueError:
            raise forms.ValidationError(_BBOX) from None
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise forms.ValidationError(_BBOX)
        return west, south, east, north


_BBOX = gettext_lazy("Give the window as west,south,east,north in degrees, for example 120.1,27.2,120.3,27.4.")


class OutlineView(APIView):
    """Outlines of one's own area and below, as a GeoJSON FeatureCollection in WGS 84."""

    permission_classes = SIGNED_IN_WITH_RIGHT
    right = Perm.AREA_VIEW
    renderer_classes = [JSONRenderer, GeoJSONRenderer]

    @extend_schema(
        operation_id="areas_geojson",
        parameters=[
            OpenApiParameter("level", enum=Level.values, description="Level."),
            OpenApiParameter("parent", description="Code of the area above, as in the list of areas."),
            OpenApiParameter(
                "zoom", float, description=f"Map zoom; below {FAR_BELOW_ZOOM} the coarse outlines are sent."
            ),
            OpenApiParameter("bbox", description="west,south,east,north in degrees."),
        ],
        responses={(200, "application/geo+json"): OpenApiTypes.OBJECT},
    )
    def get(self, request: Any) -> HttpResponse:
        """Answer the outlines, or 304 when they are what the client has."""
        query = OutlineQuery(request.query_params)
        refuse_query(query, "format")
        asked = query.cleaned_data
        zoom = asked["zoom"]
        versions = _chosen(request.user, asked)
        if versions.count() > MOST_FEATURES:
            raise Malformed(
                _("More than %(most)s outlines match. Narrow them by parent, level or bbox.") % {"most": MOST_FEATURES},
                code="too_many",
            )
        features = geojson_features(versions, far=zoom is not None and zoom < FAR_BELOW_ZOOM)
        content = f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'.encode()
        etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        response = HttpResponse(content, content_type=GeoJSONRenderer.media_type)
        response["ETag"] = etag
        response["Cache-Control"] = "private, no-cache"  # keep it, but ask each time whether it still holds
        return get_conditional_response(request._request, etag=etag, response=response) or response


def _chosen(user: Any, asked: dict[str, Any]) -> Any:
    at = clock.now()
    versions = AreaVersion.objects.in_force(at).visible_to(user, at)
    if asked["level"]:
        versions = versions.filter(level=asked["level"])
    if asked["parent"]:
        links = AreaLink.objects.filter(ancestor__code=asked["parent"])
        links = links.filter(depth__gt=0) if asked["level"] else links.filter(depth=1)
        versions = versions.filter(area__in=links.values("descendant"))
    return within_bbox(versions, *asked["bbox"]) if asked["bbox"] else versions
