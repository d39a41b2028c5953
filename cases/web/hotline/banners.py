"""What must not be overlooked on a ticket: why it came back, whose ruling it waits for, what a case reported back."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.approvals.states import RequestKind, RequestState
from cases.casework.states import TERMINAL as CASE_ENDED
from cases.hotline.ended import standing_for
from cases.hotline.models import Ticket
from cases.hotline.states import TicketState
from cases.web.banners import Banner
from cases.web.hotline.around import Beside


def banners_of(ticket: Ticket, beside: Beside) -> list[Banner]:
    """Return the banners of a ticket that ``whole`` loaded. No query."""
    found = [*_hangs(ticket, beside), *_waits(ticket), *_came_back(ticket)]
    return [banner for banner in found if banner is not None]


def _hangs(ticket: Ticket, beside: Beside) -> list[Banner | None]:
    main = beside.main
    channel = {"channel": ticket.get_other_channel_display()}
    return [
        Banner("diagram-2", _("It hangs on an earlier ticket (%(kind)s); the caller is answered by themselves.")
               % {"kind": ticket.get_link_kind_display()}, url=reverse("ticket", args=[main.number]), link=main.number)
        if main else None,
        Banner("signpost-split", _("Referred to another channel: %(channel)s.") % channel, said=ticket.answer)
        if ticket.state == TicketState.OUT_OF_SCOPE else None,
        Banner("slash-circle", _("Excluded from scoring; it stays in the operational figures."))
        if ticket.excluded else None,
    ]  # fmt: skip


def _waits(ticket: Ticket) -> list[Banner | None]:
    asked, row = ticket.open_request(), ticket.current_round()
    signing = ticket.state == TicketState.HANDLING and row is not None and row.waits_for_sign_off
    return [
        Banner("hourglass-split", _("A request is not decided yet: %(kind)s. It is with: %(role)s.")
               % {"kind": asked.get_kind_display(), "role": _(", ").join(str(r.label) for r in asked.roles_expected())},
               said=asked.reason, url="#cg-requests", link=_("See the request")) if asked else None,
        Banner("pen", _("The reply waits for the leader's sign-off; the clock runs on."),
               said=row.public_text if row else "") if signing else None,
    ]  # fmt: skip


def _came_back(ticket: Ticket) -> list[Banner | None]:
    back = _last(ticket, RequestKind.RETURN) if ticket.returned else None
    unit = back.department.label if back and back.department else ""
    again = _done_again(ticket)
    with_unit = ticket.state in (TicketState.DISPATCHED, TicketState.HANDLING)
    fed = {"from": ticket.fed_from, "outcome": ticket.get_fed_outcome_display()}
    return [
        Banner("arrow-return-left", _("Returned by %(unit)s. Dispatch it again.") % {"unit": unit}, said=back.reason)
        if back and ticket.state == TicketState.LOGGED else None,
        again if with_unit else None,
        _case_ended(ticket) if with_unit else None,
        Banner("hammer", _("Finally ruled: the unit must keep it.")) if ticket.final_ruling and with_unit else None,
        Banner("box-arrow-in-down-left", _("%(from)s reported back: %(outcome)s. It fills in the reply.") % fed,
               said=ticket.fed_result) if ticket.fed_outcome and with_unit else None,
    ]  # fmt: skip


def _case_ended(ticket: Ticket) -> Banner | None:
    """Say that the ticket goes on without its case."""
    case = standing_for(ticket.case) if ticket.case else None
    if case is None or case.state not in CASE_ENDED:
        return None
    text = _(
        "Its case %(case)s has ended (“%(state)s”); the ticket goes on without it. Raise a case again if something is"
        " to be done on the spot; a closed one can be reopened by its shift leader or the manager."
    )
    return Banner("folder-x", text % {"case": case.number, "state": case.get_state_display()})


def _done_again(ticket: Ticket) -> Banner | None:
    """Return why it is to be done again, with the newest words: what an agent noted, or what the caller wrote."""
    found = None
    for one in ticket.rounds.all():
        if one.still_wrong:
            text = _("The caller wrote that it is not solved; it is to be done again.")
            found = Banner("arrow-repeat", text, said=one.still_wrong)
        if one.ended_by_move in ("redo", "attempt_callback"):  # the second: on an answer by the link without words
            text = _("The caller was not content; it is to be done again.")
            found = Banner("arrow-repeat", text, said=one.opinion)
    return found


def _last(ticket: Ticket, kind: RequestKind) -> Any:
    """Return the newest request of a kind that was approved."""
    found = (one for one in ticket.approvals.all() if one.kind == kind and one.state == RequestState.APPROVED)
    return next(found, None)
