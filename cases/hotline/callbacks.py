"""The callback (回访): one for each reply, with every attempt. The caller, not the unit, says what was reached."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.hotline.states import CallbackResult, Fault, Medium, Satisfaction, Solved


class Callback(models.Model):
    """What the caller was asked after a round, and said."""

    ticket = models.ForeignKey("cases.Ticket", models.CASCADE, related_name="callbacks", verbose_name=_("ticket"))
    round_number = models.PositiveSmallIntegerField(_("round"))
    asked_for_at = models.DateTimeField(_("to be called since"))
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("callback agent"),
    )  # fmt: skip
    taken_at = models.DateTimeField(_("taken by the agent at"), null=True, blank=True)
    link_sent_at = models.DateTimeField(_("link sent at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=12, choices=CallbackResult.choices, blank=True)
    contacted = models.BooleanField(_("the unit had contacted the caller"), null=True, blank=True)
    solved = models.CharField(_("solved"), max_length=6, choices=Solved.choices, blank=True)
    satisfaction = models.PositiveSmallIntegerField(
        _("satisfaction"), choices=Satisfaction.choices, null=True, blank=True
    )
    reason = models.TextField(_("reason"), blank=True)
    fault = models.CharField(_("why not content"), max_length=10, choices=Fault.choices, blank=True)
    redone = models.BooleanField(_("led to another round"), default=False)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = _("callback")
        verbose_name_plural = _("callbacks")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "round_number"], name="callback_once_a_round"),
            models.CheckConstraint(
                condition=Q(ended_at=None, result="") | Q(ended_at__isnull=False, result__gt=""),
                name="callback_ended_how",
            ),
            models.CheckConstraint(
                condition=Q(satisfaction=None) | Q(satisfaction__range=(1, 5)), name="callback_five_steps"
            ),
        ]
        indexes = [
            models.Index(fields=["ended_at"], name="callback_ended"),
            models.Index(fields=["asked_for_at", "id"], name="callback_waiting", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.ticket} #{self.round_number}"

    def held_at(self, at: datetime) -> bool:
        """Whether an agent has the call at that time: from taking it, for ``CALLBACK_HOLD_MINUTES`` at most."""
        longest = timedelta(minutes=settings.CALLBACK_HOLD_MINUTES)
        return self.ended_at is None and self.taken_at is not None and at < self.taken_at + longest

    @property
    def is_reached(self) -> bool:
        """Whether the caller gave an answer: only these count in the rates."""
        return self.result in (CallbackResult.ANSWERED, CallbackResult.ONLINE)


class CallbackAttempt(models.Model):
    """One try to reach the caller."""

    callback = models.ForeignKey(Callback, models.CASCADE, related_name="attempts", verbose_name=_("callback"))
    at = models.DateTimeField(_("at"))
    how = models.CharField(_("how"), max_length=6, choices=Medium.choices)
    reached = models.BooleanField(_("reached"))
    note = models.TextField(_("note"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("attempt to call back")
        verbose_name_plural = _("attempts to call back")
        indexes = [models.Index(fields=["at"], name="callback_attempt_vain", condition=Q(reached=False))]

    def __str__(self) -> str:
        return f"{self.callback} {self.at:%Y-%m-%d %H:%M}"
