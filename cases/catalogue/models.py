"""Categories of components and events: two national standards side by side, and local extensions."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class CategoryStandard(models.Model):
    """A published list of categories, such as CJ/T 214-2007, or the city's own extension of one."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    # Short enough to begin every category's code: the same numbers mean different things in different standards.
    key = models.CharField(
        _("short key"), max_length=12, unique=True,
        validators=[RegexValidator(r"^[A-Z0-9]+$", _("A short key has capital letters and digits only."))],
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=150)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    # A city's own minors count down from 99 so that they never meet the standard's (handbook §1.4).
    extends = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="extensions", verbose_name=_("extends")
    )
    in_use = models.BooleanField(_("new cases may use it"), default=True)

    class Meta:
        verbose_name = _("category standard")
        verbose_name_plural = _("category standards")

    def __str__(self) -> str:
        return self.code


class CategoryKind(models.TextChoices):
    """A component is a managed thing; an event is something that happens or is done (handbook §1.5)."""

    COMPONENT = "component", _("component")
    EVENT = "event", _("event")


def code_of(standard: CategoryStandard, kind: str, major: str, minor: str) -> str:
    """Return ``CJ214-E0102`` for the event 01/02 of the standard with the key ``CJ214``."""
    return f"{standard.key}-{kind[0].upper()}{major}{minor}"


_two_digits = RegexValidator(r"^\d{2}$", _("A major or minor code has two digits."))


class CategoryQuerySet(models.QuerySet["Category"]):
    """Reads of categories. They are the same for everybody: whoever may see the catalogue sees all of it."""

    def in_force(self, at: datetime) -> Self:
        """Categories not retired at that time."""
        return self.filter(models.Q(retired_at=None) | models.Q(retired_at__gt=at))


class Category(models.Model):
    """A minor category; unique by kind, major and minor inside one standard. Retired, never deleted."""

    # The lasting name outside programs use, such as CJ214-E0102: key of the standard, C(omponent) or E(vent), major,
    # minor. See code_of().
    code = models.CharField(_("code"), max_length=20, unique=True, editable=False)
    standard = models.ForeignKey(
        CategoryStandard, models.PROTECT, related_name="categories", verbose_name=_("standard")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=CategoryKind.choices)
    major_code = models.CharField(_("major code"), max_length=2, validators=[_two_digits])
    major_name = models.CharField(_("major category"), max_length=60)
    major_name_en = models.CharField(_("major category in English"), max_length=100, blank=True)
    minor_code = models.CharField(_("minor code"), max_length=2, validators=[_two_digits])
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    self_handling = models.BooleanField(_("a grid worker may fix it on the spot"), default=False)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    objects: ClassVar[Any] = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints = [
            models.UniqueConstraint(fields=["standard", "kind", "major_code", "minor_code"], name="category_code_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.code}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the code from its parts; they do not change afterwards."""
        if not self.code:
            self.code = code_of(self.standard, self.kind, self.major_code, self.minor_code)
        super().save(*args, **kwargs)

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.name_en if self.name_en and get_language() == "en" else self.name
