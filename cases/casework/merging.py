"""Merging two cases, and undoing it: both rows locked in order of their keys, both timelines told."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cases.casework.effects import ends
from cases.casework.states import State
from cases.deadlines.models import Clock
from cases.workflow.clock_rules import revive
from cases.workflow.engine import Move, advance_by_system
from cases.workflow.fsm import stale
from citygrid.common.errors import Conflict, Invalid


def check_merge(move: Move) -> None:
    """Lock both cases in order of their keys, then look at the target as it now is.

    Raises ``Invalid`` for the case itself, ``Conflict`` for a target that is merged or at an end.
    """
    case, target = move.subject, move.inputs["target"]
    if target.pk == case.pk:
        raise Invalid(_("A case cannot be merged into itself."), fields={"target": [_("Choose another case.")]})
    model = type(case)
    locked = {
        row.pk: row for row in model.objects.select_for_update().filter(pk__in=[case.pk, target.pk]).order_by("pk")
    }
    fresh = locked[target.pk]
    if fresh.state in (State.MERGED, State.CLOSED, State.DECLINED, State.NOT_FILED, State.CANCELLED):
        raise Conflict(
            _("%(target)s is “%(state)s”; nothing can be merged into it. Choose the case that it belongs to.")
            % {"target": fresh.number, "state": fresh.get_state_display()},
            code="target_ended", current=case,
        )  # fmt: skip
    if locked[case.pk].version != case.version:
        raise stale(locked[case.pk])
    move.inputs["target"] = fresh


def lock_both(move: Move) -> None:
    """Lock a merged case and its target in order of their keys, as a merge does, and go on from the target as it is.

    Raises ``Conflict`` when somebody moved the case in the meantime.
    """
    case = move.subject
    both = type(case).objects.select_for_update().filter(pk__in=[case.pk, case.merged_into_id]).order_by("pk")
    locked = {row.pk: row for row in both}
    if locked[case.pk].version != case.version:
        raise stale(locked[case.pk])
    case.merged_into = locked[case.merged_into_id]


def merge(move: Move) -> None:
    """Point to the target and write the merge on its timeline too."""
    case, target = move.subject, move.inputs["target"]
    case.state_before_merge = move.before
    case.merged_into = target
    ends(move)
    advance_by_system(target, "absorb", at=move.at, by=move.by, opinion=move.opinion, merged=case.number)


def unmerge(move: Move) -> None:
    """Undo a merge: the case goes on where it stood, and the target's timeline says so.

    So does the clock of that stage, with what it had left when the case was merged: a mistake gives nobody a fresh
    limit, and the time in between was nobody's to use. The deadline that an older system gave holds again as it was.
    """
    case, target = move.subject, move.subject.merged_into
    case.merged_into, case.state_before_merge = None, ""
    if Clock.objects.of(case).filter(kind="handle", taken_over=True, stopped_at__gte=case.closed_at).exists():
        move.clocks.append(revive("handle", to=case.state))
    case.closed_at = case.closed_by = None
    advance_by_system(target, "release", at=move.at, by=move.by, opinion=move.opinion, merged=case.number)
