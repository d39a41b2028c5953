"""Administration of the calendar and of working periods. Every edit computes the running clocks afresh."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.deadlines.calendar_import import COLUMNS, parse
from cases.deadlines.models import CalendarYear, Timetable
from cases.deadlines.upkeep import confirm_year, remove_timetable, set_timetable, set_year
from citygrid.accounts.permissions import Perm
from citygrid.common import clock
from citygrid.common.admin_actions import ask_then_do
from citygrid.common.errors import Invalid
from citygrid.common.perm_admin import PermAdmin


class CalendarAdmin(PermAdmin):
    """The same for everybody who may see it."""

    view_perm, change_perm = Perm.CATALOGUE_VIEW, Perm.CATALOGUE_MANAGE
    scoped = False


class YearForm(forms.ModelForm):
    """A year with all its days in one field: typed, or pasted from a file."""

    days = forms.CharField(
        label=gettext_lazy("days off and make-up days"),
        widget=forms.Textarea(attrs={"rows": 30, "class": "vLargeTextField"}),
        help_text=gettext_lazy(
            "One day a line below the headings: date, name, and holiday or workday. JSON of holiday-cn can be pasted."
        ),
    )
    confirmed = forms.BooleanField(
        label=gettext_lazy("these are the days of the official notice"), required=False,
        help_text=gettext_lazy("Until this is confirmed only weekends count as free, and deadlines carry a warning."),
    )  # fmt: skip

    class Meta:
        model = CalendarYear
        fields = ["year", "source"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "days" in self.fields:
            self.fields["days"].initial = _days_as_text(self.instance)
            self.fields["confirmed"].initial = self.instance.confirmed_at is not None

    def clean(self) -> Any:
        """Read the days."""
        data = super().clean() or self.cleaned_data
        if "days" in data and (year := data.get("year") or self.instance.year):
            try:
                years, _source = parse(data["days"])
            except Invalid as refusal:
                raise forms.ValidationError({"days": refusal.fields.get("days", [str(refusal)])}) from None
            if list(years) != [year]:
                raise forms.ValidationError({"days": _("All days must be in %(year)s.") % {"year": year}})
            data["days"] = years[year]
        return data


def _days_as_text(year: CalendarYear) -> str:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    if year.pk:
        rows.writerows((day.day, day.name, day.kind) for day in year.days.order_by("day"))
    return out.getvalue()


@admin.register(CalendarYear)
class CalendarYearAdmin(CalendarAdmin):
    """The days off and make-up days of each year."""

    form = YearForm
    list_display = ["year", "source", "count", "confirmed_at"]
    ordering = ["-year"]
    fields = ["year", "source", "days", "confirmed"]
    actions = ["confirm"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the days as text to those who cannot change them."""
        if obj is not None and not self.has_change_permission(request, obj):
            return ["year", "source", "confirmed_at", "listed"]
        return self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A year stays the year it is."""
        if obj is not None and not self.has_change_permission(request, obj):
            return ["listed"]
        return ["year"] if obj else []

    @admin.display(description=gettext_lazy("days"))
    def count(self, year: CalendarYear) -> int:
        """How many days are entered."""
        return year.days.count()

    @admin.display(description=gettext_lazy("days off and make-up days"))
    def listed(self, year: CalendarYear) -> str:
        """The entries, one a line."""
        return _days_as_text(year)

    def write(self, obj: Any, *, stored: Any, form: Any, by: Any, at: datetime) -> Any:
        """Replace the entries of the year."""
        data = form.cleaned_data
        set_year(
            year=obj.year, days=data["days"], source=obj.source, confirmed=data["confirmed"], at=at, by=by
        )  # fmt: skip
        return CalendarYear.objects.get(year=obj.year)

    @admin.action(description=gettext_lazy("Confirm the chosen years"), permissions=["change"])
    def confirm(self, request: HttpRequest, queryset: Any) -> Any:
        """Say that the entries are those of the notice."""
        return ask_then_do(
            self, request, queryset, name="confirm",
            question=_("Are these the days of the official notice? Deadlines that run will be computed anew."),
            do=lambda year: confirm_year(year=year, at=clock.now(), by=request.user),
        )  # fmt: skip


class TimetableForm(forms.ModelForm):
    """A season with its periods as people write them."""

    hours = forms.CharField(
        label=gettext_lazy("working periods"), help_text=gettext_lazy("such as 08:00-12:00, 14:00-18:00")
    )

    class Meta:
        model = Timetable
        fields = ["department", "begins_month", "begins_day"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "hours" in self.fields and self.instance.pk:
            self.fields["hours"].initial = hours_of(self.instance)

    def clean_hours(self) -> list[list[str]]:
        """Return the periods as pairs of times."""
        text = self.cleaned_data["hours"].replace("–", "-").replace("，", ",").replace("：", ":")
        return [[part.strip() for part in period.split("-")] for period in text.split(",")]


def hours_of(table: Timetable) -> str:
    """Return the periods as people write them."""
    return ", ".join("-".join(period) for period in table.periods)


@admin.register(Timetable)
class TimetableAdmin(CalendarAdmin):
    """Working periods by season, for the city and for departments with their own."""

    form = TimetableForm
    list_display = ["__str__", "department", "begins_month", "begins_day", "hours"]
    list_select_related = ["department"]
    ordering = ["department", "begins_month", "begins_day"]
    fields = ["department", "begins_month", "begins_day", "hours"]
    actions = ["remove"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Whose it is and when it begins is what it is; another one is another row."""
        if obj is not None and not self.has_change_permission(request, obj):
            return ["hours"]
        return ["department", "begins_month", "begins_day"] if obj else []

    @admin.display(description=gettext_lazy("working periods"))
    def hours(self, table: Timetable) -> str:
        """The periods."""
        return hours_of(table)

    def write(self, obj: Any, *, stored: Any, form: Any, by: Any, at: datetime) -> Any:
        """Set the periods."""
        return set_timetable(
            begins=(obj.begins_month, obj.begins_day), periods=form.cleaned_data["hours"], department=obj.department,
            at=at, by=by,
        )  # fmt: skip

    @admin.action(description=gettext_lazy("Remove the chosen timetables"), permissions=["change"])
    def remove(self, request: HttpRequest, queryset: Any) -> Any:
        """Take seasons away."""
        return ask_then_do(
            self, request, queryset, name="remove",
            question=_("Remove these timetables? Deadlines that run will be computed anew."),
            do=lambda table: remove_timetable(timetable=table, at=clock.now(), by=request.user),
        )  # fmt: skip
