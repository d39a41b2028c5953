"""Where whistles come from, and what becomes of a source when its whistle ends.

A source may be a subject of another room, which this room does not know: rooms connect theirs through :data:`LINKS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.whistles.states import LINKED, SourceKind


def nothing(subject: Any, *_more: Any) -> None:
    """Have no effect on the source."""


@dataclass(frozen=True, slots=True)
class Link:
    """What happens to a subject that is the source of a whistle; each is given the subject and the whistle's move."""

    fed_back: Callable[[Any, Any], None] = nothing  # the whistle was fed back
    let_go: Callable[[Any, Any], None] = nothing  # it ended without a result
    again: Callable[[Any, Any, Any], None] = nothing  # it was blown again, as the whistle given third


LINKS: dict[str, Link] = {}


class WhistleSource(models.Model):
    """One source of a whistle: a subject of its own here, or told in words."""

    whistle = models.ForeignKey("cases.Whistle", models.CASCADE, related_name="sources", verbose_name=_("whistle"))
    kind = models.CharField(_("kind"), max_length=12, choices=SourceKind.choices)
    subject_type = models.CharField(_("subject type"), max_length=60, blank=True)
    subject_id = models.BigIntegerField(_("subject key"), null=True, blank=True)
    reference = models.CharField(_("number or name"), max_length=100, blank=True)
    note = models.TextField(_("note"), blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("added by")
    )
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("source of a whistle")
        verbose_name_plural = _("sources of whistles")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=sorted({*LINKED, SourceKind.COUNCIL}), subject_type__gt="", subject_id__isnull=False
                )
                | ~Q(kind__in=sorted(LINKED)) & Q(subject_type="", subject_id=None, note__gt=""),
                name="whistle_source_says_which",
            ),
            models.UniqueConstraint(
                fields=["whistle", "subject_type", "subject_id"],
                condition=~Q(subject_type=""),
                name="whistle_source_once",
            ),
        ]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="whistle_source_subject")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference or self.note}"

    def subject(self) -> Any:
        """Return the subject, locked until the transaction ends; ``None`` for a source told in words."""
        if not self.subject_type:
            return None
        things: Any = apps.get_model(self.subject_type)
        return things._base_manager.select_for_update().filter(pk=self.subject_id).first()


def tell(move: Any, what: str, *more: Any) -> None:
    """Let every linked source of the moved whistle know ``what``: ``fed_back``, ``let_go`` or ``again``."""
    for source in move.subject.sources.order_by("subject_type", "subject_id"):
        link = LINKS.get(source.kind)
        if link and (subject := source.subject()) is not None:
            getattr(link, what)(subject, move, *more)
