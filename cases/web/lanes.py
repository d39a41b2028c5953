"""Pages of lanes, phone first: a steward's lanes and points, a walk with the checklist, and what the street reads."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.evaluation.periods import of_month
from cases.evidence.models import Evidence
from cases.stewards.checklist import ChecklistItem
from cases.stewards.models import Lane, LaneWalk
from cases.stewards.services import Found, points_of, record_walk
from cases.stewards.states import Finding
from cases.stewards.table import LANE_WALK
from cases.web.forms import InputForm
from cases.web.moves import Refused, done, laid_out, make
from cases.web.page import not_found
from cases.web.reader import acting_of, for_right
from cases.workflow.inputs import clean
from cases.workflow.people import Acting
from cases.workflow.table import Input, InputType
from citygrid.accounts.permissions import Perm
from citygrid.common.errors import Refusal
from citygrid.common.worklists import Waiting

PAGE, AT_HOME = 30, 5
JOINS = ("lane", "area", "steward")
PLACE = (
    Input("position", gettext_lazy("position"), InputType.POINT,
          help=gettext_lazy("Where you stand, from the phone or the map.")),
    Input("accuracy", gettext_lazy("accuracy in metres"), InputType.NUMBER, required=False),
    Input("photos", gettext_lazy("photos"), InputType.EVIDENCE, required=False, many=True),
    Input("note", gettext_lazy("note"), required=False),
    Input("far_reason", gettext_lazy("why so far from the lane"), required=False),
)  # fmt: skip
for_lanes = for_right(Perm.LANE_VIEW, Perm.LANE_WALK)


@dataclass(frozen=True, slots=True)
class Ticked:
    """An entry of the checklist as the form shows it."""

    item: ChecklistItem
    finding: str
    note: str
    errors: list[str]


@for_lanes
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """List the person's lanes with the points of this month, and the walks, the latest first."""
    acting = acting_of(request)
    walks = LaneWalk.objects.visible_to(acting.user, acting.at).select_related(*JOINS)
    page: Page[Any] = Paginator(walks.order_by("-walked_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    own = Lane.objects.walked_by(acting.user, acting.at).select_related("area")
    since, now = of_month(localdate(acting.at)).start, acting.at + timedelta(seconds=1)
    context = {
        "own": own, "walks_lanes": acting.holds(Perm.LANE_WALK), "page": page, "walks": list(page),
        "keeps_lanes": acting.holds(Perm.LANE_MANAGE),
        "points": points_of(acting.user, since=since, until=now),
        "lanes": Lane.objects.visible_to(acting.user, acting.at).count(),
    }  # fmt: skip
    return render(request, "cases/lanes/listed.html", context)


@for_lanes
@require_http_methods(["GET", "POST"])
def walk(request: HttpRequest, code: str) -> HttpResponse:
    """Show the checklist of a lane, or record a walk. A refusal answers the page with all that was ticked."""
    acting = acting_of(request)
    lane = Lane.objects.walked_by(acting.user, acting.at).select_related("area").filter(code=code).first()
    if lane is None:
        raise not_found()
    sent: dict[str, Any] = {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}
    form = InputForm(PLACE, None, acting, name="walk", **sent)
    items = list(ChecklistItem.objects.in_force(acting.at))
    faults: dict[str, list[str]] = {}
    status = 200
    if sent:
        try:
            return _record(request, form, lane, items, acting)
        except Refusal as refusal:
            form.refuse(refusal)
            faults, status = dict(getattr(refusal, "fields", {})), refusal.status
    ticked = [
        Ticked(item, request.POST.get(item.code, "" if sent else Finding.OK), request.POST.get(f"{item.code}_note", ""),
               faults.get(item.code, []))
        for item in items
    ]  # fmt: skip
    context = {
        "lane": lane, "form": form, "ticked": ticked, "findings": Finding.choices,
        "client_request_id": request.POST.get("client_request_id") or uuid.uuid4().hex,
    }  # fmt: skip
    return render(request, "cases/lanes/walk.html", context, status=status)


def _record(
    request: HttpRequest, form: InputForm, lane: Lane, items: list[ChecklistItem], acting: Acting
) -> HttpResponse:
    given = clean(PLACE, form.given(), by=acting.user, at=acting.at)
    found = [
        Found(item.code, request.POST.get(item.code, ""), request.POST.get(f"{item.code}_note", "")) for item in items
    ]
    made = record_walk(
        lane=lane, findings=found, lon=given["position"].x, lat=given["position"].y, by=acting.user, at=acting.at,
        accuracy_m=None if given["accuracy"] is None else max(0, int(given["accuracy"])),
        far_reason=given["far_reason"] or "", note=given["note"] or "", photos=given["photos"],
        client_request_id=request.POST.get("client_request_id", "")[:64],
    )  # fmt: skip
    messages.success(request, _("Your walk through %(lane)s is on record. Thank you.") % {"lane": lane.label})
    return redirect("lane_walk", made.pk)


@for_lanes
@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a walk with what was found, and what the person can do."""
    return _page(request, pk)


@for_lanes
@require_POST
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Make a move. A refusal answers the page with what was typed."""
    made = make(request, _find(acting_of(request), pk), name)
    if isinstance(made, Refused):
        return _page(request, pk, refused=made, status=made.status)
    return done(request, made, name, reverse("lane_walk", args=[pk]))


def waiting(request: HttpRequest) -> Waiting | None:
    """Return a steward's lanes, or the walks that the street has to read, for the first page."""
    acting = acting_of(request)
    if not (acting.holds(Perm.LANE_WALK) or acting.holds(Perm.LANE_MANAGE)):
        return None
    unread = LaneWalk.objects.visible_to(acting.user, acting.at).waiting_for(acting).select_related(*JOINS)
    own = list(Lane.objects.walked_by(acting.user, acting.at).select_related("area"))
    context = {"own": own, "walks": unread.order_by("walked_at", "pk")[:AT_HOME]}
    return Waiting(len(own) + unread.count(), "cases/lanes/home.html", context, styles=("cases/cases.css",))


def _find(acting: Acting, pk: int) -> LaneWalk:
    seen = LaneWalk.objects.visible_to(acting.user, acting.at).select_related(*JOINS)
    found: LaneWalk | None = seen.filter(pk=pk).first()
    if found is None:
        raise not_found()
    return found


def _page(request: HttpRequest, pk: int, *, refused: Refused | None = None, status: int = 200) -> HttpResponse:
    acting = acting_of(request)
    one = _find(acting, pk)
    possible, closed_off = laid_out(one, acting, refused, ("read",))
    context = {
        "one": one, "turn": LANE_WALK.turn_of(one), "offers": possible, "closed_off": closed_off, "refused": refused,
        "findings": one.findings.select_related("item", "case").order_by("item__position"),
        "pieces": Evidence.objects.of_holder(one), "sees_cases": acting.holds(Perm.CASE_VIEW),
    }  # fmt: skip
    return render(request, "cases/lanes/one.html", context, status=status)
