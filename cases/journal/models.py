"""The journal: append-only, hash-chained events. Timeline, audit and outbox are this one table.

Every subject has its own chain (``sequence`` without gaps, each hash over the one before), so that writers of
different subjects never wait for each other. A :class:`Seal` then ties all chains together up to a row.
Database triggers (:mod:`cases.journal.guards`) refuse every change but the one mark ``published_at``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.journal.kinds import label_of
from citygrid.accounts.permissions import Perm
from citygrid.common import clock
from citygrid.common.facts import Subject
from citygrid.common.saving import Saving
from gridmap.posts.rights import can

SYSTEM = "system"  # the recorded name of who acts when no person does


class EventQuerySet(models.QuerySet["Event"]):
    """Reads only; the database refuses anything else."""

    def unpublished(self) -> EventQuerySet:
        """Events that nobody has passed on yet."""
        return self.filter(published_at=None)

    def of(self, subject: Any) -> EventQuerySet:
        """The chain of one subject: a model instance or a :class:`~citygrid.common.facts.Subject`."""
        named = subject if isinstance(subject, Subject) else Subject.of(subject)
        return self.filter(subject_type=named.type, subject_id=named.id)

    def visible_to(self, user: Any, at: datetime | None = None) -> EventQuerySet:
        """The whole city's journal for those who may read it, nothing for anybody else.

        There is no scope by area: a fact names its subject in words and may outlive the row and its place.
        """
        return self.all() if can(user, Perm.JOURNAL_VIEW, at=at or clock.now()) else self.none()

    def delete(self) -> Any:
        """Refuse: the journal is append-only."""
        raise TypeError("The journal is append-only: events are never deleted.")


class Event(Saving):
    """One thing that happened. Texts, not foreign keys: history outlives the rows it speaks of."""

    kind = models.CharField(_("kind"), max_length=60)
    subject_type = models.CharField(_("subject type"), max_length=60)
    subject_id = models.CharField(_("subject key"), max_length=40)
    subject_text = models.CharField(_("subject"), max_length=200)
    sequence = models.PositiveIntegerField(_("number in the subject's chain"))
    at = models.DateTimeField(_("happened at"))
    recorded_at = models.DateTimeField(_("recorded at"))
    actor_id = models.BigIntegerField(_("account key"), null=True)
    actor_text = models.CharField(_("who"), max_length=150)
    from_state = models.CharField(_("from state"), max_length=40, blank=True)
    to_state = models.CharField(_("to state"), max_length=40, blank=True)
    facts = models.JSONField(_("facts"), default=dict)
    source_ip = models.CharField(_("source address"), max_length=45, blank=True)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)
    previous_hash = models.CharField(_("hash before"), max_length=64, blank=True)
    hash = models.CharField(_("hash"), max_length=64)
    published_at = models.DateTimeField(_("published at"), null=True)

    objects: ClassVar[Any] = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("journal event")
        verbose_name_plural = _("journal events")
        constraints = [
            models.UniqueConstraint(fields=["subject_type", "subject_id", "sequence"], name="event_sequence_once"),
        ]
        indexes = [
            models.Index(fields=["at"], name="event_at"),
            models.Index(fields=["actor_id", "at"], name="event_actor"),
            models.Index(fields=["id"], name="event_unpublished", condition=Q(published_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.subject_text}"

    @property
    def label(self) -> str:
        """What happened, in the reader's language."""
        return label_of(self.kind)


class Seal(models.Model):
    """Ties together all events up to a row: count and hash over every event's hash in order of their keys.

    Each seal continues from the one before; ``previous_hash`` is unique, so the seals themselves cannot fork.
    """

    up_to = models.BigIntegerField(_("last event"), unique=True)
    events = models.PositiveBigIntegerField(_("events in all"))
    sealed_at = models.DateTimeField(_("sealed at"))
    previous_hash = models.CharField(_("hash before"), max_length=64, blank=True, unique=True)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("journal seal")
        verbose_name_plural = _("journal seals")

    def __str__(self) -> str:
        return f"{self.sealed_at:%Y-%m-%d} #{self.up_to}"
