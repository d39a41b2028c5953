"""The list of cases by queue, and what waits for a person on the first page."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.approvals.models import Approval
from cases.casework.models import Case
from cases.casework.month import month_of
from cases.web.filters import CaseFilter
from cases.web.maps import ground, own_places
from cases.web.reader import acting_of, for_casework, may_report, works_on_cases
from cases.web.rows import Button, Row, loaded, rows_of
from cases.web.tabs import chosen, tabs_for
from cases.web.tasks import cards_of, waiting_tasks
from cases.workflow.people import Acting
from citygrid.accounts.roles import Role
from citygrid.common.worklists import Waiting

PAGE = 50
VIEWS = ("list", "map")
AT_HOME = 20
DESKS = (Role.ACCEPTOR, Role.SHIFT_LEADER, Role.DISPATCHER)


@for_casework
def listed(request: HttpRequest) -> HttpResponse:
    """List a queue, narrowed by what was asked for."""
    acting = acting_of(request)
    tabs = tabs_for(acting)
    form = CaseFilter(request.GET, acting=acting)
    tab = chosen(tabs, request.GET.get("tab", "all" if form.narrows else ""))
    found = form.narrow(tab.keep(Case.objects.visible_to(acting.user, acting.at)))
    newest = found.order_by("-reported_at", "-id").values_list("pk", flat=True)
    ordered: Any = found.most_urgent_first() if tab.urgent else newest
    paginator = Paginator(ordered, PAGE)
    if tab.count is not None and not form.narrows:
        paginator.count = tab.count  # the same cases, and they were counted for the tab
    page: Page[Any] = paginator.get_page(request.GET.get("page"))
    rows = rows_of(loaded(page), acting)
    view = _view(request, acting)
    context = {
        "view": view, "map": _map(rows, acting) if view == "map" else None,
        "tabs": tabs, "tab": tab, "form": form, "page": page, "rows": rows, "bulk": bulk_moves(rows),
        "may_report": may_report(acting), "requests": Approval.objects.waiting_for(acting).count(),
        "here": request.get_full_path(),
    }  # fmt: skip
    return render(request, "cases/worklist/listed.html", context)


def _view(request: HttpRequest, acting: Acting) -> str:
    """Return how the list is shown, as it was chosen last; desks of the centres have the map beside it."""
    asked = request.GET.get("view")
    if asked in VIEWS:
        request.session["cases_view"] = asked
    desk = any(acting.holds_role(role) for role in DESKS)
    chosen_view: str = request.session.get("cases_view", "map" if desk else "list")
    return chosen_view


def _map(rows: list[Row], acting: Acting) -> dict[str, Any]:
    """Return what the map module needs: the cases of the page (lon/lat in degrees) with their lamps."""
    return own_places(acting) | ground() | {
        "cases": [
            {"number": row.number, "at": [row.case.geom.y, row.case.geom.x], "name": row.category,
             "lamp": row.light.lamp if row.light else ""}
            for row in rows
        ],
    }  # fmt: skip


def bulk_moves(rows: list[Row]) -> list[Button]:
    """Return the moves that can be made on several of these cases at once: those that need nothing but an opinion."""
    found: dict[str, Button] = {}
    for row in rows:
        for button in row.moves:
            if button.at_once and button.name not in found:
                found[button.name] = button
    return list(found.values())


def waiting(request: HttpRequest) -> Waiting | None:
    """Return what waits for the person, for the first page; ``None`` for who has nothing to do with cases."""
    acting = acting_of(request)
    if not works_on_cases(acting):
        return None
    tasks = cards_of(waiting_tasks(acting), acting)
    mine = (
        Case.objects.visible_to(acting.user, acting.at).waiting_for(acting).exclude(pk__in=[c.case_id for c in tasks])
    )
    ordered: Any = mine.most_urgent_first()
    page: Page[Any] = Paginator(ordered, AT_HOME).get_page(1)
    requests = Approval.objects.waiting_for(acting).count()
    context = {
        "rows": rows_of(loaded(page), acting), "page": page, "tasks": tasks, "requests": requests,
        "may_report": may_report(acting), "here": request.get_full_path(),
        "month": month_of(acting.user, acting.at) if acting.holds_role(Role.GRID_WORKER) else None,
    }  # fmt: skip
    return Waiting(
        page.paginator.count + len(tasks) + requests, "cases/worklist/home.html", context,
        styles=("cases/cases.css",), modules=("cases/distance.js",),
    )  # fmt: skip
