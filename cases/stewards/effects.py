"""What a move on a walk checks and changes besides its state."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from cases.workflow.engine import Move
from citygrid.common.errors import Invalid


def check_place(move: Move) -> None:
    """Ask for a reason where the steward stands far from the lane. Raises ``Invalid``."""
    walk, most = move.subject, settings.FIELD_CHECK_METRES
    move.noted |= {"lane": walk.lane.code, "distance_m": walk.distance_m}
    if walk.distance_m > most and not walk.far_reason:
        raise Invalid(
            _("You are %(metres)s m from the lane, more than the %(limit)s m allowed. Go there, or say why.")
            % {"metres": round(walk.distance_m), "limit": most},
            fields={"far_reason": [_("This is needed so far from the place.")]},
        )


def read(move: Move) -> None:
    """Note when the street read it, and what it answers."""
    move.subject.read_at, move.subject.answer = move.at, move.inputs["answer"] or ""
