"""The page of one case: the same for all; what one may do differs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases.casework.models import Case
from cases.deadlines.explain import ledger
from cases.deadlines.models import Clock
from cases.web.asking import asked_by
from cases.web.moves import Refused, done, make, safe_way
from cases.web.reader import acting_of, for_casework
from cases.web.whole import context_of, whole
from cases.workflow.people import Acting
from citygrid.common.errors import NotFound


@for_casework
@require_GET
def show(request: HttpRequest, number: str) -> HttpResponse:
    """Show a case; ``?move=`` opens the form of a move."""
    return _page(request, number)


@for_casework
@require_GET
def peek(request: HttpRequest, number: str) -> HttpResponse:
    """Answer the moves and the most needed facts of a case, as a part of the list; its moves lead back there."""
    acting = acting_of(request)
    context = context_of(find(acting, number), acting) | {"next": safe_way(request)}
    return render(request, "cases/page/peek.html", context)


@for_casework
@require_POST
def move(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Make a move. A refusal answers the page with what was typed, and what changed since."""
    acting = acting_of(request)
    made = make(request, find(acting, number), name)
    if isinstance(made, Refused):
        return _page(request, number, refused=made, status=made.status)
    still_seen = Case.objects.visible_to(acting.user, acting.at).filter(pk=made.pk).exists()
    return done(request, made, name, reverse("case", args=[number]) if still_seen else reverse("cases"))


@for_casework
@require_POST
def ask_for(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """Ask for a return, an extension, a suspension or a cancellation, or appeal against a timeout."""
    asked = asked_by(request, find(acting_of(request), number), kind)
    return redirect("case", number) if asked is None else _page(request, number, asked=asked, status=asked[2].status)


@for_casework
@require_GET
def explain(request: HttpRequest, number: str, clock_id: int) -> HttpResponse:
    """Answer the arithmetic of a deadline, line by line, as a part of the page."""
    return explained(request, find(acting_of(request), number), clock_id, reverse("case", args=[number]))


def explained(request: HttpRequest, subject: Any, clock_id: int, back: str) -> HttpResponse:
    """Answer the arithmetic of a clock of ``subject``, as a part of its page or as a page that leads ``back``."""
    clock = Clock.objects.of(subject).filter(pk=clock_id).first()
    if clock is None:
        raise not_found()
    whole_page = not request.headers.get("HX-Request")
    template = "cases/page/explained.html" if whole_page else "cases/page/explain.html"
    return render(request, template, {"lines": ledger(clock), "subject": subject, "back": back})


def find(acting: Acting, number: str) -> Case:
    """Return the case with all that hangs on it. Raises ``NotFound``."""
    found: Case | None = whole(Case.objects.visible_to(acting.user, acting.at)).filter(number=number).first()
    if found is None:
        raise not_found()
    return found


def not_found() -> NotFound:
    """Return the refusal that never tells whether there is such a thing."""
    return NotFound(_("There is nothing here, or it is not yours to see."))


def _page(
    request: HttpRequest, number: str, *, refused: Refused | None = None, asked: Any = None, status: int = 200
) -> HttpResponse:
    acting = acting_of(request)
    context = context_of(
        find(acting, number), acting, chosen=request.GET.get("move", ""), show=request.GET.get("show", ""),
        target=request.GET.get("target", "")[:32], refused=refused, asked=asked,
    ) | {"next": safe_way(request)}  # fmt: skip
    return render(request, "cases/page/case.html", context, status=status)
