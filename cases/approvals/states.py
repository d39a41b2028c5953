"""States and kinds of requests."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RequestKind(TextChoices):
    """What is asked for (lifecycles §1, "Approval"; handbook §2.5)."""

    RETURN = "return", _("return")
    EXTENSION = "extension", _("extension")
    SUSPENSION = "suspension", _("suspension")
    CANCELLATION = "cancellation", _("cancellation")
    APPEAL = "appeal", _("appeal against a timeout")
    EXCLUSION = "exclusion", _("exclusion from scoring")


class RequestState(TextChoices):
    """Where a request stands."""

    REQUESTED = "requested", _("requested")
    APPROVED = "approved", _("approved")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("request", "withdrawn")
    EXPIRED = "expired", pgettext_lazy("request", "expired")
