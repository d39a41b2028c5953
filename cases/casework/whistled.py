"""A case under a whistle: it waits in handling with the street as lead; what comes of the whistle moves it on.

The whistles live in a room above this one, which connects itself through :data:`DRAFTING`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from cases.casework.effects import begin_round, confirm, end_round, sign, submit
from cases.workflow.engine import Move
from citygrid.common.errors import Conflict
from gridmap.areas.models import Level
from gridmap.departments.models import Department, DepartmentKind

# The room of whistles says here how a case gets into one: a draft of its own, or the one named; answers its number.
DRAFTING: list[Callable[[Move], str]] = []


def take_up(move: Move) -> None:
    """Let the case wait for a whistle, with the street office as lead. Raises ``Conflict`` where there is none."""
    case = move.subject
    office = street_office(move)
    for draft in DRAFTING:
        case.whistle_number = draft(move)
    move.noted["whistle"] = case.whistle_number
    end_round(move)
    case.handler, case.returned = None, False
    begin_round(move, office)
    sign(move)


def wait_on(move: Move) -> None:
    """Wait for another whistle about the same matter."""
    move.subject.whistle_number = move.inputs["whistle"]


def let_go(move: Move) -> None:
    """Give the case back to be dispatched in the ordinary way."""
    move.subject.whistle_number = ""
    end_round(move)


def fed_back(move: Move) -> None:
    """Take over what the called departments reached together; the street stands for it."""
    move.subject.whistle_number = ""
    submit(move)
    confirm(move)


def street_office(move: Move) -> Any:
    """Return the street office that serves the place of the case. Raises ``Conflict`` where there is none."""
    streets = [area.pk for area in move.acting.path(move.subject.area_id) if area.level == Level.STREET]
    offices = Department.objects.in_force(move.at).filter(kind=DepartmentKind.STREET_OFFICE, area_served__in=streets)
    office = offices.order_by("pk").first()
    if office is None:
        raise Conflict(
            _("No street office serves the place of this case. Enter it among the departments first."),
            code="not_now", current=move.subject,
        )  # fmt: skip
    return office
