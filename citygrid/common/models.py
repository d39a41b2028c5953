"""Rows the kernel itself needs: who is alive, what has run, which command was already answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from citygrid.common.crypto import EncryptedTextField


class Heartbeat(models.Model):
    """The last sign of life of one worker process. ``/readyz`` reads it."""

    worker = models.CharField(_("worker"), max_length=80, unique=True)
    beat_at = models.DateTimeField(_("last sign of life"))

    class Meta:
        verbose_name = _("worker heartbeat")
        verbose_name_plural = _("worker heartbeats")

    def __str__(self) -> str:
        return self.worker


class PeriodicRun(models.Model):
    """One due run of one periodic job. The unique key makes two schedulers do it once."""

    job = models.CharField(_("job"), max_length=80)
    slot = models.DateTimeField(_("due at"))
    worker = models.CharField(_("worker"), max_length=80)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    fault = models.TextField(_("fault"), blank=True)

    class Meta:
        verbose_name = _("periodic run")
        verbose_name_plural = _("periodic runs")
        constraints = [models.UniqueConstraint(fields=["job", "slot"], name="periodic_run_once")]

    def __str__(self) -> str:
        return f"{self.job} {self.slot:%Y-%m-%d %H:%M}"


class IdempotentReply(models.Model):
    """The first answer to a command, kept so that a repeat gets the same one."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("user"))
    key = models.CharField(_("idempotency key"), max_length=200)
    fingerprint = models.CharField(_("request digest"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"), null=True)  # null while the first request still runs
    body = EncryptedTextField(_("answer"), null=True)  # JSON; answers may hold personal data
    created_at = models.DateTimeField(_("created at"), db_index=True)  # and the token of who is at work on it

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotent_reply_once")]

    def __str__(self) -> str:
        return self.key
