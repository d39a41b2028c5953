"""Where a ticket was before: its name and words in an older system, from which it was taken over."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class TicketOrigin(models.Model):
    """What an older system called a ticket. The words are its own; nothing here is judged by them."""

    ticket = models.OneToOneField("cases.Ticket", models.CASCADE, related_name="origin", verbose_name=_("ticket"))
    system = models.CharField(_("older system"), max_length=40)
    number = models.CharField(_("number there"), max_length=100)
    status = models.CharField(_("status there"), max_length=200, blank=True)
    category = models.CharField(_("category there"), max_length=200, blank=True)
    unit = models.CharField(_("unit there"), max_length=200, blank=True)
    channel = models.CharField(_("source there"), max_length=200, blank=True)
    fingerprint = models.CharField(_("fingerprint of the row"), max_length=64)  # keyed: it covers who called
    taken_over_at = models.DateTimeField(_("taken over at"))

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = _("origin of a ticket")
        verbose_name_plural = _("origins of tickets")
        constraints = [models.UniqueConstraint(fields=["system", "number"], name="ticket_origin_once")]
        indexes = [models.Index(fields=["number"], name="ticket_origin_number")]

    def __str__(self) -> str:
        return f"{self.system} {self.number}"
