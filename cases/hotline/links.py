"""The link that is sent instead of a call: signed, for one round of one ticket, for some days, answered once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from cases.hotline.callbacks import Callback
from cases.hotline.models import Ticket
from cases.workflow.engine import advance_by_system
from citygrid.common.errors import Conflict, NotFound

_SALT = "citygrid.hotline.callback"


def make(*, callback: Callback, at: datetime) -> str:
    """Return the token of a callback: it names no person, and works for ``CALLBACK_LINK_DAYS`` from ``at``."""
    until = at + timedelta(days=settings.CALLBACK_LINK_DAYS)
    return signing.dumps([callback.pk, int(until.timestamp())], salt=_SALT, compress=False)


def days() -> int:
    """Return how many days a link works."""
    found: int = settings.CALLBACK_LINK_DAYS
    return found


def read(*, token: str, at: datetime) -> Callback:
    """Return the callback that a token opens.

    Raises ``NotFound`` for a token that was not made here, ``Conflict`` for one that is over or was used.
    """
    try:
        key, until = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise NotFound(_("This link is not complete. Open it exactly as it was sent.")) from None
    found: Callback | None = Callback.objects.select_related("ticket__unit").filter(pk=key).first()
    if found is None:
        raise NotFound(_("This link is not complete. Open it exactly as it was sent."))
    if at.timestamp() > until:
        raise Conflict(_("This link is over. Call 12345 if you want to say more."), code="link_over")
    if found.ended_at is not None or found.satisfaction is not None:
        raise Conflict(_("This was answered already. Thank you. Call 12345 if you want to say more."), code="answered")
    return found


def answer(*, token: str, contacted: bool, solved: str, satisfaction: int, at: datetime, reason: str = "") -> Ticket:
    """Keep what the caller says by the link. Content: the ticket is closed. Not content: an agent calls.

    Raises as :func:`read` does, and ``Invalid`` for an answer that is none of the choices.
    """
    callback = read(token=token, at=at)
    given: dict[str, Any] = {"contacted": contacted, "solved": solved, "satisfaction": str(satisfaction)}
    return advance_by_system(callback.ticket, "answer_online", at=at, **given, **({"reason": reason} if reason else {}))
