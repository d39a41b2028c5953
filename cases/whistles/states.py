"""States of a whistle and of a report-in, and other closed lists (lifecycles §3; handbook §3)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class WhistleState(TextChoices):
    """Where a whistle stands: the seven steps and the side ways out."""

    DRAFT = "draft", _("draft")
    JUDGED = "judged", _("judged")
    WHISTLED = "whistled", _("whistled")
    UNDER_REVIEW = "under_review", _("under joint review")
    APPROVED = "approved", _("approved")
    ISSUED = "issued", _("issued")
    HANDLING = "handling", _("departments at work")
    SUBMITTED = "submitted", _("joint conclusion submitted")
    RATED = "rated", _("rated")
    FED_BACK = "fed_back", _("fed back")
    SELF_HANDLED = "self_handled", _("handled by the street itself")
    CONVERTED = "converted", _("converted to ordinary dispatch")
    RECALLED = "recalled", _("recalled")
    BLOWN_AGAIN = "blown_again", _("blown again")


W = WhistleState
ENDED = frozenset({W.FED_BACK, W.SELF_HANDLED, W.CONVERTED, W.RECALLED, W.BLOWN_AGAIN})
OPEN = tuple(state for state in W if state not in ENDED)
# States in which a whistle has been blown: it has a kind, a place in time and a lead department.
BLOWN = (W.WHISTLED, W.UNDER_REVIEW, W.APPROVED, W.ISSUED, W.HANDLING, W.SUBMITTED, W.RATED, W.FED_BACK)


class ReportState(TextChoices):
    """Where one department's report-in stands."""

    CALLED = "called", _("called")
    SIGNED = "signed", _("signed for")
    ARRIVED = "arrived", _("arrived")
    HANDLING = "handling", _("at work")
    SUBMITTED = "submitted", _("result submitted")
    ACCEPTED = "accepted", _("accepted by the street")
    OBJECTED = "objected", _("objected")
    EXCUSED = "excused", _("excused")
    ABSENT = "absent", _("absent")
    CALLED_OFF = "called_off", _("called off")


R = ReportState
SETTLED = frozenset({R.ACCEPTED, R.EXCUSED, R.ABSENT, R.CALLED_OFF})
EXPECTED = (R.CALLED, R.SIGNED)  # not there yet
PRESENT = (R.ARRIVED, R.HANDLING, R.SUBMITTED, R.ACCEPTED)


class SourceKind(TextChoices):
    """Where a whistle comes from (handbook §3.3, step 1)."""

    CASE = "case", _("case")
    TICKET = "ticket", _("hotline ticket")
    HOT_SPOT = "hot_spot", _("hot spot")
    COUNCIL = "council", _("council resolution")
    SENSOR = "sensor", _("sensor alarm")
    LEADER = "leader", _("leader's note")
    MEDIA = "media", _("media")
    DEPARTMENT = "department", _("department")
    STREET = "street", _("the street's own finding")


# Sources that are subjects of their own here; the others are told in words. A resolution may be on record or not.
LINKED = frozenset({SourceKind.CASE, SourceKind.TICKET})


class ReviewVerdict(TextChoices):
    """What the district platform says of a whistle: before it is issued, or afterwards of an emergency."""

    JUSTIFIED = "justified", _("justified")
    WRONG_KIND = "wrong_kind", _("justified, but of another kind")
    SELF_SOLVABLE = "self_solvable", _("the street could have solved it alone")
    DUPLICATE = "duplicate", _("a duplicate")
