"""Administration of the registers. Personal data is masked here as everywhere; revealing it is another page's right."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from citygrid.accounts.permissions import Perm
from citygrid.common import masking
from citygrid.common.crypto import blind
from citygrid.common.perm_admin import PermAdmin
from gridmap.registers.models import Household, Person, Unit

_KEEP = _("Empty: what is stored stays as it is. What is stored is not shown.")


class HiddenFieldsForm(forms.ModelForm):
    """Encrypted columns can be written but not read: an empty field leaves the stored value alone."""

    hidden: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = {name: getattr(self.instance, name) for name in self.hidden}
        for name in self.hidden:
            self.fields[name] = forms.CharField(
                label=self.fields[name].label, required=False, help_text=_KEEP, max_length=30
            )
            self.initial[name] = ""

    def clean(self) -> Any:
        """Put the stored value where nothing new was typed."""
        data = super().clean() or self.cleaned_data
        for name, stored in self.stored.items():
            data[name] = data.get(name) or stored
        return data


class PersonForm(HiddenFieldsForm):
    """A resident."""

    hidden = ("identity_number", "phone")

    class Meta:
        model = Person
        fields = ["household", "name", "identity_number", "phone", "relation", "moved_out_on"]

    def save(self, commit: bool = True) -> Person:
        """Keep the digests by which encrypted values are found."""
        self.instance.identity_digest = blind(self.instance.identity_number)
        self.instance.phone_digest = blind(self.instance.phone)
        return super().save(commit)


class UnitForm(HiddenFieldsForm):
    """An enterprise, shop, institution or association."""

    hidden = ("contact_phone",)

    class Meta:
        model = Unit
        fields = [
            "area", "building", "name", "credit_code", "kind", "contact_name", "contact_phone", "employees",
        ]  # fmt: skip


class RegisterAdmin(PermAdmin):
    """A register of one's own area."""

    view_perm, change_perm = Perm.REGISTER_VIEW, Perm.REGISTER_EDIT


@admin.register(Household)
class HouseholdAdmin(RegisterAdmin):
    """Dwellings."""

    list_display = ["__str__", "area", "tenure"]
    list_filter = ["tenure"]
    list_select_related = ["area", "building"]
    search_fields = ["door", "building__name", "building__address"]
    autocomplete_fields = ["area", "building"]
    ordering = ["pk"]


@admin.register(Person)
class PersonAdmin(RegisterAdmin):
    """Residents."""

    form = PersonForm
    list_display = ["masked_name", "household", "masked_number", "masked_phone", "relation", "moved_out_on"]
    list_select_related = ["household__building", "household__area"]
    search_fields = ["=name"]
    autocomplete_fields = ["household"]
    ordering = ["pk"]

    @admin.display(description=_("name"))
    def masked_name(self, person: Person) -> str:
        """The surname."""
        return masking.name(person.name)

    @admin.display(description=_("identity number"))
    def masked_number(self, person: Person) -> str:
        """Its ends."""
        return masking.identity_number(person.identity_number)

    @admin.display(description=_("phone"))
    def masked_phone(self, person: Person) -> str:
        """Its ends."""
        return masking.phone(person.phone)


@admin.register(Unit)
class UnitAdmin(RegisterAdmin):
    """Enterprises, shops, institutions and associations."""

    form = UnitForm
    list_display = ["name", "kind", "area", "building", "employees"]
    list_select_related = ["area", "building"]
    search_fields = ["name", "=credit_code"]
    autocomplete_fields = ["area", "building"]
    ordering = ["pk"]
