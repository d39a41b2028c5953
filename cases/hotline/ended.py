"""The end of a ticket, and what it means to the case that waits for its callers."""

from __future__ import annotations

from functools import partial
from typing import Any

from cases.casework.checks import somebody_waits_for_a_call
from cases.casework.models import Case
from cases.casework.states import State
from cases.hotline.states import OPEN, CallbackResult
from cases.workflow.engine import Move, advance_by_system

MOST_MERGES = 20  # deeper than any chain of merges that people make


def lock_case(move: Move) -> None:
    """Lock the case of the ticket before the ticket itself: every move that touches both takes this order."""
    if move.subject.case_id:
        lock(move.subject.case)


def lock(case: Case) -> None:
    """Lock a case and the one that stands for it: whoever ends them then tells all who joined before, or came first."""
    both = {case.pk, standing_for(case).pk}
    list(Case.objects.select_for_update().filter(pk__in=both).order_by("pk").values_list("pk", flat=True))


def ends(move: Move) -> None:
    """Note when the ticket ended, end its round, and let a case that waited for this caller alone be closed."""
    ticket = move.subject
    ticket.ended_at = move.at
    ticket.rounds.filter(number=ticket.round_number, ended_at=None).update(
        ended_at=move.at, ended_by_move=move.row.name, opinion=move.opinion
    )
    left = ticket.callbacks.filter(ended_at=None)
    left.filter(satisfaction=None).update(ended_at=move.at, result=CallbackResult.DROPPED)
    left.update(ended_at=move.at, result=CallbackResult.ONLINE)  # what the caller wrote by the link counts
    if ticket.case_id:
        move.then.append(partial(settle, ticket.case_id, move))


def settle(case_id: int, move: Move) -> None:
    """Close the case if it waits for callbacks and nobody is left to be called."""
    case = standing_for(Case.objects.get(pk=case_id))
    if case.state == State.CALLBACK and not somebody_waits_for_a_call(case):
        advance_by_system(case, "callback_done", at=move.at, by=move.by)


def standing_for(case: Case) -> Case:
    """Return the case that this one was merged into, at the end of the chain; itself if it was not."""
    for _step in range(MOST_MERGES):
        if case.merged_into is None:
            break
        case = case.merged_into
    return case


def cases_behind(case: Case) -> list[int]:
    """Return the keys of the case and of all that were merged into it, directly or not."""
    found, new = {case.pk}, {case.pk}
    while new:
        new = set(Case.objects.filter(merged_into__in=new).values_list("pk", flat=True)) - found
        found |= new
    return sorted(found)


def tickets_of(case: Case) -> Any:
    """Return the tickets that point to the case, or to one merged into it."""
    tickets: Any = Case._meta.apps.get_model("cases", "Ticket")
    return tickets.objects.filter(case__in=cases_behind(case))


def somebody_waits(case: Case) -> bool:
    """Whether a caller of the case is still to be called back."""
    return bool(tickets_of(case).filter(state__in=OPEN, phone__isnull=False, wants_callback=True).exists())
