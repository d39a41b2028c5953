"""The sentences of the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from cases.deadlines.explain import Line


class LineKind(StrEnum):
    """What a line of the ledger is about."""

    START = "start"
    EXTENDED = "extended"
    UNCONFIRMED = "unconfirmed"
    RECALCULATED = "recalculated"
    COUNTED = "counted"
    DAY_END = "day_end"
    FREE = "free"
    MAKEUP = "makeup"
    PAUSE = "pause"
    STANDING = "standing"
    TAKEN_OVER = "taken_over"
    DUE = "due"


def sentence(line: Line) -> str:
    """Return a line of the ledger in the reader's language; times are those of the city."""
    kind = line.kind
    if kind == LineKind.START:
        words = _("The clock starts on %(start)s with a limit of %(limit)s.")
        return words % {"start": moment(line.start), "limit": line.about}
    if kind == LineKind.EXTENDED:
        count, limit = line.about
        words = ngettext(
            "The limit was extended %(count)d time by its original length; it is now %(limit)s.",
            "The limit was extended %(count)d times by its original length; it is now %(limit)s.",
            count,
        )
        return words % {"count": count, "limit": limit}
    if kind == LineKind.UNCONFIRMED:
        return unconfirmed(line.about)
    if kind == LineKind.RECALCULATED:
        return _recalculated(line)
    if kind == LineKind.PAUSE:
        words = _("From %(start)s to %(end)s the clock stood still.")
        return words % {"start": moment(line.start), "end": moment(line.end or line.start)}
    if kind == LineKind.STANDING:
        words = _("The clock stands still since %(start)s, with %(total)s used. There is no deadline until it goes on.")
        return words % {"start": moment(line.start), "total": span(line.total)}
    if kind == LineKind.TAKEN_OVER:
        words = _("The clock started on %(start)s in an older system, which gave the deadline; how is not known here.")
        return words % {"start": moment(line.start)}
    if kind == LineKind.DUE:
        return _("It is due on %(due)s.") % {"due": moment(line.start)}
    return _course(line)


def unconfirmed(year: int) -> str:
    """Return the warning of a deadline that reaches into a year without a confirmed calendar (handbook §6.1)."""
    return _(
        "The calendar of %(year)s is not confirmed yet: only weekends count as free there. The deadline may change."
    ) % {"year": year}


def _course(line: Line) -> str:
    if line.kind == LineKind.FREE:
        named, unnamed = _("%(days)s: day off, %(name)s."), _("%(days)s: weekend.")
        return (named if line.about else unnamed) % {"days": _days(line), "name": line.about}
    if line.kind == LineKind.MAKEUP:
        return _("%(days)s: a weekend day that is worked instead of another.") % {"days": _days(line)}
    if line.kind == LineKind.DAY_END:
        return _("%(end)s: the end of a working day, which counts.") % {"end": moment(line.start)}
    words = _("%(start)s to %(end)s: %(counted)s count, %(total)s so far.")
    return words % {
        "start": moment(line.start), "end": moment(line.end or line.start),
        "counted": span(line.counted), "total": span(line.total),
    }  # fmt: skip


def _recalculated(line: Line) -> str:
    why, before, after = (line.about[name] for name in ("why", "before", "after"))
    words = {
        "calendar": _("On %(at)s it was computed anew because the calendar had changed: from %(before)s to %(after)s."),
        "limit": _("On %(at)s it was computed anew because the limit had changed: from %(before)s to %(after)s."),
    }[why]
    return words % {"at": moment(line.start), "before": _due(before["due_at"]), "after": _due(after["due_at"])}


def _due(text: str | None) -> str:
    return moment(datetime.fromisoformat(text)) if text else _("no deadline")


def _days(line: Line) -> str:
    first = timezone.localtime(line.start).date()
    last = timezone.localtime((line.end or line.start) - timedelta(seconds=1)).date()
    return str(first) if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}


def moment(at: datetime) -> str:
    """Return an instant in the city's time, to the minute; with seconds where it has any."""
    local = timezone.localtime(at)
    return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"


def span(length: timedelta) -> str:
    """Return a length of time in hours, minutes and, where there are any, seconds."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    values = {"hours": hours, "minutes": minutes, "seconds": seconds}
    if seconds:
        return _("%(hours)d h %(minutes)d min %(seconds)d s") % values
    if minutes and hours:
        return _("%(hours)d h %(minutes)d min") % values
    return _("%(hours)d h") % values if hours else _("%(minutes)d min") % values
