"""What ties the hotline's tickets to whistles. The two rooms do not know each other; this is above both."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.casework.states import Outcome
from cases.hotline.models import Ticket
from cases.hotline.services import feed_outcome
from cases.hotline.states import TERMINAL
from cases.whistles.models import Whistle
from cases.whistles.services import draft_whistle, join_source
from cases.whistles.sources import LINKS, Link, WhistleSource
from cases.whistles.states import SourceKind
from cases.whistles.table import WHISTLE
from cases.workflow.engine import Move, why_not
from cases.workflow.people import Acting
from citygrid.common.errors import Conflict

MOST_SIGNS = 2000  # of a ticket's text that a whistle starts from


def connect() -> None:
    """Called once, when Django is ready, after the rooms below."""
    LINKS[SourceKind.TICKET] = Link(fed_back=_tell)


@transaction.atomic
def join_ticket(*, whistle: Whistle, ticket: Ticket, by: Any, at: datetime) -> WhistleSource:
    """Let a ticket be a source of a whistle that is not blown yet: the feedback will fill in the unit's reply.

    The ticket goes its own way meanwhile; its clocks run on. Raises ``Conflict`` for a ticket that has ended.
    """
    if ticket.state in TERMINAL:
        raise Conflict(
            _("The ticket %(number)s is “%(state)s”; only an open one can be a source of a whistle.")
            % {"number": ticket.number, "state": ticket.get_state_display()},
            code="not_now", current=ticket,
        )  # fmt: skip
    if whistle.sources.filter(subject_type=Ticket._meta.label_lower, subject_id=ticket.pk).exists():
        raise Conflict(
            _("The ticket %(number)s is a source of this whistle already.") % {"number": ticket.number},
            code="not_now", current=ticket,
        )  # fmt: skip
    return join_source(
        whistle=whistle, kind=SourceKind.TICKET, subject=ticket, reference=ticket.number, by=by, at=at
    )  # fmt: skip


@transaction.atomic
def whistle_for(*, ticket: Ticket, by: Any, at: datetime, whistle: Whistle | None = None) -> Whistle:
    """Draft a whistle with the ticket as its source, or let it join ``whistle``, and return that one.

    What goes out of the ticket becomes the description: who called stays with the hotline. Raises ``NotAllowed`` for
    somebody who prepares no whistles there, ``Conflict`` for a ticket that has ended or a whistle that was blown.
    """
    if whistle is None:
        whistle = draft_whistle(
            description=ticket.shown_content[:MOST_SIGNS], position=ticket.geom, address=ticket.address, by=by, at=at
        )
    elif reason := why_not(Move(WHISTLE, WHISTLE["add_source"], whistle, Acting.of(by, at))):
        raise reason
    join_ticket(whistle=whistle, ticket=ticket, by=by, at=at)
    return whistle


def _tell(ticket: Ticket, move: Move) -> None:
    """Report the feedback of the whistle back to the ticket, also where another whistle did so before."""
    whistle = move.subject
    feed_outcome(
        ticket=ticket, outcome=whistle.outcome or Outcome.PARTLY, result=whistle.feedback, origin=whistle.number,
        at=move.at, by=move.by,
    )  # fmt: skip
