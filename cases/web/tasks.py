"""Field tasks of a grid worker: cards by urgency, and the page on which one is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from cases.casework.models import Case
from cases.deadlines.lamps import Lamp
from cases.evidence.rounds import pair_of, rounds_of
from cases.fieldwork.models import FieldTask
from cases.web.moves import Refused, done, make, offers, parted
from cases.web.page import not_found
from cases.web.reader import acting_of, for_casework
from cases.web.rows import know_places
from cases.web.whole import map_config
from cases.web.words import left
from cases.workflow.people import Acting

JOINS = ("case__category", "case__condition", "case__area_version", "area", "assignee")
WARN_SHARE = 0.8  # of the time given, as with the lamps of cases


@dataclass(frozen=True, slots=True)
class Card:
    """A task with its lamp and what remains."""

    task: FieldTask
    lamp: str
    left: str

    @property
    def case_id(self) -> int | None:
        """The key of the case it is about."""
        return self.task.case_id


def waiting_tasks(acting: Acting) -> Any:
    """Return the tasks that wait for this person, the most urgent first."""
    mine = FieldTask.objects.waiting().filter(assignee=acting.user.pk)
    return mine.select_related("case__category", "area").order_by("due_at", "pk")


def cards_of(tasks: Any, acting: Acting) -> list[Card]:
    """Return the tasks as cards."""
    return [_card(task, acting) for task in tasks]


@for_casework
@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a task: what to look for, the picture to compare with, and the answer."""
    return _page(request, pk)


@for_casework
@require_POST
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Accept, hand over or answer the task. A refusal answers the page with what was typed."""
    acting = acting_of(request)
    task = _find(acting, pk)
    made = make(request, task, name)
    if isinstance(made, Refused):
        return _page(request, pk, refused=made, status=made.status)
    return done(request, made, name, reverse("home"))


def _find(acting: Acting, pk: int) -> FieldTask:
    visible = FieldTask.objects.visible_to(acting.user, acting.at).select_related(*JOINS)
    found: FieldTask | None = visible.filter(pk=pk).first()
    if found is None:
        raise not_found()
    return found


def _card(task: FieldTask, acting: Acting) -> Card:
    if task.due_at is None:
        return Card(task, Lamp.GREEN, "")
    used = (acting.at - task.assigned_at) / (task.due_at - task.assigned_at)
    lamp = Lamp.RED if used > 1 else Lamp.YELLOW if used > WARN_SHARE else Lamp.GREEN
    return Card(task, lamp, left(task.due_at, acting.at))


def _page(request: HttpRequest, pk: int, *, refused: Refused | None = None, status: int = 200) -> HttpResponse:
    acting = acting_of(request)
    task = _find(acting, pk)
    case: Case | None = task.case
    know_places([task], acting)
    made = {offer.row.name: offer for offer in offers(task, acting)}
    if refused:
        made[refused.offer.row.name] = refused.offer
    answer = made.pop("complete", None)
    possible, closed_off = parted(list(made.values()))
    before, after = pair_of(rounds_of(case)) if case else (None, None)
    context = {
        "task": task, "case": case, "card": _card(task, acting), "answer": answer,
        "offers": possible, "closed_off": closed_off, "before": before, "after": after, "refused": refused,
        "sees_case": case is not None and Case.objects.visible_to(acting.user, acting.at).filter(pk=case.pk).exists(),
        "map": map_config(case) if case else None, "mine": task.assignee_id == request.user.pk,
    }  # fmt: skip
    return render(request, "cases/tasks/task.html", context, status=status)
