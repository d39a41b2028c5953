"""Photos and files that prove something. The stored original is private; what is served is a cleaned copy."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Reads of evidence: what belongs to a case one may see, and one's own uploads not used yet."""

    def visible_to(self, user: Any, at: datetime | None = None) -> Self:
        """Keep evidence of the person's cases and the person's own unused uploads."""
        if not getattr(user, "is_active", False):
            return self.none()
        cases = apps.get_model("cases", "Case").objects.visible_to(user, at)
        return self.filter(Q(case__in=cases) | Q(case=None, uploaded_by=user.pk))


class Evidence(models.Model):
    """One uploaded file, tied to a case and a move when it is used."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    original = models.FileField(_("original"), upload_to="evidence/original/%Y/%m/%d")
    served = models.FileField(_("served copy"), upload_to="evidence/served/%Y/%m/%d", blank=True)
    thumb = models.FileField(_("thumbnail"), upload_to="evidence/thumb/%Y/%m/%d", blank=True)
    media_type = models.CharField(_("type"), max_length=40)
    size = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField(_("SHA-256 of the original"), max_length=64, db_index=True)
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)
    taken_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    taken_geom = models.PointField(_("taken where"), srid=4326, null=True, blank=True, spatial_index=False)
    case = models.ForeignKey(
        "cases.Case", models.PROTECT, null=True, blank=True, related_name="evidence", verbose_name=_("case")
    )
    move = models.CharField(_("move"), max_length=60, blank=True)  # the move it proves, such as submit
    purpose = models.CharField(
        _("purpose"), max_length=30, blank=True
    )  # the input it was given as, such as after_photos
    round_number = models.PositiveSmallIntegerField(_("round"), default=0)
    distance_m = models.FloatField(_("distance from the case in metres"), null=True, blank=True)
    remarks = models.JSONField(_("remarks"), default=list)  # keys of what looked odd: far, old, used_before, no_place …

    objects: ClassVar[Any] = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                condition=Q(case=None, move="") | Q(case__isnull=False, move__gt=""), name="evidence_of_a_move"
            )
        ]
        indexes = [models.Index(fields=["case", "uploaded_at"], name="evidence_case")]

    def __str__(self) -> str:
        return f"{self.media_type} {self.sha256[:12]}"
