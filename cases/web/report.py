"""Report a case, phone first: photo, place with its grid, what it is, and whether it was reported already."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from cases.casework.models import Case
from cases.casework.services import report_case
from cases.casework.table import CASE
from cases.catalogue.models import Category
from cases.web.forms import InputForm
from cases.web.maps import ground, own_places
from cases.web.nearby import nearby as cases_nearby
from cases.web.reader import acting_of, for_casework, may_report
from cases.workflow.people import Acting
from cases.workflow.table import Input, InputType
from citygrid.common.errors import Invalid, NotAllowed, Refusal
from gridmap.spatial import locate

RECENT = 6
INPUTS = (
    Input("photos", gettext_lazy("photos"), InputType.EVIDENCE, many=True),
    Input("position", gettext_lazy("position"), InputType.POINT,
          help=gettext_lazy("Longitude, latitude in degrees; set by your phone, by a click on the map, or typed.")),
    Input("address", gettext_lazy("address or landmark"), required=False),
    Input("category", gettext_lazy("category")),
    Input("description", gettext_lazy("description")),
)  # fmt: skip
"""What a person tells about a problem."""


class ReportForm(InputForm):
    """The report as it was typed; a refused one loses nothing, photos sent already included."""

    def __init__(self, acting: Acting, **sent: Any) -> None:
        super().__init__(INPUTS, None, acting, name="report", **sent)
        self.fields["description"].widget = forms.Textarea(attrs={"rows": 3, "maxlength": 4000})
        self.fields["address"].widget.attrs["maxlength"] = 200

    def place(self) -> tuple[float, float]:
        """Return longitude and latitude as they were typed. Raises ``Invalid``."""
        try:
            lon, lat = (float(part) for part in self.data.get("position", "").replace("，", ",").split(","))
        except ValueError:
            raise Invalid(
                _("Say where it is: use your position, click on the map, or type longitude and latitude."),
                fields={"position": [_("This is needed, for example 120.20016,27.33217.")]},
            ) from None
        return lon, lat

    def accuracy(self) -> int | None:
        """Return how exact the phone's position was, in metres, if it said so."""
        try:
            return max(0, min(100_000, round(float(self.data.get("accuracy", "")))))
        except (ValueError, OverflowError):
            return None


@for_casework
def report(request: HttpRequest) -> HttpResponse:
    """Show the form, or report what was sent."""
    acting = acting_of(request)
    if not may_report(acting):
        roles = _(", ").join(str(role.label) for role in CASE["report"].roles)
        raise NotAllowed(_("Cases are reported by: %(roles)s.") % {"roles": roles})
    if request.method != "POST":
        return _page(request, ReportForm(acting), acting)
    form = ReportForm(acting, data=request.POST, files=request.FILES)
    try:
        case = _save(form, acting)
    except Refusal as refusal:
        # A position outside the city is refused by its numbers; here they are one field.
        faults = {"position" if name in ("lon", "lat") else name: said for name, said in _fields(refusal).items()}
        form.refuse(Invalid(str(refusal), fields=faults))
        return _page(request, form, acting, status=refusal.status)
    messages.success(request, _("%(case)s was reported. Thank you.") % {"case": case.number})
    return redirect("case", case.number)


@for_casework
@require_GET
def nearby(request: HttpRequest) -> HttpResponse:
    """Answer the grid of a place and the open cases around it, as a part of the form."""
    acting = acting_of(request)
    form = ReportForm(acting, data=request.GET)
    try:
        lon, lat = form.place()
        place = locate(lon, lat, at=acting.at)
    except Refusal as refusal:
        return render(request, "cases/report/nearby.html", {"fault": str(refusal)})
    found = cases_nearby(place.lon, place.lat, acting, category=request.GET.get("category", ""))
    return render(request, "cases/report/nearby.html", {"place": place, "nearby": found, "fault": ""})


def _save(form: ReportForm, acting: Acting) -> Case:
    given = form.given()
    lon, lat = form.place()
    category = Category.objects.in_force(acting.at).filter(code=given.get("category", "")).first()
    if category is None:
        raise Invalid(_("Choose what kind of problem it is."), fields={"category": [_("This is needed.")]})
    return report_case(
        category=category, description=given.get("description", ""), lon=lon, lat=lat, at=acting.at, by=acting.user,
        accuracy_m=form.accuracy(), address=given.get("address", "").strip()[:200], photos=given.get("photos", []),
        client_request_id=form.data.get("client_request_id", "")[:64],
    )  # fmt: skip


def _fields(refusal: Refusal) -> dict[str, list[str]]:
    return dict(getattr(refusal, "fields", {}))


def _page(request: HttpRequest, form: ReportForm, acting: Acting, status: int = 200) -> HttpResponse:
    recent, groups = _categories(acting)
    context = {
        "form": form, "recent": recent, "groups": groups, "chosen": form.data.get("category", ""),
        "accuracy": form.data.get("accuracy", ""), "map": _map(acting),
        "client_request_id": form.data.get("client_request_id") or str(uuid.uuid4()),
    }  # fmt: skip
    return render(request, "cases/report/report.html", context, status=status)


def _categories(acting: Acting) -> tuple[list[Category], list[tuple[str, list[Category]]]]:
    """Return the categories that the person used last, and the others by their major category."""
    usable = Category.objects.in_force(acting.at).filter(standard__in_use=True).order_by("code")
    by_key = {one.pk: one for one in usable}
    used = Case.objects.filter(reporter=acting.user).order_by("-reported_at").values_list("category", flat=True)[:50]
    recent = [by_key[key] for key in dict.fromkeys(used) if key in by_key][:RECENT]
    groups: dict[str, list[Category]] = {}
    for one in by_key.values():
        if one not in recent:
            groups.setdefault(one.major_name, []).append(one)
    return recent, list(groups.items())


def _map(acting: Acting) -> dict[str, Any]:
    """Return what the map module needs: the person's places, where to ask for what is nearby, words."""
    return own_places(acting) | {"nearby": reverse("cases_nearby")} | ground(
        finding=_("Finding your position …"),
        denied=_("Your position is not available. Click on the map, or type it."),
        found=_("Your position, to %(metres)s m."),
        photo=_("The place of the photo."),
    )  # fmt: skip
