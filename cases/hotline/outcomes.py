"""What cases tell their tickets: the end of a case is reported back to every caller's ticket."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from cases.casework.models import Case
from cases.casework.states import Outcome, State
from cases.hotline import ended
from cases.hotline.services import feed_outcome
from cases.hotline.states import OPEN
from cases.workflow.engine import Move

_TELLING = frozenset({State.CALLBACK, State.CLOSED, State.DECLINED, State.NOT_FILED, State.CANCELLED})


def follow(move: Move) -> None:
    """Hook of every move: when a case ends, or waits for callbacks, its tickets learn what came of it."""
    case = move.subject
    if not isinstance(case, Case) or case.state == move.before or case.state not in _TELLING or not move.before:
        return  # also what an import creates at its end: nobody has called about it here
    if move.before != State.CALLBACK:
        move.then.append(partial(_tell, case, move))
    if case.state == State.CALLBACK:
        # The last caller may have been called back while this was decided: then nobody is left to wait for.
        move.then.append(partial(ended.settle, case.pk, move))


def _tell(case: Case, move: Move) -> None:
    outcome, result = _what(case, move)
    for ticket in ended.tickets_of(case).filter(state__in=OPEN).order_by("pk"):
        feed_outcome(ticket=ticket, outcome=outcome, result=result, origin=case.number, at=move.at, by=move.by)


def _what(case: Case, move: Move) -> tuple[str, str]:
    if case.state == State.DECLINED:
        words = _("%(why)s Competent: %(unit)s.") % {"why": move.opinion, "unit": case.competent_unit}
        return Outcome.NOT_OURS, words
    if case.state in (State.NOT_FILED, State.CANCELLED) or not case.outcome:
        return Outcome.CANNOT, move.opinion or case.result
    return case.outcome, case.result


def waits(case: Any) -> bool:
    """Whether a caller of the case is still to be called back."""
    return ended.somebody_waits(case)
