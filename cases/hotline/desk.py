"""The callback desk: which calls are to be made, the most urgent first, and each given to one agent alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.utils.timezone import localdate

from cases.hotline.callbacks import Callback, CallbackAttempt
from cases.hotline.models import Ticket
from cases.workflow.engine import advance
from cases.workflow.people import Acting
from citygrid.common.errors import Conflict, NotFound

TRIED = 20  # so many calls are tried one after another when others take them at the same moment
LINK_WAIT = timedelta(days=1)  # so long a caller is left to answer by the link before the desk calls


def to_call(acting: Acting) -> Any:
    """Return the tickets whose callers this agent may call, those that others have or that rest included."""
    return Ticket.objects.visible_to(acting.user, acting.at).to_be_called_by(acting)


def _open() -> Any:
    return Callback.objects.filter(ended_at=None, round_number=F("ticket__round_number"))


def queue(acting: Acting) -> Any:
    """Return those that can be called now: nobody has them, none was tried in vain just now, no link is waited for."""
    at = acting.at
    taken = Q(taken_at__gt=at - timedelta(minutes=settings.CALLBACK_HOLD_MINUTES))
    linked = Q(link_sent_at__gt=at - LINK_WAIT, satisfaction=None)
    rest = at - timedelta(hours=settings.CALLBACK_PAUSE_HOURS)
    vain = CallbackAttempt.objects.filter(
        callback__round_number=F("callback__ticket__round_number"), reached=False, at__gt=rest
    )
    # Lists of keys, which are short, not EXISTS: each is read once, from an index.
    return to_call(acting).exclude(
        Q(pk__in=_open().filter(taken | linked).values("ticket")) | Q(pk__in=vain.values("callback__ticket"))
    )


def own_call(acting: Acting) -> Ticket | None:
    """Return the call that the agent has, or ``None``."""
    held = acting.at - timedelta(minutes=settings.CALLBACK_HOLD_MINUTES)
    mine = _open().filter(agent=acting.user.pk, taken_at__gt=held)
    found: Ticket | None = to_call(acting).filter(pk__in=mine.values("ticket")).order_by("replied_at", "pk").first()
    return found


def take_next(*, by: Any, at: datetime) -> Ticket | None:
    """Return the call that the agent has, else the most urgent one, which is the agent's from now on; or ``None``.

    Of two agents at the same moment one gets it; the other one gets the next.
    """
    acting = Acting.of(by, at)
    if own := own_call(acting):
        return own
    for key in queue(acting).most_urgent_first()[:TRIED]:
        ticket = Ticket.objects.get(pk=key)
        try:
            return advance(ticket, "open_callback", by=by, at=at, version=ticket.version)
        except (Conflict, NotFound):  # somebody was quicker, or the caller has just answered by the link
            continue
    return None


def attempts_of(callback: Callback, at: datetime) -> dict[str, int]:
    """Return how far the unreachable rule has come: vain attempts, on how many days, how many today, how many it needs.

    Reads ``callback.attempts``.
    """
    days = [localdate(one.at) for one in callback.attempts.all() if not one.reached]
    return {
        "vain": len(days), "days": len(set(days)), "today": days.count(localdate(at)),
        "needed": settings.CALLBACK_ATTEMPTS,
    }  # fmt: skip
