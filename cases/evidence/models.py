"""Photos and files that prove something. The stored original is private; what is served is a cleaned copy."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.gis.geos import Point
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Origin(models.TextChoices):
    """Where the sender says the file came from (handbook §9.4: from the camera, or the album flagged)."""

    CAMERA = "camera", _("camera")
    ALBUM = "album", _("album")


class Remark(models.TextChoices):
    """What looked odd about a piece of evidence. A remark never refuses; people judge."""

    NO_PLACE = "no_place", _("The file does not say where it was taken.")
    PLACE_CLAIMED = "place_claimed", _("The place comes from the sending device, not from the file.")
    FAR = "far", _("It was taken far from the place of the case.")
    IMPRECISE = "imprecise", _("Its satellite position was imprecise.")
    NO_TIME = "no_time", _("The file does not say when it was taken.")
    TIME_CLAIMED = "time_claimed", _("The time comes from the sending device, not from the file.")
    OLD = "old", _("It was taken long before it was used.")
    FUTURE = "future", _("It claims to be taken later than it was used; the camera's clock may be wrong.")
    CLOCK_DIFFERS = "clock_differs", _("The camera's clock and the satellite time differ.")
    ALBUM = "album", _("It was chosen from the album, not taken with the camera.")
    SMALL = "small", _("The picture is too small to show much.")
    USED_BEFORE = "used_before", _("The same file was used on another case.")


# Labels of the models beside the case that evidence may belong to, such as "cases.whistle"; the rooms above name them.
HOLDERS: list[str] = []


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Reads of evidence: what belongs to something one may see, and one's own uploads not used yet."""

    scope_path = "case__area_id"

    def visible_to(self, user: Any, at: datetime | None = None) -> Self:
        """Keep evidence of what the person sees and the person's own unused uploads.

        Who is sent to look at a case elsewhere sees its evidence as long as the task waits.
        """
        if not getattr(user, "is_active", False):
            return self.none()
        cases = apps.get_model("cases", "Case").objects.visible_to(user, at)
        sent = apps.get_model("cases", "FieldTask").objects.waiting().filter(assignee=user.pk, case__isnull=False)
        seen = Q(case__in=cases.values("pk")) | Q(case__in=sent.values("case")) | Q(move="", uploaded_by=user.pk)
        for label in HOLDERS:
            things: Any = apps.get_model(label)
            seen |= Q(holder_type=label, holder_id__in=things.objects.visible_to(user, at).values("pk"))
        return self.filter(seen)

    def of_case(self, case: Any) -> Self:
        """Keep the evidence of a case, of all its rounds, in the order of its use."""
        return self.filter(case=case).order_by("used_at", "uploaded_at", "pk")

    def of_holder(self, thing: Any) -> Self:
        """Keep the evidence of something that is no case, in the order of its use."""
        return self.filter(holder_type=thing._meta.label_lower, holder_id=thing.pk).order_by("used_at", "pk")

    def unused(self, at: datetime) -> Self:
        """Keep uploads that nobody used within ``EVIDENCE_UNUSED_HOURS``."""
        return self.filter(move="", uploaded_at__lt=at - timedelta(hours=settings.EVIDENCE_UNUSED_HOURS))


class Evidence(models.Model):
    """One uploaded file, tied to a case, or to another holder, and to a move when it is used."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    # Names are given by :mod:`cases.evidence.files`, never by the sender.
    original = models.FileField(_("original"), upload_to="evidence")
    served = models.FileField(_("served copy"), upload_to="evidence", blank=True)
    thumb = models.FileField(_("thumbnail"), upload_to="evidence", blank=True)
    marked = models.BooleanField(_("served copy carries the watermark"), default=False)
    media_type = models.CharField(_("type"), max_length=40)
    size = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField(_("SHA-256 of the original"), max_length=64, db_index=True)
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)  # of the upright picture, in pixels
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)
    seconds = models.FloatField(_("length in seconds"), null=True, blank=True)
    pages = models.PositiveIntegerField(_("pages"), null=True, blank=True)
    origin = models.CharField(_("origin"), max_length=6, choices=Origin.choices, blank=True)
    # What the file itself says, and apart from it what the sending device said.
    taken_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    taken_geom = models.PointField(_("taken where"), srid=4326, null=True, blank=True, spatial_index=False)
    taken_accuracy_m = models.FloatField(_("accuracy in metres"), null=True, blank=True)
    device_at = models.DateTimeField(_("taken at, by the device"), null=True, blank=True)
    device_geom = models.PointField(
        _("taken where, by the device"), srid=4326, null=True, blank=True, spatial_index=False
    )
    device_accuracy_m = models.FloatField(_("accuracy in metres, by the device"), null=True, blank=True)
    case = models.ForeignKey(
        "cases.Case", models.PROTECT, null=True, blank=True, related_name="evidence", verbose_name=_("case")
    )
    holder_type = models.CharField(_("type of what it belongs to, if no case"), max_length=60, blank=True)
    holder_id = models.BigIntegerField(_("key of what it belongs to, if no case"), null=True, blank=True)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)
    move = models.CharField(_("move"), max_length=60, blank=True)  # the move it proves, such as case.submit
    purpose = models.CharField(
        _("purpose"), max_length=30, blank=True
    )  # the input it was given as, such as after_photos
    round_number = models.PositiveSmallIntegerField(_("round"), default=0)
    distance_m = models.FloatField(_("distance from the case in metres"), null=True, blank=True)
    remarks = models.JSONField(_("remarks"), default=list)  # values of Remark

    objects: ClassVar[Any] = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                condition=Q(case=None, holder_type="", holder_id=None, move="", used_at=None)
                | Q(case__isnull=False, holder_type="", holder_id=None, move__gt="", used_at__isnull=False)
                | Q(case=None, holder_type__gt="", holder_id__isnull=False, move__gt="", used_at__isnull=False),
                name="evidence_of_a_move",
            )
        ]
        indexes = [
            models.Index(fields=["case", "used_at"], name="evidence_case"),
            models.Index(fields=["holder_type", "holder_id"], condition=~Q(holder_type=""), name="evidence_holder"),
            models.Index(fields=["uploaded_at"], condition=Q(move=""), name="evidence_unused"),
        ]

    def __str__(self) -> str:
        return f"{self.media_type} {self.sha256[:12]}"

    @property
    def holder(self) -> Any:
        """The case or other thing that it belongs to; ``None`` until it is used."""
        if not self.holder_type:
            return self.case
        things: Any = apps.get_model(self.holder_type)
        return things._base_manager.get(pk=self.holder_id)

    @property
    def is_photo(self) -> bool:
        """Whether it is a picture, with a thumbnail and a watermark."""
        return self.media_type.startswith("image/")

    @property
    def place(self) -> Point | None:
        """Where it was taken: by the file, else as the device claimed."""
        return self.taken_geom or self.device_geom

    @property
    def time(self) -> datetime | None:
        """When it was taken: by the file, else as the device claimed."""
        return self.taken_at or self.device_at

    @property
    def remark_labels(self) -> list[str]:
        """The remarks as sentences in the reader's language."""
        return [str(Remark(key).label) for key in self.remarks if key in Remark.values]
