"""How a street rates a called department (handbook §3.5).

On time 30, did what was asked 40, cooperation 15, evidence 15 points; below 60 the reason is compulsory.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

POINTS = {"on_time": 30, "as_asked": 40, "cooperation": 15, "proof": 15}
LABELS = {
    "on_time": _("came on time"),
    "as_asked": _("did what was asked"),
    "cooperation": _("cooperation"),
    "proof": _("evidence"),
}
HELP = {
    "on_time": _("0 to 30 points"),
    "as_asked": _("0 to 40 points"),
    "cooperation": _("0 to 15 points"),
    "proof": _("0 to 15 points"),
}
REASON_BELOW = 60


class Rating(models.Model):
    """One department's points for one whistle. The facts stay; a ruling may set them aside."""

    report_in = models.OneToOneField(
        "cases.ReportIn", models.CASCADE, related_name="rating", verbose_name=_("report-in")
    )
    on_time = models.PositiveSmallIntegerField(LABELS["on_time"])
    as_asked = models.PositiveSmallIntegerField(LABELS["as_asked"])
    cooperation = models.PositiveSmallIntegerField(LABELS["cooperation"])
    proof = models.PositiveSmallIntegerField(LABELS["proof"])
    total = models.PositiveSmallIntegerField(_("total"))
    reason = models.TextField(_("reason"), blank=True)
    rated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("rated by")
    )  # null: an absence, which the clock rates
    rated_at = models.DateTimeField(_("rated at"))
    contested_at = models.DateTimeField(_("contested at"), null=True, blank=True)
    contest = models.TextField(_("why it is contested"), blank=True)
    ruled_at = models.DateTimeField(_("ruled at"), null=True, blank=True)
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ruled by")
    )
    ruling = models.TextField(_("ruling"), blank=True)
    set_aside = models.BooleanField(_("set aside: not scored"), default=False)

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [
            *(
                models.CheckConstraint(condition=Q(**{f"{name}__lte": most}), name=f"rating_{name}_at_most")
                for name, most in POINTS.items()
            ),
            models.CheckConstraint(
                condition=Q(total=F("on_time") + F("as_asked") + F("cooperation") + F("proof")), name="rating_adds_up"
            ),
            models.CheckConstraint(condition=Q(total__gte=REASON_BELOW) | Q(reason__gt=""), name="rating_low_says_why"),
            models.CheckConstraint(
                condition=Q(ruled_at=None, set_aside=False) | Q(ruled_at__isnull=False, contested_at__isnull=False),
                name="rating_ruled_when_contested",
            ),
        ]
        indexes = [
            models.Index(fields=["contested_at"], name="rating_to_rule",
                         condition=Q(contested_at__isnull=False, ruled_at=None)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.report_in}: {self.total}"
