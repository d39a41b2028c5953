"""The register pages: households with their people, units. Masked throughout; one value at a time can be revealed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from citygrid.accounts.permissions import Perm
from citygrid.common import clock
from gridmap.areas.models import Area
from gridmap.objects.models import KeyPlace
from gridmap.posts.rights import can, require
from gridmap.registers import reveal as revealing
from gridmap.registers.lookup import look_up
from gridmap.registers.models import Household, Person, Unit
from gridmap.registers.services import subject_of

PAGE = 50
KINDS: dict[str, Any] = {"person": Person, "unit": Unit, "key-place": KeyPlace}


class LookupForm(forms.Form):
    """Find a person by a whole number. It is posted, so that it stands in no address and no log."""

    number = forms.CharField(label=_("Whole mobile or identity number"), max_length=40)


class PurposeForm(forms.Form):
    """Ask why. The answer is kept in the journal."""

    purpose = forms.CharField(
        label=_("What do you need it for?"),
        help_text=_("It is kept in the journal with your name, for example: calling back about the burst pipe."),
        min_length=revealing.SHORTEST_PURPOSE,
        max_length=revealing.LONGEST_PURPOSE,
    )


@login_required
@never_cache
def households(request: HttpRequest) -> HttpResponse:
    """List the households of the person's areas, or of one of them (``?area=``)."""
    require(request.user, Perm.REGISTER_VIEW)
    people = Person.objects.living_here().only("household_id", "name").order_by("pk")
    rows = (
        _in_area(request, Household)
        .select_related("area", "building")
        .prefetch_related(Prefetch("persons", people, to_attr="people"))
        .order_by("area__code", "building_id", "door", "pk")
    )
    return _list(request, "gridmap/registers/households.html", rows, form=LookupForm())


@login_required
@never_cache
def units(request: HttpRequest) -> HttpResponse:
    """List the units of the person's areas, or of one of them (``?area=``)."""
    require(request.user, Perm.REGISTER_VIEW)
    rows = _in_area(request, Unit).select_related("area", "building").order_by("area__code", "name", "pk")
    return _list(request, "gridmap/registers/units.html", rows, may_reveal=can(request.user, Perm.REGISTER_REVEAL))


@login_required
@never_cache
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one household and who lives there."""
    require(request.user, Perm.REGISTER_VIEW)
    rows = Household.objects.visible_to(request.user).select_related("area", "building")
    found = get_object_or_404(rows, pk=pk)
    context = {
        "household": found,
        "people": found.persons.living_here().order_by("pk"),
        "may_reveal": can(request.user, Perm.REGISTER_REVEAL, found),
    }
    return render(request, "gridmap/registers/household.html", context)


@login_required
@never_cache
@require_POST
def lookup(request: HttpRequest) -> HttpResponse:
    """Find the people with exactly this phone or identity number in the person's areas, on record."""
    require(request.user, Perm.REGISTER_VIEW)
    form = LookupForm(request.POST)
    people: list[Person] = []
    if form.is_valid():
        people = look_up(number=form.cleaned_data["number"], by=request.user, at=clock.now())
    context = {"form": form, "people": people, "asked": form.is_valid()}
    return render(request, "gridmap/registers/lookup.html", context)


@login_required
@never_cache
def reveal(request: HttpRequest, kind: str, pk: int, field: str) -> HttpResponse:
    """Ask for the purpose; once it is given, show the value this one time."""
    model, at = KINDS.get(kind), clock.now()
    if model is None:
        raise Http404
    row = revealing.find(model=model, pk=pk, field=field, by=request.user, at=at)
    form = PurposeForm(request.POST or None)
    value = ""
    if form.is_valid():
        value = revealing.reveal(row=row, field=field, by=request.user, purpose=form.cleaned_data["purpose"], at=at)
    context = {
        "form": form,
        "value": value,
        "masked": revealing.FIELDS[model][field](getattr(row, field)),
        "label": model._meta.get_field(field).verbose_name,
        "who": subject_of(row).text,
        "household_id": row.household_id if isinstance(row, Person) else None,
    }
    return render(request, "gridmap/registers/reveal.html", context)


def _in_area(request: HttpRequest, model: Any) -> Any:
    rows = model.objects.visible_to(request.user)
    if code := request.GET.get("area"):
        area = get_object_or_404(Area.objects.visible_to(request.user), code=code)
        rows = rows.filter(area__in=Area.objects.below(area))
    return rows


def _list(request: HttpRequest, template: str, rows: Any, **context: Any) -> HttpResponse:
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, template, {"page": page, "area": request.GET.get("area", ""), **context})


urlpatterns = [
    path("", households, name="registers"),
    path("units/", units, name="register_units"),
    path("find/", lookup, name="register_lookup"),
    path("households/<int:pk>/", household, name="register_household"),
    path("reveal/<slug:kind>/<int:pk>/<slug:field>/", reveal, name="reveal"),
]
