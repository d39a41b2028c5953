"""Reasons why a move of a whistle is not possible now, as sentences."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from cases.whistles.districts import level_above
from cases.whistles.states import SETTLED, ReportState
from cases.workflow.engine import Move
from citygrid.accounts.roles import Role

# A lead in one of these states cannot consolidate anything.
_AWAY = (ReportState.ABSENT, ReportState.EXCUSED)


def names_departments(move: Move) -> Any:
    """A judgement says whom to call."""
    if move.subject.calls.all():
        return None
    return _("No department is named yet. Name each one with what is asked of it.")


def guests_answered(move: Move) -> Any:
    """Wait for the platforms of other districts."""
    waiting = [call.platform_area for call in move.subject.calls.select_related("platform_area") if call.open]
    if not waiting:
        return None
    names = _(", ").join(sorted({area.label for area in waiting}))
    return _("Units of another district are called; its platform has not agreed yet: %(names)s.") % {"names": names}


def open_guests(move: Move) -> list[Any]:
    """Return the calls of other districts that wait for an answer which is this person's to give."""
    places = move.acting.places(Role.PLATFORM_CLERK)
    return [call for call in move.subject.calls.all()
            if call.open and not places.isdisjoint(move.acting.above(call.platform_area_id))]  # fmt: skip


def has_open_guests(move: Move) -> Any:
    """There is something to answer."""
    return None if open_guests(move) else _("No unit of your district waits for an answer.")


def all_settled(move: Move) -> Any:
    """The conclusion waits until every department is accepted, excused or absent."""
    owing = [one.department for one in move.subject.report_ins.select_related("department") if one.state not in SETTLED]
    if not owing:
        return None
    names = _(", ").join(str(department) for department in owing)
    return _("These departments are not settled yet: %(names)s. Accept their results, or wait for the ruling.") % {
        "names": names
    }


def lead_takes_part(move: Move) -> Any:
    """An absent or excused lead concludes nothing."""
    lead = move.subject.report_of_lead()
    if lead is not None and lead.state in _AWAY:
        return _("The lead department did not take part; the street writes the conclusion.")
    return None


def lead_is_away(move: Move) -> Any:
    """The street concludes only in place of a lead that did not take part."""
    if lead_takes_part(move) is None:
        return _("The lead department consolidates the results: %(lead)s.") % {"lead": move.subject.lead_department}
    return None


def to_review_afterwards(move: Move) -> Any:
    """Emergencies are reviewed once, afterwards."""
    whistle = move.subject
    if whistle.kind is None or not whistle.kind.at_once:
        return _("Only whistles that were issued at once are reviewed afterwards.")
    return _("This whistle was reviewed already.") if whistle.reviewed_at else None


def has_level_above(move: Move) -> Any:
    """Escalate only to somebody who is there."""
    if level_above(move.subject.platform_area_id, move.at) is None:
        return _("Nobody holds a platform's post on a level above. Such a post must be given first.")
    return None


def somebody_is_awaited(move: Move) -> Any:
    """There is somebody to urge."""
    return None if move.subject.expected() else _("Nobody is awaited: every department has come or is out.")
