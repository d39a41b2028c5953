"""Administration of the registers. Personal data is masked here as everywhere; revealing it is another page's right."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from citygrid.accounts.permissions import Perm
from citygrid.common import masking
from citygrid.common.hidden_fields import HiddenFieldsForm
from citygrid.common.perm_admin import PermAdmin
from gridmap.registers import services
from gridmap.registers.models import Household, Person, Unit


class PersonForm(HiddenFieldsForm):
    """A resident."""

    hidden = ("identity_number", "phone")

    class Meta:
        model = Person
        fields = ["household", "name", "identity_number", "phone", "relation", "moved_out_on"]


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
    save: Any  # the service

    def write(self, obj: Any, *, stored: Any, form: Any, by: Any, at: datetime) -> Any:
        """Store through the service, which checks the numbers and keeps personal data out of the journal."""
        names = form.changed_data if stored else form.cleaned_data
        columns = {name: form.cleaned_data[name] for name in names}
        return self.save(at=at, by=by, **{str(self.opts.model_name): stored}, **columns)


@admin.register(Household)
class HouseholdAdmin(RegisterAdmin):
    """Dwellings."""

    save = staticmethod(services.save_household)
    list_display = ["__str__", "area", "tenure"]
    list_filter = ["tenure"]
    list_select_related = ["area", "building"]
    search_fields = ["door", "building__name", "building__address"]
    autocomplete_fields = ["area", "building"]
    ordering = ["pk"]


@admin.register(Person)
class PersonAdmin(RegisterAdmin):
    """Residents."""

    save = staticmethod(services.save_person)
    form = PersonForm
    list_display = ["masked_name", "household", "masked_number", "masked_phone", "relation", "moved_out_on"]
    list_select_related = ["household__building", "household__area"]
    search_fields = ["=name"]
    autocomplete_fields = ["household"]
    ordering = ["pk"]

    @admin.display(description=pgettext_lazy("of a person", "name"))
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

    save = staticmethod(services.save_unit)
    form = UnitForm
    list_display = ["name", "kind", "area", "building", "employees"]
    list_select_related = ["area", "building"]
    search_fields = ["name", "=credit_code"]
    autocomplete_fields = ["area", "building"]
    ordering = ["pk"]
