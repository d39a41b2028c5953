"""States of a walk and other closed lists (handbook §3.6: lane stewards)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class WalkState(TextChoices):
    """Where the record of a walk stands: the street reads it and thanks for it."""

    RECORDED = "recorded", _("recorded, to be read by the street")
    READ = "read", _("read by the street")


class Finding(TextChoices):
    """What a steward found about one entry of the checklist."""

    OK = "ok", _("in order")
    FIXED = "fixed", _("put right by myself")
    REPORTED = "reported", _("reported")
