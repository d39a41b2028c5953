"""Who called: names and numbers are encrypted at rest; a number is found by its digest (handbook §4.4, §9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.workflow.people import Acting
from citygrid.accounts.permissions import Perm
from citygrid.common import masking
from citygrid.common.crypto import EncryptedTextField, blind
from citygrid.common.prepared import Prepared, filled
from citygrid.common.saving import Saving
from gridmap.scope import instant


class CallerQuerySet(models.QuerySet["Caller"]):
    """Reads of callers: the hotline's alone. Units meet a caller only through a ticket."""

    def visible_to(self, user: Any, at: datetime | None = None) -> Self:
        """Keep all for whoever may look callers up, none for anybody else."""
        return self if Acting.of(user, instant(at)).holds(Perm.CALLER_VIEW) else self.none()


class Caller(Saving):
    """A person, or somebody who speaks for an enterprise, who brought a demand."""

    name = EncryptedTextField(pgettext_lazy("of a person", "name"), blank=True)
    gender = models.CharField(
        _("gender"), max_length=1, choices=[("m", _("male")), ("f", _("female"))], blank=True
    )  # fmt: skip
    address = EncryptedTextField(_("address of the caller"), blank=True)
    first_seen_at = models.DateTimeField(_("first call"))

    objects: ClassVar[Any] = CallerQuerySet.as_manager()

    class Meta:
        verbose_name = _("caller")
        verbose_name_plural = _("callers")

    def __str__(self) -> str:
        return masking.name(self.name) or str(_("caller"))  # what ends in logs, lists and the journal

    @property
    def masked_name(self) -> str:
        """The surname."""
        return masking.name(self.name)


class CallerPhone(Saving):
    """One number of a caller. A landline may serve several people."""

    caller = models.ForeignKey(Caller, models.CASCADE, related_name="phones", verbose_name=_("caller"))
    number = EncryptedTextField(_("phone"))
    digest = models.CharField(_("phone digest"), max_length=64, db_index=True, editable=False)
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("phone of a caller")
        verbose_name_plural = _("phones of callers")
        constraints = [models.UniqueConstraint(fields=["caller", "digest"], name="caller_phone_once")]

    def __str__(self) -> str:
        return self.masked

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the number with the digest by which it is found."""
        self.digest = blind(self.number)
        super().save(*args, **kwargs)

    @property
    def masked(self) -> str:
        """First three and last four."""
        return masking.phone(self.number)


_WITH_NUMBER = Prepared(
    lambda digest: Caller.objects.filter(pk__in=CallerPhone.objects.filter(digest=digest).values("caller")).order_by(
        "pk"
    )
)
_PHONES = Prepared(lambda callers: CallerPhone.objects.filter(caller__in=callers).order_by("pk"))


def with_number(number: str) -> list[Caller]:
    """Return who has exactly this number (tidy), the longest known first; for inside the hotline's own rooms."""
    return _WITH_NUMBER(digest=blind(number)) if number else []


def with_phones(callers: Sequence[Caller]) -> Sequence[Caller]:
    """Hang their phones on callers as ``prefetch_related`` would, in one query, and return them."""
    of_caller: dict[int, list[CallerPhone]] = {one.pk: [] for one in callers}
    for phone in _PHONES(callers=filled(list(of_caller))) if of_caller else ():
        of_caller[phone.caller_id].append(phone)
    for one in callers:
        hang_phones(one, of_caller[one.pk])
    return callers


def hang_phones(caller: Any, phones: Iterable[CallerPhone]) -> None:
    """Let ``caller.phones.all()`` answer these from now on."""
    rows: Any = CallerPhone._default_manager.none()
    rows._result_cache = list(phones)
    caller._prefetched_objects_cache = {"phones": rows}


def phones_of(caller: Any) -> list[CallerPhone]:
    """Return the phones of a caller, read once."""
    if "phones" not in getattr(caller, "_prefetched_objects_cache", ()):
        with_phones([caller])
    return list(caller.phones.all())
