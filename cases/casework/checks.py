"""Checks of a move's inputs against the case, beyond their type. They raise the refusal themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.casework.states import Outcome, State
from cases.workflow.engine import Move
from citygrid.common.errors import Invalid
from gridmap.departments.tree import can_sign

VERDICTS = (
    ("true", gettext_lazy("it is so")),
    ("false", gettext_lazy("it is not so")),
    ("unclear", gettext_lazy("unclear")),
)
CHECK_VERDICTS = (
    ("pass", gettext_lazy("the closing condition is met")),
    ("fail", gettext_lazy("the closing condition is not met")),
)

# In these states the rules say who shall handle it; later the dispatcher has reasons of his own.
UNDISPATCHED = (State.REPORTED, State.ACCEPTED, State.FILED)

# Rooms above this one say here whether somebody still waits for a call about a case.
WAITING: list[Callable[[Any], bool]] = []


def somebody_waits_for_a_call(case: Any) -> bool:
    """Whether a complainant of the case is still to be called back."""
    return any(waiting(case) for waiting in WAITING)


@dataclass(frozen=True, slots=True)
class Proposal:
    """The department that the rules propose, why, and who would help."""

    department: Any
    reason: str
    co_departments: tuple[Any, ...] = ()


# The room of responsibility says here which department it would propose for a case, or None.
PROPOSERS: list[Callable[[Any, datetime], Proposal | None]] = []


def proposal_for(case: Any, at: datetime) -> Proposal | None:
    """Return what the responsibility rules propose at that time, or ``None`` without a rule."""
    return next((found for found in (propose(case, at) for propose in PROPOSERS) if found is not None), None)


def override_needs_opinion(move: Move) -> None:
    """Ask why, when the dispatcher chooses another department than the proposed one; keep the proposal beside it."""
    proposed = proposal_for(move.subject, move.at)
    if proposed is None:
        return
    move.noted["proposed"] = proposed.department.code
    if proposed.department.pk != move.inputs["department"].pk and not move.opinion:
        raise Invalid(
            _("The rules propose %(department)s. Say in a sentence why it shall be another one.")
            % {"department": proposed.department},
            fields={"opinion": [_("This is needed to choose another department than the proposed one.")]},
        )


def somebody_can_sign(move: Move) -> None:
    """Refuse departments where no clerk could ever sign, neither their own nor one of a department above."""
    faults: dict[str, list[str]] = {}
    for name, given in (("department", [move.inputs["department"]]), ("co_departments", move.inputs["co_departments"])):
        for one in given:
            if not can_sign(one, move.at):
                faults.setdefault(name, []).append(_unstaffed(one))
    if faults:
        raise Invalid(" ".join(chain.from_iterable(faults.values())), fields=faults)


def _unstaffed(department: Any) -> str:
    return _(
        "Nobody could sign at %(department)s: no department clerk is posted there or at a department above it. "
        "Have a clerk posted there, or choose a department that has one."
    ) % {"department": department}


def solved_shows_photo(move: Move) -> None:
    """Ask for a photo afterwards where something was done."""
    if move.inputs["outcome"] in (Outcome.SOLVED, Outcome.PARTLY) and not move.inputs["after_photos"]:
        raise Invalid(
            _("Work that was done is shown by at least one photo taken afterwards."),
            fields={"after_photos": [_("Add a photo.")]},
        )
