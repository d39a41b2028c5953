"""Where a case was before: its name and words in an older system, from which it was taken over."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.casework.states import Source

MOST_FOUND = 50


class OriginQuerySet(models.QuerySet["Origin"]):
    """Reads of origins; whoever may see a case may see where it came from."""

    def numbered(self, number: str) -> Self:
        """Those with that number, in whichever older system."""
        return self.filter(number=number)


class Origin(models.Model):
    """What an older system called a case. The words are its own; nothing here is judged by them."""

    case = models.OneToOneField("cases.Case", models.CASCADE, related_name="origin", verbose_name=_("case"))
    system = models.CharField(_("older system"), max_length=40)
    number = models.CharField(_("number there"), max_length=100)
    status = models.CharField(_("status there"), max_length=200, blank=True)
    category = models.CharField(_("category there"), max_length=200, blank=True)
    department = models.CharField(_("department there"), max_length=200, blank=True)
    channel = models.CharField(_("source there"), max_length=200, blank=True)
    fingerprint = models.CharField(_("fingerprint of the row"), max_length=64)
    taken_over_at = models.DateTimeField(_("taken over at"))

    objects: ClassVar[Any] = OriginQuerySet.as_manager()

    class Meta:
        verbose_name = _("origin of a case")
        verbose_name_plural = _("origins of cases")
        constraints = [models.UniqueConstraint(fields=["system", "number"], name="origin_once")]
        indexes = [models.Index(fields=["number"], name="origin_number")]

    def __str__(self) -> str:
        return f"{self.system} {self.number}"


def origin_of(case: Any) -> Origin | None:
    """Return where a case was taken over from, ``None`` for one that was reported here, which costs no query."""
    if case.source != Source.IMPORT:
        return None
    found: Origin | None = Origin.objects.filter(case=case.pk).first()
    return found


def cases_numbered(number: str) -> list[int]:
    """Return the keys of cases that had that number in an older system; one query, by index."""
    return list(Origin.objects.numbered(number).values_list("case_id", flat=True)[:MOST_FOUND])
