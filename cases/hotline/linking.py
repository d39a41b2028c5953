"""Ties between tickets, and from tickets to cases: one matter is worked on once, each caller is answered."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from cases.casework.services import report_case
from cases.casework.states import TERMINAL as CASE_ENDED
from cases.casework.states import Source
from cases.hotline import ended
from cases.hotline.states import NEVER_BEGUN, OPEN, LinkKind
from cases.workflow.engine import Move, advance_by_system
from cases.workflow.fsm import stale
from citygrid.common.errors import Conflict, Invalid


def check_link(move: Move) -> None:
    """Find what the ticket is to hang on; lock its case, then both in the order of their keys.

    Raises ``Invalid`` for the ticket itself, ``Conflict`` for one that came to nothing or hangs on this one.
    """
    ticket, target = move.subject, move.inputs["target"]
    target = target.main_ticket or target
    if target.pk == ticket.pk:
        fault = _("A ticket cannot hang on itself, or on one that hangs on it. Choose an earlier one.")
        raise Invalid(fault, fields={"target": [fault]})
    if target.case_id:
        ended.lock(target.case)
    locked = _lock(type(ticket).objects.filter(pk__in=[ticket.pk, target.pk]))
    fresh = locked[target.pk]
    if fresh.state in NEVER_BEGUN or fresh.main_ticket_id is not None:
        raise Conflict(
            _("%(target)s is “%(state)s”; nothing can hang on it. Choose another ticket about the matter.")
            % {"target": fresh.number, "state": fresh.get_state_display()},
            code="target_ended", current=ticket,
        )  # fmt: skip
    _same(ticket, locked)
    if type(ticket).objects.filter(main_ticket=ticket).exists():
        raise Conflict(
            _("Other tickets hang on this one. Hang those on the earlier one first, or that one on this."),
            code="not_now", current=ticket,
        )  # fmt: skip
    move.inputs["target"] = fresh


def link(move: Move) -> None:
    """Hang the ticket on the earlier one and on its case; both timelines say so."""
    ticket, main = move.subject, move.inputs["target"]
    repeat = ticket.caller_id is not None and ticket.caller_id == main.caller_id
    ticket.main_ticket, ticket.link_kind = main, LinkKind.REPEAT if repeat else LinkKind.GROUP
    move.noted["link_kind"] = str(ticket.link_kind)
    if ticket.case_id is None and main.case_id is not None:
        ticket.case = ended.standing_for(main.case)
        move.noted["case"] = ticket.case.number
    move.then.append(partial(advance_by_system, main, "linked", at=move.at, by=move.by, linked=ticket.number))


def lock_group(move: Move) -> None:
    """Lock the case to join, then the tickets about the matter in the order of their keys, before one gets a case."""
    if move.inputs["case"] is not None:
        ended.lock(move.inputs["case"])
    _same(move.subject, _lock(_group(move.subject)))


def raise_case(move: Move) -> None:
    """Open a case at a place, or join one; the tickets about the same matter follow."""
    ticket, joined, former = move.subject, move.inputs["case"], move.subject.case
    ticket.case = _joined(joined) if joined is not None else _reported(move)
    move.noted["case"] = ticket.case.number
    if former is not None:
        move.noted["former_case"] = former.number
    follow = Q(case=None) if former is None else Q(case=None) | Q(case=former)
    for other in _group(ticket).filter(follow, state__in=OPEN).exclude(pk=ticket.pk).order_by("pk"):
        move.then.append(
            partial(advance_by_system, other, "join_case", at=move.at, by=move.by, case=ticket.case.number)
        )


def join_case(move: Move) -> None:
    """Follow the ticket about the same matter."""
    case: Any = type(move.subject)._meta.get_field("case").related_model
    move.subject.case = case.objects.get(number=move.inputs["case"])


def _joined(case: Any) -> Any:
    found = ended.standing_for(type(case).objects.get(pk=case.pk))  # as it is since it was locked
    if found.state in CASE_ENDED:
        fault = _("%(case)s is “%(state)s”. Open a new case, or join one that is open.") % {
            "case": found.number, "state": found.get_state_display(),
        }  # fmt: skip
        raise Invalid(fault, fields={"case": [fault]})
    return found


def _reported(move: Move) -> Any:
    ticket, given = move.subject, move.inputs
    category = given["category"] or (ticket.category.case_category if ticket.category else None)
    point = given["position"] or ticket.geom
    faults = {}
    if category is None:
        faults["category"] = [_("Choose the category of the case; the ticket's own leads to none.")]
    if point is None:
        faults["position"] = [_("Say where it is; the ticket names no place.")]
    if category is None or point is None:
        raise Invalid(_("Some inputs cannot be used; each is explained."), fields=faults)
    # By the system: the matter comes from the caller. Who raised it stands in the ticket's own timeline.
    return report_case(
        category=category, description=f"{ticket.shown_title}\n{ticket.shown_content}"[:4000], lon=point.x, lat=point.y,
        at=move.at, source=Source.HOTLINE, address=given["address"] or ticket.address,
    )  # fmt: skip


def _group(ticket: Any) -> Any:
    model = type(ticket)
    root = ticket.main_ticket_id or ticket.pk
    return model.objects.filter(pk=root) | model.objects.filter(main_ticket=root)


def _lock(rows: Any) -> dict[int, Any]:
    return {row.pk: row for row in rows.select_for_update().order_by("pk")}


def _same(ticket: Any, locked: dict[int, Any]) -> None:
    if locked[ticket.pk].version != ticket.version:
        raise stale(locked[ticket.pk])
