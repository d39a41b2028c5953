"""Cases in any state with anything hanging on them, thrown by dice: for questions whose answer must hold for all."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from django.contrib.gis.geos import Point

from cases.casework.models import Case, CoDepartment, Round, Supervision
from cases.casework.states import OPEN, TERMINAL, State
from cases.casework.urgency import SUBJECT_TYPE
from cases.catalogue.models import Category
from cases.deadlines.models import Clock
from cases.fieldwork.models import FieldTask
from cases.fieldwork.states import TaskKind, TaskState, Verdict
from gridmap.areas.models import Area
from gridmap.departments.models import Department


def throw(count: int, *, seed: int, category: Category, people: dict[str, Any], at: datetime) -> list[Case]:
    """Write so many cases past the engine, each with a few children; not every one could come about by moves."""
    dice = random.Random(seed)
    areas = list(Area.objects.filter(level__in=["community", "grid"]).order_by("code"))
    departments = list(Department.objects.order_by("code"))
    rows = [_case(number, dice, category, areas, departments, people, at) for number in range(count)]
    made: list[Case] = Case.objects.bulk_create(rows)
    for case in made:
        _children(case, dice, departments, people, at)
    return made


def _case(
    number: int, dice: random.Random, category: Category, areas: list[Area], departments: list[Department],
    people: dict[str, Any], at: datetime,
) -> Case:  # fmt: skip
    state = dice.choice([*OPEN, *OPEN, *sorted(TERMINAL - {State.MERGED})])
    return Case(
        number=f"FD20260302{number:04}", state=state, source="citizen", category=category, description="垃圾",
        geom=Point(120.205, 27.335, srid=4326), area=dice.choice(areas), reported_at=at - timedelta(hours=number),
        reporter=dice.choice(list(people.values())), lead_department=dice.choice([*departments, None]),
        handler=dice.choice([None, people["handler"], people["clerk"]]), round_number=dice.randrange(3),
        rework_count=dice.randrange(2), closed_at=at if state in TERMINAL else None,
        whistle_number="CS20260302-1" if state == State.HANDLING and dice.random() < 0.2 else "",
    )  # fmt: skip


def _children(
    case: Case, dice: random.Random, departments: list[Department], people: dict[str, Any], at: datetime
) -> None:
    def now_and_then(share: float = 0.3) -> bool:
        return dice.random() < share

    def later() -> datetime:
        return at + timedelta(minutes=dice.randrange(-2000, 2000))

    for number in range(case.round_number):
        Round.objects.create(case=case, number=number + 1, department=dice.choice(departments), began_at=at)
    for department in dice.sample(departments, 2) if now_and_then() else []:
        done = {"done_at": at, "done_by": people["clerk"]} if now_and_then() else {}
        CoDepartment.objects.create(case=case, department=department, round_number=dice.randrange(3), **done)
    if now_and_then():
        Supervision.objects.create(
            case=case, order="x", ordered_by=people["manager"], ordered_at=at, due_at=later(),
            replied_at=at if now_and_then() else None,
        )  # fmt: skip
    if now_and_then():
        done = {"state": TaskState.DONE, "done_at": at, "verdict": Verdict.PASS} if now_and_then() else {}
        FieldTask.objects.create(
            case=case, area=case.area, kind=dice.choice([TaskKind.VERIFY, TaskKind.CHECK]), assigned_at=at,
            assignee=dice.choice([people["gw"], people["stranger_gw"]]), **done,
        )  # fmt: skip
    for kind in ("accept", "handle"):
        if now_and_then(0.6):
            due = later()
            Clock.objects.create(
                subject_type=SUBJECT_TYPE, subject_id=case.pk, kind=kind, started_at=at - timedelta(days=3),
                limit_value=1, limit_unit="work_hour", due_at=due, warn_at=due,
                paused_since=at if now_and_then(0.2) else None, stopped_at=at if now_and_then(0.2) else None,
            )  # fmt: skip
