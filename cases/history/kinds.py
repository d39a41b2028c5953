"""What can be wrong with a row of an older system, and what follows from it.

A row is refused where the fact that fails is one that a case cannot be without and that nobody may invent: its number,
its place, its category, its state, when it was opened and, for one that ended, when it ended. Where a deadline or a
text fails, the case is taken over without it. A ticket can be without a place and a category, never without its text,
its time and, once a unit closed it, that unit.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _


class Weight(StrEnum):
    """What became of the row."""

    REFUSED = "refused"
    WARNING = "warning"  # taken over, without that fact
    DIFFERENT = "different"  # taken over earlier; now the file says something else, and nothing was changed


class Kind(StrEnum):
    """One kind of finding."""

    UNREADABLE_ROW = "unreadable_row"
    NO_NUMBER = "no_number"
    LONG_NUMBER = "long_number"
    DUPLICATE_NUMBER = "duplicate_number"
    NO_OPENING_TIME = "no_opening_time"
    UNREADABLE_TIME = "unreadable_time"
    IN_THE_FUTURE = "in_the_future"
    ENDED_WITHOUT_TIME = "ended_without_time"
    ENDED_BEFORE_OPENED = "ended_before_opened"
    UNKNOWN_STATUS = "unknown_status"
    UNKNOWN_CATEGORY = "unknown_category"
    NO_PLACE = "no_place"
    UNREADABLE_PLACE = "unreadable_place"
    OUTSIDE = "outside"
    NO_DEADLINE = "no_deadline"
    UNREADABLE_DEADLINE = "unreadable_deadline"
    DUE_BEFORE_OPENED = "due_before_opened"
    OPEN_WITH_END = "open_with_end"
    OTHER_CATEGORY = "other_category"
    BORDER = "border"
    NO_DESCRIPTION = "no_description"
    TEXT_CUT = "text_cut"
    NO_TEXT = "no_text"
    UNKNOWN_UNIT = "unknown_unit"
    NO_CATEGORY = "no_category"
    PLACE_DROPPED = "place_dropped"
    UNREADABLE_PHONE = "unreadable_phone"
    UNKNOWN_CONFIDENTIALITY = "unknown_confidentiality"
    REPEAT = "repeat"
    CHANGED = "changed"

    @property
    def weight(self) -> Weight:
        """What becomes of a row with such a finding."""
        return _WEIGHTS.get(self, Weight.REFUSED)

    @property
    def label(self) -> str:
        """The kind in the reader's language."""
        return str(_LABELS[self])


_WEIGHTS = {
    Kind.NO_DEADLINE: Weight.WARNING,
    Kind.UNREADABLE_DEADLINE: Weight.WARNING,
    Kind.DUE_BEFORE_OPENED: Weight.WARNING,
    Kind.OPEN_WITH_END: Weight.WARNING,
    Kind.OTHER_CATEGORY: Weight.WARNING,
    Kind.BORDER: Weight.WARNING,
    Kind.NO_DESCRIPTION: Weight.WARNING,
    Kind.TEXT_CUT: Weight.WARNING,
    Kind.NO_CATEGORY: Weight.WARNING,
    Kind.PLACE_DROPPED: Weight.WARNING,
    Kind.UNREADABLE_PHONE: Weight.WARNING,
    Kind.UNKNOWN_CONFIDENTIALITY: Weight.WARNING,
    Kind.REPEAT: Weight.WARNING,
    Kind.CHANGED: Weight.DIFFERENT,
}
_LABELS: dict[Kind, Any] = {
    Kind.UNREADABLE_ROW: _("more cells than headings"),
    Kind.NO_NUMBER: _("no number"),
    Kind.LONG_NUMBER: _("number too long"),
    Kind.DUPLICATE_NUMBER: _("number twice in the file"),
    Kind.NO_OPENING_TIME: _("no opening time"),
    Kind.UNREADABLE_TIME: _("unreadable time"),
    Kind.IN_THE_FUTURE: _("time in the future"),
    Kind.ENDED_WITHOUT_TIME: _("ended, but not said when"),
    Kind.ENDED_BEFORE_OPENED: _("ended before it was opened"),
    Kind.UNKNOWN_STATUS: _("unknown status"),
    Kind.UNKNOWN_CATEGORY: _("unknown category"),
    Kind.NO_PLACE: _("no place"),
    Kind.UNREADABLE_PLACE: _("unreadable place"),
    Kind.OUTSIDE: _("outside every area"),
    Kind.NO_DEADLINE: _("no deadline"),
    Kind.UNREADABLE_DEADLINE: _("unreadable deadline"),
    Kind.DUE_BEFORE_OPENED: _("due before it was opened"),
    Kind.OPEN_WITH_END: _("open, but with a time of ending"),
    Kind.OTHER_CATEGORY: _("category not listed, the other one used"),
    Kind.BORDER: _("on a border, the smaller code used"),
    Kind.NO_DESCRIPTION: _("no description, the category used"),
    Kind.TEXT_CUT: _("text cut to its column"),
    Kind.NO_TEXT: _("no text"),
    Kind.UNKNOWN_UNIT: _("unknown unit"),
    Kind.NO_CATEGORY: _("no category for it"),
    Kind.PLACE_DROPPED: _("taken over without its place"),
    Kind.UNREADABLE_PHONE: _("taken over without its phone"),
    Kind.UNKNOWN_CONFIDENTIALITY: _("unknown word for confidential, taken as such"),
    Kind.REPEAT: _("the same words as an earlier one, linked to it"),
    Kind.CHANGED: _("says something else than what was taken over"),
}
