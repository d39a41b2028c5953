"""Registers of households, persons and units, kept to the minimum (PIPL Art. 6; fields: handbook §8–9).

Identity numbers and phones are encrypted at rest and masked everywhere; each reveal is journaled with a purpose.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from citygrid.accounts.permissions import Perm
from citygrid.common import masking
from citygrid.common.crypto import EncryptedTextField, blind
from gridmap.scope import ScopedQuerySet


class RegisterQuerySet(ScopedQuerySet[Any]):
    """Reads of register rows in the person's areas, for those with the register right."""

    view_perm = Perm.REGISTER_VIEW


class Household(models.Model):
    """A dwelling and those who live in it."""

    area = models.ForeignKey("gridmap.Area", models.PROTECT, related_name="household_rows", verbose_name=_("unit grid"))
    building = models.ForeignKey(
        "gridmap.Building",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="household_rows",
        verbose_name=_("building"),
    )
    door = models.CharField(_("door number"), max_length=40)
    tenure = models.CharField(
        _("tenure"), max_length=10,
        choices=[("own", _("owner-occupied")), ("rent", _("rented")), ("empty", _("empty")), ("other", _("other"))],
    )  # fmt: skip

    objects: ClassVar[Any] = RegisterQuerySet.as_manager()

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = pgettext_lazy("register", "households")
        constraints = [models.UniqueConstraint(fields=["building", "door"], name="household_door_once")]

    def __str__(self) -> str:
        return f"{self.building or self.area} {self.door}"


class PersonQuerySet(RegisterQuerySet):
    """Reads of persons."""

    scope_path = "household__area_id"

    def living_here(self) -> Self:
        """Those who have not moved out."""
        return self.filter(moved_out_on=None)

    def with_identity_number(self, number: str) -> Self:
        """Who has exactly this number (tidy, as :mod:`gridmap.registers.checks` returns it)."""
        return self.filter(identity_digest=blind(number)) if number else self.none()

    def with_phone(self, number: str) -> Self:
        """Who has exactly this phone (tidy)."""
        return self.filter(phone_digest=blind(number)) if number else self.none()


class Person(models.Model):
    """A resident."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="persons", verbose_name=_("household"))
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=60)
    identity_number = EncryptedTextField(_("identity number"), blank=True)
    identity_digest = models.CharField(_("identity digest"), max_length=64, blank=True, db_index=True, editable=False)
    phone = EncryptedTextField(_("phone"), blank=True)
    phone_digest = models.CharField(_("phone digest"), max_length=64, blank=True, db_index=True, editable=False)
    relation = models.CharField(_("relation to the head of household"), max_length=30, blank=True)
    moved_out_on = models.DateField(_("moved out on"), null=True, blank=True)

    objects: ClassVar[Any] = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")

    def __str__(self) -> str:
        return self.masked_name  # what ends in logs, lists and the journal

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the row with the digests by which its encrypted values are found."""
        self.identity_digest, self.phone_digest = blind(self.identity_number), blind(self.phone)
        if (names := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*names, "identity_digest", "phone_digest"}
        super().save(*args, **kwargs)

    @property
    def masked_name(self) -> str:
        """The surname."""
        return masking.name(self.name)

    @property
    def masked_identity_number(self) -> str:
        """First six and last four."""
        return masking.identity_number(self.identity_number)

    @property
    def masked_phone(self) -> str:
        """First three and last four."""
        return masking.phone(self.phone)

    @property
    def scope_area_id(self) -> int:
        """The area that decides who may see this person."""
        return self.household.area_id


class Unit(models.Model):
    """An enterprise, shop, institution or association."""

    area = models.ForeignKey("gridmap.Area", models.PROTECT, related_name="unit_rows", verbose_name=_("unit grid"))
    building = models.ForeignKey(
        "gridmap.Building", models.PROTECT, null=True, blank=True, related_name="unit_rows", verbose_name=_("building")
    )
    name = models.CharField(_("name"), max_length=100)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    kind = models.CharField(_("kind"), max_length=40, blank=True)
    contact_name = models.CharField(_("contact"), max_length=60, blank=True)
    contact_phone = EncryptedTextField(_("contact phone"), blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)

    objects: ClassVar[Any] = RegisterQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")

    def __str__(self) -> str:
        return self.name

    @property
    def masked_contact_name(self) -> str:
        """The surname."""
        return masking.name(self.contact_name)

    @property
    def masked_contact_phone(self) -> str:
        """First three and last four."""
        return masking.phone(self.contact_phone)
