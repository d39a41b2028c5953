"""Administration of categories, filing conditions and stage limits: changed versions, retirements, no deletions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.catalogue.conditions import TEXTS, FilingCondition, StageLimit
from cases.catalogue.limit_text import Unreadable, WrittenLimit, parse_limits, write_limits
from cases.catalogue.limits import set_stage_limit
from cases.catalogue.maintain import add_condition, change_condition, limits_of, retire_condition
from cases.catalogue.models import Category, CategoryStandard
from citygrid.accounts.permissions import Perm
from citygrid.common import clock, facts
from citygrid.common.admin_actions import ask_then_do
from citygrid.common.errors import Conflict
from citygrid.common.perm_admin import PermAdmin

# What makes up a lasting code: cases and outside programs name categories by it.
_LASTING = ["standard", "kind", "major_code", "minor_code"]


class CatalogueAdmin(PermAdmin):
    """The same for everybody who may see it."""

    view_perm, change_perm = Perm.CATALOGUE_VIEW, Perm.CATALOGUE_MANAGE
    scoped = False


@admin.register(CategoryStandard)
class CategoryStandardAdmin(CatalogueAdmin):
    """Published lists, and the city's own extensions."""

    list_display = ["code", "key", "name", "extends", "in_use"]
    list_select_related = ["extends"]
    search_fields = ["code", "name", "name_en"]
    ordering = ["code"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Codes are for life."""
        return ["code", "key"] if obj else []


class InUse(admin.SimpleListFilter):
    """In use or retired."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the choices."""
        return [("now", gettext_lazy("in use")), ("over", gettext_lazy("retired"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        """Keep what was chosen."""
        if self.value() == "now":
            return queryset.in_force(clock.now())
        if self.value() == "over":
            return queryset.filter(retired_at__lte=clock.now())
        return queryset


@admin.register(Category)
class CategoryAdmin(CatalogueAdmin):
    """Minor categories; retired, never deleted."""

    list_display = ["code", "kind", "major_name", "name", "standard", "in_use"]
    list_display_links = ["code", "name"]
    list_filter = ["standard", "kind", InUse]
    list_select_related = ["standard"]
    search_fields = ["code", "name", "name_en", "major_name"]
    autocomplete_fields = ["standard"]
    ordering = ["code"]
    fields = [
        "standard", "kind", "major_code", "minor_code", "major_name", "major_name_en", "name", "name_en",
        "self_handling",
    ]  # fmt: skip
    actions = ["retire"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Codes are for life."""
        return _LASTING if obj else []

    @admin.display(description=gettext_lazy("in use"), boolean=True)
    def in_use(self, category: Category) -> bool:
        """Whether it is not retired."""
        return category.retired_at is None or category.retired_at > clock.now()

    @admin.action(description=gettext_lazy("Retire the chosen categories"), permissions=["change"])
    def retire(self, request: HttpRequest, queryset: Any) -> Any:
        """Offer them for new cases no more."""
        return ask_then_do(
            self, request, queryset, name="retire",
            question=_("Retire these categories? Cases keep them; new cases cannot use them."),
            do=lambda category: retire(category=category, at=clock.now(), by=request.user),
        )  # fmt: skip


def retire(*, category: Category, at: datetime, by: Any) -> None:
    """Retire one category. Raises ``Conflict`` when it is retired already."""
    if not Category.objects.filter(pk=category.pk, retired_at=None).update(retired_at=at):
        raise Conflict(_("%(category)s is retired already.") % {"category": category})
    facts.record("category.retired", category, at=at, by=by)


class ConditionForm(forms.ModelForm):
    """The texts, and all limits in one field as the field's sheets write them."""

    limits = forms.CharField(
        label=gettext_lazy("time limits"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "One a line, such as “4 working hours”, “2 urgent hours”, “3 working days” or “2 calendar days”; before it"
            " the area class (“A: ”) or the name of a stage (“stop work: ”) where limits differ."
        ),
    )

    class Meta:
        model = FilingCondition
        fields = ["category", *TEXTS]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "limits" in self.fields:
            self.fields["limits"].initial = write_limits(limits_of(self.instance))

    def clean_limits(self) -> tuple[WrittenLimit, ...]:
        """Return the limits that were written."""
        try:
            return parse_limits(self.cleaned_data["limits"])
        except Unreadable as fault:
            raise forms.ValidationError(str(fault)) from None


class ConditionInUse(InUse):
    """In force or ended."""

    def queryset(self, request: Any, queryset: Any) -> Any:
        """Keep what was chosen."""
        if self.value() == "now":
            return queryset.in_force(clock.now())
        return queryset.filter(valid_to__lte=clock.now()) if self.value() == "over" else queryset


@admin.register(FilingCondition)
class FilingConditionAdmin(CatalogueAdmin):
    """Every version of every condition; only the one in force can be changed."""

    form = ConditionForm
    list_display = ["code", "version", "category", "text", "written_limits", "in_use"]
    list_display_links = ["code"]
    list_filter = [ConditionInUse, "category__standard", "category__kind"]
    list_select_related = ["category"]
    search_fields = ["code", "text", "text_en", "category__name", "category__code"]
    autocomplete_fields = ["category"]
    ordering = ["code", "-version"]
    fields = ["category", *TEXTS, "limits"]
    actions = ["retire"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the limits of a page at once."""
        return super().get_queryset(request).prefetch_related("limits")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Versions that ended are history."""
        return super().has_change_permission(request, obj) and (obj is None or obj.valid_to is None)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the limits as text where they cannot be changed."""
        if obj is not None and not self.has_change_permission(request, obj):
            return ["code", "version", "valid_from", "valid_to", "category", *TEXTS, "written_limits"]
        return self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A condition stays with its category."""
        if obj is not None and not self.has_change_permission(request, obj):
            return ["written_limits"]
        return ["category"] if obj else []

    @admin.display(description=gettext_lazy("time limits"))
    def written_limits(self, condition: FilingCondition) -> str:
        """The limits in one line."""
        return write_limits(limits_of(condition)).replace("\n", "；")

    @admin.display(description=gettext_lazy("in use"), boolean=True)
    def in_use(self, condition: FilingCondition) -> bool:
        """Whether new cases may be filed under it."""
        return condition.in_force(clock.now())

    def write(self, obj: Any, *, stored: Any, form: Any, by: Any, at: datetime) -> Any:
        """Add, or end the version and begin the next."""
        texts = {name: getattr(obj, name) for name in TEXTS}
        limits = form.cleaned_data["limits"]
        if stored is None:
            return add_condition(category=obj.category, texts=texts, limits=limits, at=at, by=by)
        return change_condition(condition=stored, texts=texts, limits=limits, at=at, by=by)

    @admin.action(description=gettext_lazy("Retire the chosen conditions"), permissions=["change"])
    def retire(self, request: HttpRequest, queryset: Any) -> Any:
        """Offer them for new cases no more."""
        return ask_then_do(
            self, request, queryset, name="retire",
            question=_("Retire these conditions? Cases keep them; new cases cannot be filed under them."),
            do=lambda row: retire_condition(condition=row, at=clock.now(), by=request.user),
        )  # fmt: skip


@admin.register(StageLimit)
class StageLimitAdmin(CatalogueAdmin):
    """What the city has set; a stage that is not listed has the stock clock."""

    list_display = ["kind", "value", "unit"]
    ordering = ["kind"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The row is the stage's."""
        return ["kind"] if obj else []

    def write(self, obj: Any, *, stored: Any, form: Any, by: Any, at: datetime) -> Any:
        """Set the limit; running clocks of the stage get it too."""
        return set_stage_limit(kind=obj.kind, value=obj.value, unit=obj.unit, at=at, by=by)
