"""What must not be overlooked on a case: that it stands still, was returned, hangs on a decision or is at an end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from cases.approvals.states import RequestKind, RequestState
from cases.casework.models import Case
from cases.casework.states import State


@dataclass(frozen=True, slots=True)
class Banner:
    """One sentence above the case, with what somebody wrote and where to go on."""

    icon: str
    text: str
    said: str = ""
    url: str = ""
    link: str = ""


def banners_of(case: Case) -> list[Banner]:
    """Return the banners of a case that ``whole`` loaded. No query."""
    found = [*_ends(case), *_waits(case), *_comes_again(case)]
    return [banner for banner in found if banner is not None]


def _ends(case: Case) -> list[Banner | None]:
    merged = case.merged_into
    unit = {"reason": case.get_decline_reason_display(), "unit": case.competent_unit}
    return [
        Banner("sign-merge-right", _("It was merged. Go on with the case it was merged into:"),
               url=reverse("case", args=[merged.number]), link=merged.number) if merged else None,
        Banner("signpost-split", _("Declined: %(reason)s. Competent: %(unit)s.") % unit)
        if case.state == State.DECLINED else None,
        Banner("exclamation-octagon", _("Closed by force, without the usual steps.")) if case.forced else None,
    ]  # fmt: skip


def _waits(case: Case) -> list[Banner | None]:
    asked = case.open_request()
    order = case.open_supervision()
    until = case.suspended_until
    suspension = _last(case, RequestKind.SUSPENSION)
    return [
        Banner("pause-circle", _("Suspended until %(time)s. The clock stands still.") % {"time": _time(until)},
               said=suspension.reason if suspension else "")
        if case.state == State.SUSPENDED and until else None,
        Banner("hourglass-split", _("A request is not decided yet: %(kind)s. It is with: %(role)s.")
               % {"kind": asked.get_kind_display(), "role": _(", ").join(str(r.label) for r in asked.roles_expected())},
               said=asked.reason, url="#cg-requests", link=_("See the request")) if asked else None,
        Banner("megaphone", _("A supervision order is to be answered by %(time)s.") % {"time": _time(order.due_at)},
               said=order.order) if order else None,
    ]  # fmt: skip


def _comes_again(case: Case) -> list[Banner | None]:
    back = _last(case, RequestKind.RETURN) if case.returned else None
    unit = back.department.label if back and back.department else ""
    redone = case.state == State.HANDLING and case.rework_count
    ended = [one.opinion for one in case.rounds.all() if one.opinion]
    return [
        Banner("arrow-repeat", _("Sent back for rework."), said=ended[-1]) if redone and ended else None,
        Banner("arrow-return-left", _("Returned by %(unit)s. Dispatch it again.") % {"unit": unit}, said=back.reason)
        if back and case.state == State.FILED else None,
    ]  # fmt: skip


def _last(case: Case, kind: RequestKind) -> Any:
    """Return the newest request of a kind that was approved."""
    return next((one for one in case.approvals.all() if one.kind == kind and one.state == RequestState.APPROVED), None)


def _time(moment: Any) -> str:
    return date_format(localtime(moment), "DATETIME_FORMAT")
