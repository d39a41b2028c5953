"""The list of tickets by queue, and what waits for a person on the first page."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cases.approvals.models import Approval
from cases.hotline.models import Ticket
from cases.web.hotline.filters import TicketFilter
from cases.web.hotline.rows import loaded, rows_of
from cases.web.hotline.tabs import tabs_for
from cases.web.reader import acting_of, for_hotline, works_on_cases, works_on_tickets
from cases.web.tabs import chosen
from citygrid.accounts.permissions import Perm
from citygrid.common.worklists import Waiting

PAGE, AT_HOME = 50, 15


@for_hotline
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """List a queue, narrowed by what was asked for."""
    acting = acting_of(request)
    tabs = tabs_for(acting)
    form = TicketFilter(request.GET, acting=acting)
    tab = chosen(tabs, request.GET.get("tab", "all" if form.narrows else ""))
    found = form.narrow(tab.keep(Ticket.objects.visible_to(acting.user, acting.at)))
    newest = found.order_by("-received_at", "-pk").values_list("pk", flat=True)
    ordered: Any = found.most_urgent_first() if tab.urgent else newest
    page: Page[Any] = Paginator(ordered, PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": tabs, "tab": tab, "form": form, "page": page, "rows": rows_of(loaded(page), acting),
        "supervises": acting.holds(Perm.UNIT_SUPERVISE), "here": request.get_full_path(),
    }  # fmt: skip
    return render(request, "cases/hotline/listed.html", context)


def waiting(request: HttpRequest) -> Waiting | None:
    """Return the tickets that wait for the person, for the first page; ``None`` for who has nothing to do with any."""
    acting = acting_of(request)
    if not works_on_tickets(acting):
        return None
    mine: Any = Ticket.objects.visible_to(acting.user, acting.at).waiting_for(acting).most_urgent_first()
    page: Page[Any] = Paginator(mine, AT_HOME).get_page(1)
    # Whoever works on cases is told of requests there.
    requests = 0 if works_on_cases(acting) else Approval.objects.waiting_for(acting).count()
    context = {
        "rows": rows_of(loaded(page), acting), "page": page, "requests": requests, "here": request.get_full_path(),
    }  # fmt: skip
    return Waiting(
        page.paginator.count + requests, "cases/hotline/home.html", context,
        styles=("cases/cases.css", "cases/hotline.css"),
    )  # fmt: skip
