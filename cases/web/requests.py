"""The approvals inbox: requests that wait for the person's decision, and those asked by the person's own side."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from cases.approvals.models import Approval
from cases.web.moves import Refused, done, make, offers, parted
from cases.web.page import not_found
from cases.web.reader import acting_of, for_casework
from cases.web.rows import know_places, lights_of
from cases.workflow.people import Acting
from citygrid.accounts.roles import Role

PAGE = 30
JOINS = ("case__category", "ticket__unit", "area", "department", "requested_by", "decided_by")
TABS = (("mine", _("To decide")), ("open", _("Not decided yet")), ("own", _("Asked by me")), ("all", _("All")))


@for_casework
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """List requests; the oldest waiting first."""
    return _page(request)


@for_casework
@require_POST
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Approve, refuse or withdraw. A refusal answers the list with what was typed."""
    acting = acting_of(request)
    found = Approval.objects.visible_to(acting.user, acting.at).select_related(*JOINS).filter(pk=pk).first()
    if found is None:
        raise not_found()
    made = make(request, found, name)
    if isinstance(made, Refused):
        return _page(request, refused=(found, made), status=made.status)
    return done(request, made, name, reverse("requests"))


def _page(request: HttpRequest, *, refused: Any = None, status: int = 200) -> HttpResponse:
    acting = acting_of(request)
    tab = request.GET.get("tab", "mine")
    tab = tab if tab in dict(TABS) else "mine"
    found = _listed(tab, acting).select_related(*JOINS)
    page: Page[Any] = Paginator(found, PAGE).get_page(request.GET.get("page"))
    asked = list(page)
    lights = lights_of([one.case_id for one in asked if one.case_id is not None], acting.at)
    know_places(asked, acting)
    context = {
        "tabs": TABS, "tab": tab, "page": page, "refused": refused[1] if refused else None,
        "refused_about": refused[0] if refused else None, "here": request.get_full_path(),
        "rows": [
            {"asked": one, "light": lights.get(one.case_id or 0), "steps": _steps(one)} | _offers(one, acting, refused)
            for one in asked
        ],
    }  # fmt: skip
    return render(request, "cases/requests/inbox.html", context, status=status)


def _listed(tab: str, acting: Acting) -> Any:
    visible = Approval.objects.visible_to(acting.user, acting.at)
    if tab == "mine":
        return visible.waiting_for(acting).order_by("requested_at", "pk")
    if tab == "open":
        return visible.waiting().order_by("requested_at", "pk")
    if tab == "own":
        visible = visible.filter(requested_by=acting.user.pk)
    return visible.order_by("-requested_at", "-pk")


def _offers(one: Approval, acting: Acting, refused: Any) -> dict[str, Any]:
    found, closed_off = parted(offers(one, acting))
    for offer in found:
        offer.first = offer.row.name == "approve"
    if refused and refused[0].pk == one.pk:
        typed = refused[1].offer
        found = [typed, *(offer for offer in found if offer.row.name != typed.row.name)]
    return {"offers": found, "closed_off": closed_off}


def _steps(one: Approval) -> list[tuple[Any, bool]]:
    return [(Role(role).label, number < one.step) for number, role in enumerate(one.steps)]
