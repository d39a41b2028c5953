"""What a move on a field task changes besides its state."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.utils.translation import gettext as _

from cases.fieldwork.states import VERDICTS_OF, TaskKind, Verdict
from cases.workflow.engine import Move
from citygrid.common.errors import Invalid
from gridmap.measure import distance_m

# What a finished task means for the thing it was about; the rooms above say it here, by kind.
CONSEQUENCES: dict[str, Callable[[Move], None]] = {}


def hand_over(move: Move) -> None:
    """Give the task to another grid worker."""
    move.noted["from"] = str(move.subject.assignee)
    move.subject.assignee = move.inputs["worker"]


def check_verdict(move: Move) -> None:
    """Take only the verdicts that the kind of task knows; a patrol needs no photo but every finding a reason."""
    allowed = VERDICTS_OF[move.subject.kind]
    if move.inputs["verdict"] not in allowed:
        words = _(", ").join(f"{verdict.value} ({verdict.label})" for verdict in allowed)
        raise Invalid(
            _("This task is answered with one of: %(allowed)s.") % {"allowed": words},
            fields={"verdict": [_("Choose one of: %(allowed)s.") % {"allowed": words}]},
        )
    if move.inputs["verdict"] in (Verdict.FALSE, Verdict.FAIL, Verdict.UNCLEAR) and not move.inputs["note"]:
        raise Invalid(
            _("Say in a sentence what you found."), fields={"note": [_("This is needed with such a verdict.")]}
        )


def complete(move: Move) -> None:
    """Keep the answer, where it was given and how far from the place that is; then let it take effect."""
    task, inputs = move.subject, move.inputs
    task.done_at, task.verdict, task.answer = move.at, inputs["verdict"], inputs["note"] or ""
    task.check_in = inputs["position"]
    task.check_in_accuracy_m = None if inputs["accuracy"] is None else int(inputs["accuracy"])
    if task.geom is not None:
        task.check_in_distance_m = round(distance_m(task.geom.x, task.geom.y, task.check_in.x, task.check_in.y), 1)
        move.noted["distance_m"] = task.check_in_distance_m
        if task.check_in_distance_m > settings.FIELD_CHECK_METRES and not inputs["note"]:
            raise Invalid(
                _("You are %(metres)s m from the place, more than the %(limit)s m allowed. Go there, or say why.")
                % {"metres": round(task.check_in_distance_m), "limit": settings.FIELD_CHECK_METRES},
                fields={"note": [_("This is needed so far from the place.")]},
            )
    if task.kind != TaskKind.PATROL:
        CONSEQUENCES[task.kind](move)
