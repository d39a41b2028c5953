"""Reasons why a move on a case is not possible now: each looks at the case alone and answers a sentence or ``None``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from cases.casework.states import TRUSTED_SOURCES
from cases.workflow.engine import Move
from citygrid.accounts.roles import Role
from gridmap.departments.tree import above, clerks


def category_allows_fixing(move: Move) -> Any:
    """Refuse to fix on the spot what the catalogue does not list as a trifle."""
    if move.subject.category.self_handling:
        return None
    return _("A problem of this category may not be fixed on the spot. Report it, and it will be dispatched.")


def believed(move: Move) -> Any:
    """Ask for a verification of reports that come neither from a grid worker nor from an exempt source."""
    case = move.subject
    if case.source in TRUSTED_SOURCES or case.verified:
        return None
    if case.verified is False:
        return _("The grid worker found that this is not so. Decline it, or send it for verification again.")
    return _("A report from this source must be verified first: send it for verification.")


def no_open_request(move: Move) -> Any:
    """Refuse while a request of the department is being decided."""
    if open_request := move.subject.open_request():
        return _("The request “%(kind)s” of %(since)s is not decided yet. Decide or withdraw it first.") % {
            "kind": open_request.get_kind_display(), "since": f"{open_request.requested_at:%Y-%m-%d %H:%M}",
        }  # fmt: skip
    return None


def handler_revoked(move: Move) -> Any:
    """Refuse a return while somebody of the department is at work."""
    return _("A handler is assigned. Revoke the handler first.") if move.subject.handler_id else None


def parts_done(move: Move) -> Any:
    """Wait for the co-departments."""
    owing = move.subject.owing_parts()
    if not owing:
        return None
    names = _(", ").join(str(row.department) for row in owing)
    return _("These departments have not finished their part yet: %(names)s.") % {"names": names}


def did_not_handle(move: Move) -> Any:
    """Refuse the person who handled the case, in whatever round: nobody checks or closes the own work."""
    by = getattr(move.by, "pk", None)
    if by is None:
        return None
    if by in move.subject.handled_by():
        return _("You handled this case; somebody else must check and close it.")
    return None


def other_than_submitter(move: Move) -> Any:
    """Refuse the person who submitted the work to confirm it, where a clerk as near to it could."""
    case, by = move.subject, getattr(move.by, "pk", None)
    last = case.current_round()
    if last is None or last.submitted_by_id != by:
        return None
    lead = case.lead_department_id
    own = {lead, *move.acting.standing(Role.DEPT_CLERK)}
    others = clerks(move.at).filter(department__in=above(lead)).filter(department__in=own).exclude(user=by)
    return _("You submitted this work; a colleague must confirm it.") if others.exists() else None


def not_after_return(move: Move) -> Any:
    """Hold the dispatcher who received a return to dispatching or sending back as the next main step."""
    if move.subject.returned:
        return _("The department returned this case: dispatch it, or send it back to be accepted.")
    return None


def within_reopening_days(move: Move) -> Any:
    """Refuse to reopen what ended too long ago."""
    days = settings.REOPEN_DAYS
    if move.subject.closed_at and move.at > move.subject.closed_at + timedelta(days=days):
        return _("The case ended more than %(days)s days ago. Report it anew.") % {"days": days}
    return None


def no_open_supervision(move: Move) -> Any:
    """Allow one order at a time."""
    if move.subject.open_supervision():
        return _("An order is already open on this case and waits for its answer.")
    return None


def order_is_answered(move: Move) -> Any:
    """Keep a case open until the order of a leader has its answer: nobody could give it afterwards."""
    if order := move.subject.open_supervision():
        return _("The order of %(person)s is not answered yet: answer it first.") % {"person": order.ordered_by}
    return None


def has_open_supervision(move: Move) -> Any:
    """There is something to answer."""
    return None if move.subject.open_supervision() else _("There is no open order to answer.")


def has_handler(move: Move) -> Any:
    """There is somebody to revoke."""
    return None if move.subject.handler_id else _("Nobody is assigned.")


def was_dispatched(move: Move) -> Any:
    """Rework needs a department that worked."""
    if move.subject.lead_department_id:
        return None
    return _("No department handled this case; it was fixed on the spot. Close it, or cancel it.")


def not_merged(move: Move) -> Any:
    """Send notes on a merged case to the case it went into."""
    target = move.subject.merged_into
    return _("This case was merged into %(target)s. Write there.") % {"target": target} if target else None


def photos_prove_it(move: Move) -> Any:
    """Allow to skip the check only when photos with time and place prove the work."""
    case = move.subject
    photos = [one for one in case.evidence.all() if one.purpose == "after_photos"]
    if any(one.round_number == case.round_number and not one.remarks for one in photos):
        return None
    return _("No photo of the finished work proves time and place. Send a grid worker to check.")


def not_under_whistle(move: Move) -> Any:
    """Hold everybody while the departments that the street called are at work."""
    number = move.subject.whistle_number
    if not number:
        return None
    return _("This case waits for the whistle %(number)s. What comes of the whistle moves it on.") % {"number": number}
