"""States of a council matter (handbook §3.6: proposal → agenda → meeting → resolution → linked → published)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MatterState(TextChoices):
    """Where a matter of a council (议事厅) stands."""

    PROPOSED = "proposed", pgettext_lazy("council matter", "proposed")
    ON_AGENDA = "on_agenda", _("on the agenda")
    DISCUSSED = "discussed", _("discussed by the meeting")
    DECIDED = "decided", _("resolution taken")
    IN_HAND = "in_hand", _("in hand: a case or whistle is about it")
    DONE = "done", _("done, to be published")
    PUBLISHED = "published", _("follow-up published")
    DECLINED = "declined", pgettext_lazy("council matter", "declined")


M = MatterState
ENDED = frozenset({M.PUBLISHED, M.DECLINED})
OPEN = tuple(state for state in M if state not in ENDED)
