"""A case as a line of a list: how urgent it is, whose turn, the next move as a button; in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.casework.models import Case
from cases.casework.states import State
from cases.casework.urgency import SUBJECT_TYPE
from cases.deadlines.lamps import lamp_of
from cases.deadlines.models import Clock
from cases.fieldwork.states import Verdict
from cases.web.words import left
from cases.workflow.engine import LIFECYCLES, choices, takes
from cases.workflow.people import Acting
from cases.workflow.table import Transition
from gridmap.areas.models import Area, AreaLink, Level

JOINS = ("category", "area", "lead_department", "handler", "merged_into")
# What guards look through; where it is loaded beforehand they ask nothing.
CHILDREN = ("rounds", "co_departments__department", "approvals", "supervisions", "evidence", "field_tasks")
# The moves that carry a case on, in the order in which they are offered first. All others are for special days.
FORWARD = (
    "answer_supervision", "accept", "send_verify", "file", "dispatch", "sign", "finish_part", "assign_handler",
    "submit", "confirm", "pass_feedback", "send_check", "close", "rework",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Light:
    """The most urgent clock of something: its lamp, when it runs out, and how long that still is."""

    lamp: str
    due: datetime
    left: str


@dataclass(frozen=True, slots=True)
class Button:
    """A move that can be made from here: at once, or after filling in a form."""

    name: str
    label: Any
    at_once: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One line."""

    case: Case
    light: Light | None
    place: list[Area]  # the community and the grid, or what is there of them
    turn: list[Any]
    button: Button | None
    moves: list[Button]
    order_late: bool  # a supervision order was not answered in time


def loaded(keys: Iterable[int]) -> list[Case]:
    """Return the cases with these keys, in their order, with what a line shows; each kind of child in one query."""
    wanted = list(keys)
    cases = Case.objects.filter(pk__in=wanted).select_related(*JOINS).defer("handler__password", "result")
    found = {case.pk: case for case in cases.prefetch_related(*CHILDREN)}
    return [found[key] for key in wanted if key in found]


def rows_of(cases: Sequence[Case], acting: Acting) -> list[Row]:
    """Return the lines of a page of cases that :func:`loaded` returned. Two queries for all of them."""
    lights = lights_of([case.pk for case in cases], acting.at)
    know_places(cases, acting)
    return [_row(case, lights.get(case.pk), acting) for case in cases]


def lights_of(keys: Sequence[int], at: datetime, subject_type: str = SUBJECT_TYPE) -> dict[int, Light]:
    """Return the most urgent running clock of each subject, by its key."""
    first: dict[int, Clock] = {}
    for clock in Clock.objects.running().filter(subject_type=subject_type, subject_id__in=keys).order_by("-due_at"):
        first[clock.subject_id] = clock
    return {key: Light(lamp_of(clock, at), clock.due_at, left(clock.due_at, at)) for key, clock in first.items()
            if clock.due_at is not None}  # fmt: skip


def know_places(cases: Sequence[Any], acting: Acting) -> None:
    """Tell ``acting`` what lies above the places of these cases, in one query for all."""
    links = AreaLink.objects.filter(descendant__in={case.area_id for case in cases}).select_related("ancestor")
    paths: dict[int, list[Any]] = {}
    for link in links.order_by("-depth"):
        paths.setdefault(link.descendant_id, []).append(link.ancestor)
    for path in paths.values():
        acting.know_path(tuple(path))


def place_of(subject: Any, acting: Acting) -> list[Area]:
    """Return the areas that tell people where something is: street, community, grid. Grids alone share their names."""
    path = acting.path(subject.area_id)
    return [area for area in path if area.level in (Level.STREET, Level.COMMUNITY, Level.GRID)] or list(path[-1:])


def _row(case: Case, light: Light | None, acting: Acting) -> Row:
    possible = {row.name: row for row, refusal in choices(case, acting) if refusal is None}
    moves = [button_for(row, case) for row in possible.values()]
    name = forward(case, possible, acting)
    button = button_for(possible[name], case) if name else None
    turn = [role.label for role in LIFECYCLES[Case].turn_of(case)]
    order = case.open_supervision()
    late = order is not None and order.due_at < acting.at
    return Row(case, light, place_of(case, acting)[-2:], turn, button, moves, late)


def forward(case: Case, possible: Container[str], acting: Acting) -> str:
    """Return which of the possible moves carries the case on, or nothing. While a handler works, others wait."""
    taken = {"assign_handler"} if case.handler_id else set()
    if case.handler_id and not case.is_assigned_to(acting.user):
        taken.add("submit")
    if _failed_its_check(case):
        taken.add("send_check")
    return next((name for name in FORWARD if name in possible and name not in taken), "")


def _failed_its_check(case: Case) -> bool:
    """Whether the last check found the work wanting: then it goes back, not to another check."""
    if case.state != State.PENDING_CHECK:
        return False
    last = case.current_round()
    return any(
        task.verdict == Verdict.FAIL
        and task.done_at
        and last
        and last.submitted_at
        and task.done_at > last.submitted_at
        for task in case.field_tasks.all()
    )


def button_for(row: Transition, subject: Any) -> Button:
    """Return a move as a button; what needs an input or a choice is made on the page of the subject."""
    needs = row.opinion or any(item.required for item in takes(row, subject))
    # Whom to send is worth a thought, although the nearest one is found without.
    chosen = any(item.ref for item in row.inputs)
    return Button(row.name, row.label, at_once=not needs and not chosen)
