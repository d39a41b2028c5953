"""Times as a tired person reads them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

DAY, HOUR, MINUTE = 86400, 3600, 60


def span(length: timedelta) -> str:
    """Return a length of time in its two largest units, rounded down to whole minutes."""
    seconds = max(0, int(length.total_seconds()))
    days, hours, minutes = seconds // DAY, seconds % DAY // HOUR, seconds % HOUR // MINUTE
    if days:
        return _("%(days)s d %(hours)s h") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    return _("%(minutes)s min") % {"minutes": minutes}


def left(due: datetime, at: datetime) -> str:
    """Return how long it still is until ``due``, or how long it has been over."""
    if due < at:
        return _("%(span)s overdue") % {"span": span(at - due)}
    return _("%(span)s left") % {"span": span(due - at)}
