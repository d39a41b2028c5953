"""The model that the office trained on its own tickets: versions in the database, checked before they are used."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from datetime import datetime
from typing import Any, ClassVar

from django.apps import apps
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.hotline.learning import Damaged, Learned, learn
from cases.hotline.measuring import Measured, measure
from citygrid.common import facts
from citygrid.common.errors import Invalid
from citygrid.common.prepared import Prepared
from citygrid.common.words import words

logger = logging.getLogger(__name__)
MOST_TICKETS = 50_000  # the latest: what people complain of changes
MOST_MEASURED = 5_000
LEAST_OF_A_CATEGORY = 5  # so many tickets, or the keywords answer for it
FOLDS = 5


class SuggestionModel(models.Model):
    """One trained model. The newest is used; a suggestion in the journal names its version."""

    trained_at = models.DateTimeField(gettext_lazy("trained at"))
    tickets = models.PositiveIntegerField(gettext_lazy("tickets learned from"))
    data = models.BinaryField(gettext_lazy("plain arrays"))  # npz; see cases.hotline.learning
    sha256 = models.CharField(gettext_lazy("digest"), max_length=64)
    measured = models.JSONField(gettext_lazy("figures of the cross-validation"))

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = gettext_lazy("trained suggestion model")
        verbose_name_plural = gettext_lazy("trained suggestion models")

    def __str__(self) -> str:
        return f"{self.pk}"

    def read(self) -> Learned:
        """Return the model itself. Raises ``Damaged`` when the row is not what was stored."""
        data = bytes(self.data)
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise Damaged("digest")
        return Learned.from_bytes(data)


_NEWEST = Prepared(lambda: SuggestionModel.objects.order_by("-pk").values_list("pk", flat=True)[:1])
_read: dict[int, Learned | None] = {}  # the one in use in this process


def current() -> tuple[int, Learned] | None:
    """Return version and model now in use, ``None`` before the first training. One small query; read once."""
    keys = _NEWEST()
    if not keys:
        return None
    ((newest,),) = keys
    if newest not in _read:
        row = SuggestionModel.objects.get(pk=newest)
        try:
            found = row.read()
        except Damaged as fault:  # the keywords still answer; whoever trains anew replaces it
            logger.error("The suggestion model %s is damaged (%s) and is not used. Train a new one.", newest, fault)
            found = None
        _read.clear()
        _read[newest] = found
    model = _read.get(newest)
    return (newest, model) if model is not None else None


def text_of(title: str, content: str) -> list[str]:
    """Return the words to learn from or to judge. The title counts twice: it says what matters."""
    return [*words(title), *words(f"{title}。{content}")]


def material(tickets: Any) -> tuple[list[list[str]], list[str]]:
    """Return texts as they go out, without who called, and codes of their categories, the latest tickets first."""
    rows = tickets.filter(category__isnull=False).order_by("-received_at", "-pk")
    told = rows.values_list("shown_title", "shown_content", "category__code")[:MOST_TICKETS]
    texts, labels = [], []
    for title, content, code in told.iterator(chunk_size=2000):
        texts.append(text_of(title, content))
        labels.append(code)
    enough = {code for code, count in Counter(labels).items() if count >= LEAST_OF_A_CATEGORY}
    kept = [(text, label) for text, label in zip(texts, labels, strict=True) if label in enough]
    return [text for text, _label in kept], [label for _text, label in kept]


def train(*, at: datetime, keep: bool = True) -> tuple[SuggestionModel, Measured]:
    """Measure and train on the office's own tickets; with ``keep`` the new version is used from now on.

    Raises ``Invalid`` for too few tickets, and for a model that is no better than naming the most frequent category.
    """
    ticket: Any = apps.get_model("cases", "Ticket")
    texts, labels = material(ticket.objects.all())
    if len(set(labels)) < 2:
        raise Invalid(
            _("There is too little to learn from: at least two categories need %(least)d tickets each.")
            % {"least": LEAST_OF_A_CATEGORY}
        )
    step = -(-len(texts) // MOST_MEASURED)
    measured = measure(texts[::step], labels[::step], FOLDS)
    if measured.right <= measured.guess:
        raise Invalid(
            _("The model would be right in %(right).0f %% of the tickets, always naming the most frequent category in"
              " %(guess).0f %%. It is not used; the keywords go on answering.")
            % {"right": 100 * measured.right, "guess": 100 * measured.guess}
        )  # fmt: skip
    data = learn(texts, labels).to_bytes()
    row = SuggestionModel(
        trained_at=at, tickets=len(texts), data=data, sha256=hashlib.sha256(data).hexdigest(),
        measured=measured.as_json(),
    )  # fmt: skip
    if keep:
        with transaction.atomic():
            row.save(force_insert=True)
            facts.record(
                "suggestions.trained", row, at=at, tickets=row.tickets, sha256=row.sha256,
                right=row.measured["right"], among_three=row.measured["among_three"],
            )  # fmt: skip
    return row, measured
