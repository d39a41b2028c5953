"""Pages of councils: the list of matters, a new proposal, and one matter with what can be done about it."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.councils.models import CouncilMatter
from cases.councils.services import LEVELS, LONGEST, propose
from cases.councils.states import OPEN
from cases.councils.table import COUNCIL_MATTER
from cases.evidence.models import Evidence
from cases.journal.models import Event
from cases.web.events import told
from cases.web.forms import InputForm
from cases.web.moves import Refused, done, laid_out, make
from cases.web.page import not_found
from cases.web.reader import acting_of, for_right
from cases.workflow.inputs import clean
from cases.workflow.people import Acting
from cases.workflow.table import Input
from citygrid.accounts.permissions import Perm
from citygrid.common.errors import Refusal
from citygrid.common.worklists import Waiting
from gridmap.areas.models import Area, AreaLink

PAGE, AT_HOME, LONGEST_TIMELINE = 30, 5, 100
JOINS = ("area", "case", "recorded_by")
TABS = (("mine", _("Waiting for me")), ("open", _("Open")), ("all", _("All")))
# The move that carries a matter on: the first possible one lies open.
FORWARD = ("put_on_agenda", "hold_meeting", "resolve", "link_whistle", "publish")
PROPOSAL = (
    Input("area", _("community or street")),
    Input("title", _("title"), longest=LONGEST["title"]),
    Input("description", _("what the residents propose")),
    Input("proposed_by", _("who proposes it, without names"), required=False, longest=LONGEST["proposed_by"],
          help=_("Such as: residents of house 12.")),
)  # fmt: skip
for_councils = for_right(Perm.COUNCIL_VIEW)


@for_councils
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """List matters: those that wait for the person first."""
    acting = acting_of(request)
    seen = CouncilMatter.objects.visible_to(acting.user, acting.at)
    tab = request.GET.get("tab", "mine")
    tab = tab if tab in dict(TABS) else "mine"
    found = {"mine": seen.waiting_for(acting), "open": seen.filter(state__in=OPEN), "all": seen}[tab]
    page: Page[Any] = Paginator(found.select_related(*JOINS).order_by("-proposed_at", "-pk"), PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "tabs": [(key, label, key == tab) for key, label in TABS], "page": page, "matters": list(page),
        "may_propose": may_propose(acting),
    }  # fmt: skip
    return render(request, "cases/councils/listed.html", context)


def may_propose(acting: Acting) -> bool:
    """Whether one of the posts takes proposals."""
    return any(acting.holds_role(role) for role in COUNCIL_MATTER["propose"].roles)


@for_councils
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Take a proposal. A refusal answers the page with what was typed."""
    acting = acting_of(request)
    sent: dict[str, Any] = {"data": request.POST} if request.method == "POST" else {}
    form = InputForm(PROPOSAL, None, acting, name="propose", **sent)
    places = _places(acting)
    form.fields["area"] = forms.ChoiceField(choices=[(one.code, one.label) for one in places], label=_("Council of"))
    status = 200
    if sent:
        try:
            given = clean(PROPOSAL, form.given(), by=acting.user, at=acting.at)
            area = next((one for one in places if one.code == given["area"]), None)
            if area is None:
                raise not_found()
            made = propose(
                area=area, title=given["title"], proposal=given["description"],
                proposed_by=given["proposed_by"] or "", by=acting.user, at=acting.at,
                client_request_id=request.POST.get("client_request_id", "")[:64],
            )  # fmt: skip
            return redirect("council_matter", made.number)
        except Refusal as refusal:
            form.refuse(refusal)
            status = refusal.status
    context = {"form": form, "client_request_id": request.POST.get("client_request_id") or uuid.uuid4().hex}
    return render(request, "cases/councils/new.html", context, status=status)


def _places(acting: Acting) -> list[Area]:
    """Return the communities and streets whose councils the person writes down."""
    roots = acting.places(*COUNCIL_MATTER["propose"].roles)
    below = AreaLink.objects.filter(ancestor__in=roots).values("descendant")
    return list(Area.objects.in_force(acting.at).filter(pk__in=below, level__in=LEVELS).order_by("code"))


@for_councils
@require_GET
def show(request: HttpRequest, number: str) -> HttpResponse:
    """Show a matter and what the person can do."""
    return _page(request, number)


@for_councils
@require_POST
def move(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Make a move. A refusal answers the page with what was typed."""
    made = make(request, _find(acting_of(request), number), name)
    if isinstance(made, Refused):
        return _page(request, number, refused=made, status=made.status)
    return done(request, made, name, reverse("council_matter", args=[number]))


def waiting(request: HttpRequest) -> Waiting | None:
    """Return the matters that wait for the person, for the first page."""
    acting = acting_of(request)
    if not may_propose(acting):
        return None
    mine = CouncilMatter.objects.visible_to(acting.user, acting.at).waiting_for(acting).select_related("area")
    return Waiting(
        mine.count(), "cases/councils/home.html", {"matters": mine.order_by("proposed_at", "pk")[:AT_HOME]},
        styles=("cases/cases.css",),
    )  # fmt: skip


def _find(acting: Acting, number: str) -> CouncilMatter:
    seen = CouncilMatter.objects.visible_to(acting.user, acting.at).select_related(*JOINS)
    found: CouncilMatter | None = seen.filter(number=number).first()
    if found is None:
        raise not_found()
    return found


def _page(request: HttpRequest, number: str, *, refused: Refused | None = None, status: int = 200) -> HttpResponse:
    acting = acting_of(request)
    matter = _find(acting, number)
    possible, closed_off = laid_out(matter, acting, refused, FORWARD)
    context = {
        "matter": matter, "turn": COUNCIL_MATTER.turn_of(matter), "offers": possible, "closed_off": closed_off,
        "refused": refused, "changes": told(refused.changes, "council_matter") if refused else [],
        "pieces": Evidence.objects.of_holder(matter),
        "timeline": told(Event.objects.of(matter).order_by("-at", "-pk")[:LONGEST_TIMELINE], "council_matter"),
        "sees_cases": acting.holds(Perm.CASE_VIEW), "sees_whistles": acting.holds(Perm.WHISTLE_VIEW),
    }  # fmt: skip
    return render(request, "cases/councils/matter.html", context, status=status)
