"""States of a case and other closed lists (lifecycles §1; handbook §2.4)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    """Where a case stands."""

    REPORTED = "reported", _("reported")
    VERIFYING = "verifying", _("being verified")
    ACCEPTED = "accepted", _("accepted")
    FILED = "filed", _("filed")
    DISPATCHED = "dispatched", _("dispatched")
    HANDLING = "handling", _("being handled")
    SUSPENDED = "suspended", _("suspended")
    SUBMITTED = "submitted", _("work submitted")
    FED_BACK = "fed_back", _("fed back")
    PENDING_CHECK = "pending_check", _("waiting for a check")
    CHECKING = "checking", _("being checked")
    PENDING_CLOSE = "pending_close", _("waiting to be closed")
    CALLBACK = "callback", _("waiting for callbacks")
    CLOSED = "closed", _("closed")
    DECLINED = "declined", _("declined")
    NOT_FILED = "not_filed", _("not filed")
    MERGED = "merged", _("merged")
    CANCELLED = "cancelled", _("cancelled")


TERMINAL = frozenset({State.CLOSED, State.DECLINED, State.NOT_FILED, State.MERGED, State.CANCELLED})
OPEN = tuple(state for state in State if state not in TERMINAL)


class Source(TextChoices):
    """How a case came in (handbook §2.3)."""

    GRID_WORKER = "grid_worker", _("grid worker")
    HOTLINE = "hotline", _("12345 hotline")
    STREET = "street", _("street")
    DEPARTMENT = "department", _("department")
    CITIZEN = "citizen", _("citizen")
    STEWARD = "steward", _("lane steward")
    SUPERIOR = "superior", _("superior authority")
    EMERGENCY = "emergency", _("emergency call")
    MEDIA = "media", _("media")
    SENSOR = "sensor", _("sensor or camera")
    OPEN311 = "open311", _("Open311")
    IMPORT = "import", _("older system")


# Sources whose reports need no verification before they are accepted (handbook §2.3, after Guilin).
TRUSTED_SOURCES = frozenset({Source.GRID_WORKER, Source.SUPERIOR, Source.EMERGENCY})


class Outcome(TextChoices):
    """What came of it, apart from the state: closed is not the same as solved."""

    SOLVED = "solved", _("solved")
    PARTLY = "partly", _("partly solved")
    CANNOT = "cannot", _("cannot be solved")
    NOT_OURS = "not_ours", _("not the department's")
    WITHDRAWN = "withdrawn", pgettext_lazy("outcome", "withdrawn")


class DeclineReason(TextChoices):
    """Why a report is declined; the sentence always names the unit or channel that is competent."""

    OTHER_CHANNEL = "other_channel", _("another channel is competent")
    OUTSIDE_CITY = "outside_city", _("outside the city")
    NOT_FOUND = "not_found", _("not found on the spot")
    NO_PROBLEM = "no_problem", _("no problem in the sense of the standard")
    UNCLEAR = "unclear", _("too unclear, and nobody could be asked")
