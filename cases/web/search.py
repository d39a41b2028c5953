"""The search in every page's header: a case or ticket by its number, else what the words may mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from cases.casework.models import Case
from cases.casework.words import numbered, worded
from cases.hotline.models import Ticket
from cases.hotline.words import worded as tickets_worded
from cases.web.hotline import rows as ticket_rows
from cases.web.reader import acting_of, works_on_cases, works_on_tickets
from cases.web.rows import loaded, rows_of
from cases.workflow.people import Acting
from citygrid.accounts.permissions import Perm
from gridmap.areas import browse
from gridmap.areas.models import Area
from gridmap.posts.rights import require

AT_MOST = 10  # of each kind; the whole lists are one click away


class Asked(forms.Form):
    """The query string."""

    q = forms.CharField(label=_("Search"), max_length=100, required=False)


@dataclass(frozen=True, slots=True)
class Found:
    """The first things of one kind, and how many there are."""

    rows: list[Any]
    count: int


@login_required
def search(request: HttpRequest) -> HttpResponse:
    """Go to the case or ticket with that number; otherwise show what was found, as far as the person may see it."""
    acting = acting_of(request)
    on_cases, on_tickets = works_on_cases(acting), works_on_tickets(acting)
    on_areas = acting.holds(Perm.AREA_VIEW)
    if not on_cases and not on_tickets:
        require(request.user, Perm.AREA_VIEW)
    form = Asked(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    if on_cases and text and (number := _exactly(text, acting)):
        return redirect("case", number)
    if on_tickets and text and (number := _exactly_a_ticket(text, acting)):
        return redirect("ticket", number)
    context = {
        "form": form, "text": text, "here": request.get_full_path(),
        "cases": _cases(text, acting) if on_cases and text else None,
        "tickets": _tickets(text, acting) if on_tickets and text else None,
        "areas": _areas(text, acting) if on_areas and text else None,
    }  # fmt: skip
    return render(request, "cases/search/page.html", context)


def _exactly(text: str, acting: Acting) -> str:
    """Return the number of the one case that has this number, here or in an older system; else nothing."""
    visible = numbered(Case.objects.visible_to(acting.user, acting.at), text)
    found = list(visible.values_list("number", flat=True)[:2])
    return found[0] if len(found) == 1 else ""


def _cases(text: str, acting: Acting) -> Found:
    cases = worded(Case.objects.visible_to(acting.user, acting.at), text)
    keys = list(cases.order_by("-reported_at", "-id").values_list("pk", flat=True)[: AT_MOST + 1])
    count = cases.count() if len(keys) > AT_MOST else len(keys)
    return Found(rows_of(loaded(keys[:AT_MOST]), acting) if keys else [], count)


def _exactly_a_ticket(text: str, acting: Acting) -> str:
    seen = Ticket.objects.visible_to(acting.user, acting.at).filter(number=text.upper())
    return str(seen.values_list("number", flat=True).first() or "")


def _tickets(text: str, acting: Acting) -> Found:
    tickets = tickets_worded(Ticket.objects.visible_to(acting.user, acting.at), text, acting)
    keys = list(tickets.order_by("-received_at", "-pk").values_list("pk", flat=True)[: AT_MOST + 1])
    count = tickets.count() if len(keys) > AT_MOST else len(keys)
    return Found(ticket_rows.rows_of(ticket_rows.loaded(keys[:AT_MOST]), acting) if keys else [], count)


def _areas(text: str, acting: Acting) -> Found:
    areas = browse.named(Area.objects.visible_to(acting.user, acting.at).in_force(acting.at), text)
    rows = list(areas[: AT_MOST + 1])
    return Found(rows[:AT_MOST], areas.count() if len(rows) > AT_MOST else len(rows))
