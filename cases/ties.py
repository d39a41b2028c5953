"""What ties tickets and council matters to whistles and cases: rooms that do not know each other; this is above."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.casework.models import Case
from cases.casework.states import Outcome, State
from cases.councils.effects import WHISTLING
from cases.councils.models import CouncilMatter
from cases.councils.states import MatterState
from cases.hotline.ended import cases_behind
from cases.hotline.models import Ticket
from cases.hotline.services import feed_outcome
from cases.hotline.states import TERMINAL
from cases.whistles.districts import street_on
from cases.whistles.models import Whistle
from cases.whistles.services import draft_whistle, join_source, open_draft
from cases.whistles.sources import LINKS, Link, WhistleSource
from cases.whistles.states import SourceKind
from cases.whistles.table import WHISTLE
from cases.workflow.engine import AFTER_MOVE, Move, advance_by_system, why_not
from cases.workflow.people import Acting
from citygrid.common.errors import Conflict

MOST_SIGNS = 2000  # of a ticket's text that a whistle starts from


def connect() -> None:
    """Called once, when Django is ready, after the rooms below."""
    LINKS[SourceKind.TICKET] = Link(fed_back=_tell)
    LINKS[SourceKind.COUNCIL] = Link(fed_back=_matter_done, let_go=_matter_let_go, again=_matter_handed_on)
    WHISTLING[:] = [_draft_from_matter]
    AFTER_MOVE.append(_follow_case)


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


def _draft_from_matter(move: Move) -> str:
    """Draft a whistle of the street about a council matter; return the whistle's number."""
    matter = move.subject
    street: Any = street_on(move.acting.path(matter.area_id))
    whistle = open_draft(
        description=f"{matter.title}\n{matter.resolution}", street=street, by=move.by, at=move.at
    )  # fmt: skip
    join_source(
        whistle=whistle, kind=SourceKind.COUNCIL, subject=matter, reference=matter.number, by=move.by, at=move.at
    )  # fmt: skip
    return str(whistle.number)


def _waits(matter: CouncilMatter, move: Move) -> bool:
    """Whether the matter still waits for this whistle."""
    return bool(matter.state == MatterState.IN_HAND and matter.whistle_number == move.subject.number)


def _matter_done(matter: CouncilMatter, move: Move) -> None:
    whistle = move.subject
    if _waits(matter, move):
        advance_by_system(
            matter, "told", at=move.at, by=move.by, outcome=whistle.outcome or Outcome.PARTLY, result=whistle.feedback,
            origin=whistle.number,
        )  # fmt: skip


def _matter_let_go(matter: CouncilMatter, move: Move) -> None:
    if _waits(matter, move):
        advance_by_system(matter, "let_go", at=move.at, by=move.by, origin=move.subject.number)


def _matter_handed_on(matter: CouncilMatter, move: Move, new: Whistle) -> None:
    if _waits(matter, move):
        advance_by_system(matter, "handed_on", at=move.at, by=move.by, origin=new.number)


# How a case ends without anything done for the residents.
_VAIN = frozenset({State.DECLINED, State.NOT_FILED, State.CANCELLED})


def _follow_case(move: Move) -> None:
    """Hook of every move: when a case ends, the council matters that wait for it learn what came of it."""
    case = move.subject
    if isinstance(case, Case) and case.state != move.before and case.state in (*_VAIN, State.CLOSED) and move.before:
        move.then.append(partial(_tell_matters, case, move))


def _tell_matters(case: Case, move: Move) -> None:
    waiting = CouncilMatter.objects.filter(case__in=cases_behind(case), state=MatterState.IN_HAND)
    for matter in waiting.select_for_update().order_by("pk"):  # who stops waiting now does so before or after
        if case.state in _VAIN:
            advance_by_system(matter, "let_go", at=move.at, by=move.by, origin=case.number)
        else:
            outcome = case.outcome or Outcome.PARTLY
            result = case.result.strip() or str(Outcome(outcome).label)
            advance_by_system(
                matter, "told", at=move.at, by=move.by, outcome=outcome, result=result[:4000], origin=case.number
            )
