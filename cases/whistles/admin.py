"""Administration of the kinds of whistles: who may blow them, how strict they are, with which limits."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.catalogue.admin import CatalogueAdmin, InUse
from cases.deadlines.limits import Limit, LimitUnit
from cases.whistles.kinds import COMING, ClockKind, WhistleKind
from cases.whistles.maintain import BLOWERS, COLUMNS, add_kind, change_kind, restore_kind, retire_kind
from citygrid.common import clock
from citygrid.common.admin_actions import ask_then_do


class LimitWidget(forms.MultiWidget):
    """A number and its unit of time side by side."""

    def __init__(self, label: Any) -> None:
        number = forms.NumberInput(attrs={"step": "any", "min": "0", "aria-label": label})
        named = {"aria-label": format_lazy("{} ({})", label, gettext_lazy("time unit"))}
        super().__init__([number, forms.Select(choices=[("", "–"), *LimitUnit.choices], attrs=named)])

    def decompress(self, value: Any) -> list[Any]:
        """Return number and unit of a limit."""
        return [f"{value.value.normalize():f}", str(value.unit)] if isinstance(value, Limit) else ["", ""]


class LimitField(forms.MultiValueField):
    """A limit, or nothing."""

    def __init__(self, *, label: Any, **kwargs: Any) -> None:
        parts = [
            forms.DecimalField(max_digits=6, decimal_places=2, required=False),
            forms.ChoiceField(choices=[("", "–"), *LimitUnit.choices], required=False),
        ]
        super().__init__(
            parts, widget=LimitWidget(label), required=False, require_all_fields=False, label=label, **kwargs
        )

    def compress(self, data_list: Any) -> Limit | None:
        """Return the limit. Raises ``ValidationError`` for a number without a unit, or a unit without a number."""
        number, unit = data_list or (None, "")
        if number is None and not unit:
            return None
        if number is None or not unit:
            raise forms.ValidationError(_("Give a number and its unit of time, or neither."))
        if not 0 < number < 10_000:
            raise forms.ValidationError(_("Give a limit greater than zero and less than 10,000."))
        return Limit(Decimal(number), LimitUnit(unit))


class KindForm(forms.ModelForm):
    """A kind with the limits of its clocks."""

    blown_by = forms.MultipleChoiceField(
        label=gettext_lazy("roles that may blow it"), choices=[(role.value, role.label) for role in BLOWERS],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    absent_by = forms.ChoiceField(
        label=gettext_lazy("clock that decides absence"), choices=[(kind.value, kind.label) for kind in COMING]
    )
    review_value = forms.DecimalField(
        label=gettext_lazy("limit of the review"), max_digits=6, decimal_places=2, min_value=Decimal("0.01")
    )
    limit_report_sign = LimitField(label=capfirst(ClockKind.SIGN.label))
    limit_report_arrive = LimitField(label=capfirst(ClockKind.ARRIVE.label))
    limit_report_contact = LimitField(label=capfirst(ClockKind.CONTACT.label))
    limit_report_meeting = LimitField(label=capfirst(ClockKind.MEETING.label))
    limit_report_plan = LimitField(
        label=capfirst(ClockKind.PLAN.label),
        help_text=gettext_lazy("An empty limit: this kind has no such clock. Clocks that run keep their limit."),
    )

    class Meta:
        model = WhistleKind
        fields = ["code", *COLUMNS]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in self.instance.limits.all() if self.instance.pk else ():
            if (name := f"limit_{row.clock}") in self.fields:
                self.fields[name].initial = Limit(row.value, LimitUnit(row.unit))

    def limits(self) -> dict[str, Limit]:
        """Return the limits that were given, by clock."""
        given = {kind.value: self.cleaned_data.get(f"limit_{kind.value}") for kind in ClockKind}
        return {kind: limit for kind, limit in given.items() if limit is not None}


@admin.register(WhistleKind)
class WhistleKindAdmin(CatalogueAdmin):
    """Kinds of whistles; retired, never deleted."""

    form = KindForm
    list_display = ["code", "name", "roles", "at_once", "written_limits", "in_use"]
    list_display_links = ["code", "name"]
    list_filter = [InUse]
    search_fields = ["code", "name", "name_en"]
    ordering = ["position", "code"]
    fields = ["code", *COLUMNS, *(f"limit_{kind.value}" for kind in ClockKind)]
    actions = ["retire", "restore"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the limits of a page at once."""
        return super().get_queryset(request).prefetch_related("limits")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Codes are for life."""
        return ["code"] if obj else []

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the limits as text where they cannot be changed."""
        if obj is not None and not self.has_change_permission(request, obj):
            return ["code", *COLUMNS, "written_limits"]
        return self.fields

    @admin.display(description=gettext_lazy("roles that may blow it"))
    def roles(self, kind: WhistleKind) -> str:
        """The roles in words."""
        return _(", ").join(str(role.label) for role in BLOWERS if role in kind.blown_by)

    @admin.display(description=gettext_lazy("time limits"))
    def written_limits(self, kind: WhistleKind) -> str:
        """The limits in one line."""
        return "；".join(
            f"{row.get_clock_display()} {row.value.normalize():f} {row.get_unit_display()}" for row in kind.limits.all()
        )

    @admin.display(description=gettext_lazy("in use"), boolean=True)
    def in_use(self, kind: WhistleKind) -> bool:
        """Whether it is not retired."""
        return kind.retired_at is None or kind.retired_at > clock.now()

    def write(self, obj: Any, *, stored: Any, form: Any, by: Any, at: datetime) -> Any:
        """Add or change the kind with its limits."""
        columns = {name: getattr(obj, name) for name in COLUMNS}
        if stored is None:
            return add_kind(code=obj.code, limits=form.limits(), at=at, by=by, **columns)
        return change_kind(kind=stored, limits=form.limits(), at=at, by=by, **columns)

    @admin.action(description=gettext_lazy("Retire the chosen kinds"), permissions=["change"])
    def retire(self, request: HttpRequest, queryset: Any) -> Any:
        """Have no more whistles of these kinds blown."""
        return ask_then_do(
            self, request, queryset, name="retire",
            question=_("Retire these kinds? Whistles under way go on; no new one can be blown."),
            do=lambda kind: retire_kind(kind=kind, at=clock.now(), by=request.user),
        )  # fmt: skip

    @admin.action(description=gettext_lazy("Take the chosen kinds back into use"), permissions=["change"])
    def restore(self, request: HttpRequest, queryset: Any) -> Any:
        """Let whistles of these kinds be blown again."""
        return ask_then_do(
            self, request, queryset, name="restore", question=_("Take these kinds back into use?"),
            do=lambda kind: restore_kind(kind=kind, at=clock.now(), by=request.user),
        )  # fmt: skip
