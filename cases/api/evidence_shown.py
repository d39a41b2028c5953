"""How evidence comes in and looks to programs."""

from __future__ import annotations

from math import isfinite
from typing import Any

from django.contrib.gis.geos import Point
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.evidence.models import Evidence, Origin, Remark
from cases.evidence.rounds import used_elsewhere
from citygrid.common import clock
from gridmap.crs import Crs, to_wgs84


class UploadSerializer(serializers.Serializer[Any]):
    """A file, and what the sending device says about it. What the file itself says is read out of it."""

    file = serializers.FileField(allow_empty_file=True)
    taken_at = serializers.DateTimeField(required=False, help_text="By the device's clock.")
    lon = serializers.FloatField(required=False, help_text="Position of the device, in degrees.")
    lat = serializers.FloatField(required=False)
    crs = serializers.ChoiceField(choices=Crs.choices, required=False, help_text="Coordinate system of the position.")
    accuracy = serializers.FloatField(required=False, min_value=0, help_text="Accuracy of the position in metres.")
    origin = serializers.ChoiceField(
        choices=Origin.choices, required=False, help_text="“album” is remarked on: such a photo may show another day."
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Put the position together as ``place``, in WGS 84."""
        given["place"] = None
        lon, lat = given.get("lon"), given.get("lat")
        if (lon is None) != (lat is None):
            raise serializers.ValidationError({"lon": [_("Give both longitude and latitude, or neither.")]})
        if lon is not None and lat is not None:
            if not (-180 <= lon <= 180 and -90 <= lat <= 90):
                raise serializers.ValidationError(
                    {"lon": [_("Longitude goes from -180 to 180, latitude from -90 to 90.")]}
                )
            given["place"] = to_wgs84(lon, lat, given.get("crs") or Crs.WGS84)
        if not isfinite(given.get("accuracy") or 0):
            raise serializers.ValidationError({"accuracy": [_("This must be a number.")]})
        return given


class RemarkSerializer(serializers.Serializer[Any]):
    """Something odd, for people to judge."""

    code = serializers.ChoiceField(choices=Remark.choices)
    label = serializers.CharField()  # type: ignore[assignment]


class ClaimSerializer(serializers.Serializer[Any]):
    """What the sending device said."""

    taken_at = serializers.DateTimeField(allow_null=True)
    lon = serializers.FloatField(allow_null=True)
    lat = serializers.FloatField(allow_null=True)
    accuracy = serializers.FloatField(allow_null=True)


class EvidenceSerializer(serializers.Serializer[Evidence]):
    """A photo or file. ``taken_at``, ``lon``, ``lat`` come from the file itself, ``device`` from the sender."""

    id = serializers.UUIDField()
    media_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes of the original.")
    sha256 = serializers.CharField(help_text="Of the original: what was sent is here when this is what was sent.")
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    seconds = serializers.FloatField(allow_null=True)
    pages = serializers.IntegerField(allow_null=True)
    origin = serializers.CharField(help_text="camera, album, or empty when the sender did not say.")
    uploaded_at = serializers.DateTimeField()
    uploaded_by = serializers.CharField(source="uploaded_by.username", default=None, allow_null=True)
    taken_at = serializers.DateTimeField(allow_null=True)
    lon = serializers.FloatField(source="taken_geom.x", default=None, allow_null=True)
    lat = serializers.FloatField(source="taken_geom.y", default=None, allow_null=True)
    accuracy = serializers.FloatField(source="taken_accuracy_m", allow_null=True)
    device = serializers.SerializerMethodField()
    case = serializers.CharField(source="case.number", default=None, allow_null=True)
    move = serializers.CharField(help_text="The move it proves, such as case.submit; empty until used.")
    purpose = serializers.CharField(help_text="The input it was given as, such as after_photos.")
    round = serializers.IntegerField(source="round_number")
    distance_m = serializers.FloatField(allow_null=True, help_text="From the case, in metres.")
    remarks = serializers.SerializerMethodField()
    used_on = serializers.SerializerMethodField()
    file_url = serializers.SerializerMethodField()
    thumb_url = serializers.SerializerMethodField()

    def get_device(self, piece: Evidence) -> ClaimSerializer:
        """Return what the device claimed."""
        place: Point | None = piece.device_geom
        claim = {
            "taken_at": piece.device_at, "lon": place.x if place else None, "lat": place.y if place else None,
            "accuracy": piece.device_accuracy_m,
        }  # fmt: skip
        return ClaimSerializer(claim).data  # type: ignore[return-value]

    @extend_schema_field(RemarkSerializer(many=True))
    def get_remarks(self, piece: Evidence) -> list[dict[str, str]]:
        """Return what looks odd, in the reader's language."""
        known = [Remark(key) for key in piece.remarks if key in Remark.values]
        return [{"code": remark.value, "label": str(remark.label)} for remark in known]

    def get_used_on(self, piece: Evidence) -> list[str]:
        """Return other cases with the same file that the reader may see."""
        return used_elsewhere(piece, viewer=self.context["request"].user, at=clock.now())

    def get_file_url(self, piece: Evidence) -> str:
        """Return the address of the cleaned copy."""
        return file_url(piece)

    def get_thumb_url(self, piece: Evidence) -> str | None:
        """Return the address of the thumbnail, if there is one."""
        return thumb_url(piece)


def file_url(piece: Evidence) -> str:
    """Return the address of the cleaned copy of a file."""
    return f"{reverse('api_evidence_file', args=[piece.pk])}?size=full"


def thumb_url(piece: Evidence) -> str | None:
    """Return the address of the thumbnail of a file, or ``None``."""
    return f"{reverse('api_evidence_file', args=[piece.pk])}?size=thumb" if piece.thumb else None
