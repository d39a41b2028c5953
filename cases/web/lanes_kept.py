"""Pages of who looks after which lane: the lanes of an area, a new one, and one lane, given and taken back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.stewards.lines import read_line
from cases.stewards.models import Lane, LaneClaim
from cases.stewards.services import LEVELS, LONGEST, add_lane, give_lane, retire_lane, stewards_of, take_lane
from cases.web.forms import InputForm
from cases.web.page import not_found
from cases.web.reader import acting_of, for_right
from cases.workflow.inputs import MAX_TEXT, clean
from cases.workflow.people import Acting
from cases.workflow.table import Input
from citygrid.accounts.permissions import Perm
from citygrid.common.errors import Invalid, Refusal
from gridmap.areas.models import Area, AreaLink

PAGE = 50
LANE = (
    Input("area", gettext_lazy("community or grid")),
    Input("code", gettext_lazy("code"), longest=LONGEST["code"],
          help=gettext_lazy("Capital letters, digits and hyphens, such as SQ-01.")),
    Input("name", gettext_lazy("name"), longest=LONGEST["name"]),
    Input("name_en", gettext_lazy("English name"), required=False, longest=LONGEST["name_en"]),
    Input("line", gettext_lazy("line"),
          help=gettext_lazy("Longitude and latitude (WGS 84) of the places along it: "
                            "120.20100,27.33500 120.20800,27.33500.")),
)  # fmt: skip
CARE = (Input("user", gettext_lazy("lane steward")),)
for_looking = for_right(Perm.LANE_VIEW)
for_keeping = for_right(Perm.LANE_MANAGE)


@for_looking
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """List the lanes of the person's areas with those who look after them."""
    acting = acting_of(request)
    page: Page[Any] = Paginator(_lanes(acting).order_by("code"), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "lanes": list(page), "may_keep": acting.holds(Perm.LANE_MANAGE)}
    return render(request, "cases/lanes/kept.html", context)


@for_keeping
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Enter a lane. A refusal answers the page with what was typed."""
    acting = acting_of(request)
    sent: dict[str, Any] = {"data": request.POST} if request.method == "POST" else {}
    form = InputForm(LANE, None, acting, name="lane", **sent)
    areas = _areas(acting)
    choices = [("", _("choose")), *((one.code, f"{one.code} {one.label}") for one in areas)]
    form.fields["area"] = forms.ChoiceField(choices=choices, label=_("Community or grid"))
    form.fields["line"].widget = forms.Textarea(attrs={"rows": 3, "maxlength": MAX_TEXT, "class": "cg-code"})
    status = 200
    if sent:
        try:
            lane = _entered(form, areas, acting)
            messages.success(request, _("%(lane)s is on record. Give it to a steward now.") % {"lane": lane.label})
            return redirect("lane", lane.code)
        except Refusal as refusal:
            form.refuse(refusal)
            status = refusal.status
    return render(request, "cases/lanes/new.html", {"form": form}, status=status)


def _entered(form: InputForm, areas: list[Area], acting: Acting) -> Lane:
    given = clean(LANE, form.given(), by=acting.user, at=acting.at)
    area = next((one for one in areas if one.code == given["area"]), None)
    if area is None:
        fault = _("Choose a community or grid of your own area.")
        raise Invalid(fault, fields={"area": [fault]})
    return add_lane(
        code=given["code"], name=given["name"], name_en=given["name_en"] or "", area=area,
        line=read_line(given["line"], acting.at), at=acting.at, by=acting.user,
    )  # fmt: skip


@for_looking
@require_GET
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Show a lane, who looks after it, and how that is changed."""
    return _page(request, code)


@for_keeping
@require_POST
def give(request: HttpRequest, code: str) -> HttpResponse:
    """Let a steward look after the lane."""
    acting = acting_of(request)
    lane = _find(acting, code)
    form = _care(lane, acting, request)
    try:
        given = clean(CARE, form.given(), by=acting.user, at=acting.at)
        steward = stewards_of(lane.area, acting.at).filter(username=given["user"]).first()
        if steward is None:
            fault = _("Choose one of the stewards of the place.")
            raise Invalid(fault, fields={"user": [fault]})
        give_lane(lane=lane, user=steward, at=acting.at, by=acting.user)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(request, code, form=form, status=refusal.status)
    messages.success(request, _("%(person)s looks after this lane from now on.") % {"person": steward.display_name})
    return redirect("lane", code)


@for_keeping
@require_POST
def take(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """End the care ``pk`` of the lane."""
    acting = acting_of(request)
    lane = _find(acting, code)
    claim = LaneClaim.objects.filter(lane=lane, pk=pk).select_related("user").first()
    if claim is None:
        raise not_found()
    try:
        take_lane(lane=lane, user=claim.user, at=acting.at, by=acting.user)
    except Refusal as refusal:
        return _page(request, code, refusal=refusal, status=refusal.status)
    messages.success(request, _("%(person)s looks after this lane no longer.") % {"person": claim.user.display_name})
    return redirect("lane", code)


@for_keeping
@require_POST
def retire(request: HttpRequest, code: str) -> HttpResponse:
    """Let the lane be walked no longer."""
    acting = acting_of(request)
    lane = _find(acting, code)
    try:
        retire_lane(lane=lane, at=acting.at, by=acting.user)
    except Refusal as refusal:
        return _page(request, code, refusal=refusal, status=refusal.status)
    messages.success(request, _("%(lane)s is walked no longer. Its walks stay on record.") % {"lane": lane.label})
    return redirect("lanes_kept")


def _lanes(acting: Acting) -> Any:
    team = LaneClaim.objects.in_force(acting.at).select_related("user").order_by("since", "pk")
    seen = Lane.objects.in_areas_of(acting.user, acting.at).filter(Q(retired_at=None) | Q(retired_at__gt=acting.at))
    return seen.select_related("area").prefetch_related(Prefetch("claims", team, to_attr="team"))


def _find(acting: Acting, code: str) -> Lane:
    found: Lane | None = _lanes(acting).filter(code=code).first()
    if found is None:
        raise not_found()
    return found


def _areas(acting: Acting) -> list[Area]:
    below = AreaLink.objects.filter(ancestor__in=acting.roots(Perm.LANE_MANAGE)).values("descendant")
    return list(Area.objects.in_force(acting.at).filter(pk__in=below, level__in=LEVELS).order_by("code"))


def _care(lane: Any, acting: Acting, request: HttpRequest | None = None) -> InputForm:
    form = InputForm(CARE, None, acting, name="care", data=request.POST if request else None)
    busy = {one.user_id for one in lane.team}
    free = [one for one in stewards_of(lane.area, acting.at).order_by("username") if one.pk not in busy]
    choices = [("", _("choose")), *((one.username, f"{one.display_name} ({one.username})") for one in free)]
    none = "" if free else _("Nobody else holds the post of a lane steward here.")
    form.fields["user"] = forms.ChoiceField(choices=choices, label=_("Lane steward"), help_text=none)
    return form


def _page(
    request: HttpRequest, code: str, *, form: InputForm | None = None, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    acting = acting_of(request)
    lane: Any = _find(acting, code)
    context = {
        "lane": lane, "may_keep": acting.holds(Perm.LANE_MANAGE), "form": form or _care(lane, acting),
        "refusal": refusal, "places": [f"{lon:.5f},{lat:.5f}" for lon, lat in lane.geom.coords],
    }  # fmt: skip
    return render(request, "cases/lanes/lane.html", context, status=status)
