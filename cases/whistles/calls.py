"""Whom a whistle names: each department with what is asked of it, before anybody is called."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class WhistleCall(models.Model):
    """A department that a whistle names. It becomes a report-in when the whistle is issued."""

    whistle = models.ForeignKey("cases.Whistle", models.CASCADE, related_name="calls", verbose_name=_("whistle"))
    department = models.ForeignKey("gridmap.Department", models.PROTECT, related_name="+", verbose_name=_("department"))
    asked = models.TextField(_("what is asked"))
    # Of a unit of another district; its platform agrees to the call, and rules on the unit's objections.
    platform_area = models.ForeignKey(
        "gridmap.Area", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("other district it belongs to"),
    )  # fmt: skip
    agreed = models.BooleanField(_("the other district agreed"), null=True)  # None: not answered
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )

    class Meta:
        verbose_name = _("department named by a whistle")
        verbose_name_plural = _("departments named by whistles")
        constraints = [
            models.UniqueConstraint(fields=["whistle", "department"], name="whistle_call_once"),
            models.CheckConstraint(
                condition=Q(agreed=None, answered_at=None) | Q(agreed__isnull=False, answered_at__isnull=False),
                name="whistle_call_answered_when",
            ),
        ]
        indexes = [models.Index(fields=["platform_area"], name="whistle_call_guest",
                                condition=Q(platform_area__isnull=False))]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.department} · {self.whistle}"

    @property
    def open(self) -> bool:
        """Whether another district has still to answer."""
        return self.platform_area_id is not None and self.agreed is None

    @property
    def refused(self) -> bool:
        """Whether the other district refused."""
        return self.agreed is False
