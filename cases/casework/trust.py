"""Departments whose feedback passes without the dispatcher: an exemption that the administration grants and ends."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from cases.casework import effects
from cases.workflow.engine import Move, advance_by_system


def is_trusted(move: Move) -> Any:
    """Refuse to pass the feedback of a department that is not trusted: the dispatcher looks at it."""
    department = move.subject.lead_department
    if department is not None and department.trusted:
        return None
    return _("The department is not trusted to pass its own feedback; the dispatcher passes it.")


def confirm(move: Move) -> None:
    """Keep the confirmation; what a trusted department confirms passes on to be checked, as an event of its own."""
    effects.confirm(move)
    if is_trusted(move) is None:
        move.then.append(partial(advance_by_system, move.subject, "pass_by_trust", at=move.at, by=move.by))
