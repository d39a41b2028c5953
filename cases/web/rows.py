"""A case as a line of a list: how urgent it is, whose turn, the next move as a button; in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast
from urllib.parse import quote

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

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
from citygrid.common.hydrate import holding
from citygrid.common.prepared import Prepared, filled
from gridmap.areas.models import Area, AreaLink, Level

JOINS = ("category", "area", "lead_department", "handler", "merged_into")
# What guards look through; where it is loaded beforehand they ask nothing.
CHILDREN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("rounds", ()), ("co_departments", ("department",)), ("approvals", ()), ("supervisions", ()), ("evidence", ()),
    ("field_tasks", ()),
)  # fmt: skip
# The moves that carry a case on, in the order in which they are offered first. All others are for special days.
FORWARD = (
    "answer_supervision", "accept", "send_verify", "file", "dispatch", "sign", "finish_part", "assign_handler",
    "submit", "confirm", "pass_feedback", "send_check", "close", "rework",
)  # fmt: skip


_CASES = Prepared(
    lambda keys: Case.objects.filter(pk__in=keys).select_related(*JOINS).defer("handler__password", "result")
)
_RUNNING = Prepared(
    lambda kind, keys: (
        Clock.objects.running()
        .filter(subject_type=kind, subject_id__in=keys)
        .order_by("-due_at")
        .only("subject_id", "kind", "due_at", "warn_at", "stopped_at", "paused_since")
    )
)
_LINKS = Prepared(
    lambda areas: (
        AreaLink.objects.filter(descendant__in=areas).order_by("-depth").values_list("descendant_id", "ancestor_id")
    )
)
_AREAS = Prepared(lambda keys: Area.objects.filter(pk__in=keys))
_AS_IT_IS = "!$&'()*+,;=~:@"  # in a part of an address, as Django has it


def _children(name: str, joins: tuple[str, ...]) -> Prepared:
    def rows(keys: list[int]) -> Any:
        found = cast(Any, Case._meta.get_field(name)).related_model._default_manager.filter(case__in=keys)
        return found.select_related(*joins) if joins else found

    return Prepared(rows)


_CHILDREN = {name: _children(name, joins) for name, joins in CHILDREN}


class Shown:
    """Something whose fields templates find at the first attempt, which is by item."""

    __slots__ = ()

    def __getitem__(self, name: str) -> Any:
        """Return a field."""
        return getattr(self, name)


@dataclass(frozen=True, slots=True)
class Light(Shown):
    """The most urgent clock of something: its lamp, when it runs out, and how long that still is."""

    lamp: str
    due: datetime
    left: str

    @property
    def due_iso(self) -> str:
        """The time it runs out for programs, with the city's offset."""
        return localtime(self.due).isoformat()

    @property
    def due_words(self) -> str:
        """The time it runs out for people."""
        return date_format(localtime(self.due), "DATETIME_FORMAT")


@dataclass(frozen=True, slots=True)
class Button(Shown):
    """A move that can be made from here: at once, or after filling in a form."""

    name: str
    label: Any
    at_once: bool


@dataclass(frozen=True, slots=True)
class Row(Shown):
    """One line, with its words at hand: templates look through objects slowly."""

    case: Case
    light: Light | None
    moves: list[Button]
    number: str
    version: int
    url: str
    peek_url: str
    category: str
    description: str
    where: str  # the community and the grid, or what is there of them
    address: str
    state: str
    whose: str  # the handler, else the department, else the roles whose turn it is
    button: Button | None
    button_url: str  # where the button's move is made at once
    order: str  # "late" for a supervision order that was not answered in time, "open" for one that waits
    returned: bool
    rework_count: int
    urge_count: int


def loaded(keys: Iterable[int]) -> list[Case]:
    """Return the cases with these keys, in their order, with what a line shows; each kind of child in one query."""
    return with_children(Case, keys, _CASES, _CHILDREN)


def with_children(model: Any, keys: Iterable[int], subjects: Prepared, children: Mapping[str, Prepared]) -> list[Any]:
    """Return the subjects with these keys, in their order, and on each its children; those gone are left out.

    ``subjects`` and each of ``children``, by the name of the relation, take the ``keys`` of subjects.
    """
    wanted = list(keys)
    if not wanted:
        return []
    asked = filled(wanted)
    found = {one.pk: one for one in subjects(keys=asked)}
    for name, rows in children.items():
        _hang(model, name, rows(keys=asked), found)
    return [found[key] for key in wanted if key in found]


def _hang(model: Any, name: str, children: Iterable[Any], subjects: Mapping[int, Any]) -> None:
    """Hang children on their subjects as ``prefetch_related`` would."""
    relation: Any = model._meta.get_field(name)
    back: Any = relation.field
    of_subject: dict[int, list[Any]] = {}
    for child in children:
        key = getattr(child, back.attname)
        of_subject.setdefault(key, []).append(child)
        setattr(child, back.name, subjects[key])
    for key, subject in subjects.items():
        if not hasattr(subject, "_prefetched_objects_cache"):
            subject._prefetched_objects_cache = {}
        subject._prefetched_objects_cache[name] = holding(
            relation.related_model._default_manager, of_subject.get(key, [])
        )


def rows_of(cases: Sequence[Case], acting: Acting) -> list[Row]:
    """Return the lines of a page of cases that :func:`loaded` returned. Three queries for all of them."""
    if not cases:
        return []
    lights = lights_of([case.pk for case in cases], acting.at)
    know_places(cases, acting)
    before, after = reverse("case", args=["0"]).rsplit("0", 1)  # once: finding out an address is slow
    return [
        _row(case, lights.get(case.pk), acting, f"{before}{quote(case.number, safe=_AS_IT_IS)}{after}")
        for case in cases
    ]


def lights_of(keys: Sequence[int], at: datetime, subject_type: str = SUBJECT_TYPE) -> dict[int, Light]:
    """Return the most urgent running clock of each subject, by its key."""
    first: dict[int, Clock] = {}
    for clock in _RUNNING(kind=subject_type, keys=filled(keys)) if keys else ():
        first[clock.subject_id] = clock
    return {key: Light(lamp_of(clock, at), clock.due_at, left(clock.due_at, at)) for key, clock in first.items()
            if clock.due_at is not None}  # fmt: skip


def know_places(cases: Sequence[Any], acting: Acting) -> None:
    """Tell ``acting`` what lies above the places of these cases, in two queries for all."""
    places = {case.area_id for case in cases} - {None}
    if not places:
        return
    links = _LINKS(areas=filled(sorted(places)))
    areas = {area.pk: area for area in _AREAS(keys=filled(sorted({ancestor for _place, ancestor in links})))}
    paths: dict[int, list[Any]] = {}
    for place, ancestor in links:
        paths.setdefault(place, []).append(areas[ancestor])
    for path in paths.values():
        acting.know_path(tuple(path))


def place_of(subject: Any, acting: Acting) -> list[Area]:
    """Return the areas that tell people where something is: street, community, grid. Grids alone share their names."""
    path = acting.path(subject.area_id)
    return [area for area in path if area.level in (Level.STREET, Level.COMMUNITY, Level.GRID)] or list(path[-1:])


def _row(case: Case, light: Light | None, acting: Acting, url: str) -> Row:
    possible = {row.name: row for row, refusal in choices(case, acting) if refusal is None}
    name = forward(case, possible, acting)
    order = case.open_supervision()
    return Row(
        case, light, [button_for(row, case) for row in possible.values()],
        number=case.number, version=case.version,
        url=url, peek_url=url + _below("case_peek"),
        category=case.category.label, description=case.description, address=case.address,
        where=" › ".join(area.label for area in place_of(case, acting)[-2:]),
        state=str(State(case.state).label), whose=_whose(case),
        button=button_for(possible[name], case) if name else None,
        button_url=url + _below("case_move", name) if name else "",
        order="" if order is None else "late" if order.due_at < acting.at else "open",
        returned=case.returned, rework_count=case.rework_count, urge_count=case.urge_count,
    )  # fmt: skip


@cache
def _below(name: str, *more: str) -> str:
    """Return what the address of a page of a case has after the address of the case: asked for often, and slow."""
    return reverse(name, args=["0", *more]).removeprefix(reverse("case", args=["0"]))


def _whose(case: Case) -> str:
    if case.handler:
        return str(case.handler)
    if case.lead_department:
        return str(case.lead_department.label)
    return " / ".join(str(role.label) for role in LIFECYCLES[Case].turn_of(case))


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
