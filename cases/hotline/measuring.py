"""How good a learned model is at texts that it has not seen: cross-validation, fold by fold and label by label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cases.hotline.learning import Array, learn

SURE = 0.6  # share from which on a suggestion counts as a sure one in the figures


@dataclass(frozen=True, slots=True)
class OfLabel:
    """One label: how many texts bear it, how many of those that were given it bear it, how many of its were found."""

    label: str
    texts: int
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures of a cross-validation; all shares between 0 and 1."""

    texts: int
    folds: tuple[float, ...]  # share of right first suggestions, by fold
    right: float  # first suggestion right
    among_three: float  # the right one is among the first three
    guess: float  # what always naming the most frequent label would reach
    f1: float  # mean of all labels' harmonic means of precision and recall
    sure: float  # share of texts with a first suggestion of at least SURE
    right_if_sure: float | None  # how many of those were right
    labels: tuple[OfLabel, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the figures for keeping, rounded to a thousandth."""
        rounded = {
            name: round(value, 3) if (value := getattr(self, name)) is not None else None
            for name in ("right", "among_three", "guess", "f1", "sure", "right_if_sure")
        }
        return {"texts": self.texts, "folds": [round(one, 3) for one in self.folds], **rounded}


def folded(labels: Sequence[str], folds: int) -> Array:
    """Return for each text its fold; every label is spread evenly, always in the same way."""
    known, given = np.unique(np.array(labels), return_inverse=True)
    shuffle, fold = np.random.default_rng(1), np.zeros(len(labels), int)
    for label in range(len(known)):
        where = shuffle.permutation(np.flatnonzero(given == label))
        fold[where] = (np.arange(len(where)) + label) % folds
    return fold


def measure(texts: Sequence[Sequence[str]], labels: Sequence[str], folds: int = 5) -> Measured:
    """Learn from all folds but one and judge that one, each in turn. Texts without a learned word count as wrong."""
    fold = folded(labels, folds)
    judged: list[tuple[int, str, list[str], float]] = []  # fold, label, suggestions, share of the first
    for one in range(folds):
        judged += [(one, *rest) for rest in _judged(texts, labels, fold == one)]
    hits = np.array([[number, label in named[:1], label in named] for number, label, named, _share in judged])
    sure = [(label in named[:1]) for _fold, label, named, share in judged if share >= SURE]
    by_label = tuple(_of_label(label, judged) for label in sorted(set(labels)))
    return Measured(
        texts=len(labels),
        folds=tuple(float(hits[hits[:, 0] == one, 1].mean()) for one in range(folds)),
        right=float(hits[:, 1].mean()), among_three=float(hits[:, 2].mean()),
        guess=max(labels.count(label) for label in set(labels)) / len(labels),
        f1=sum(_harmonic(one) for one in by_label) / len(by_label),
        sure=len(sure) / len(judged), right_if_sure=sum(sure) / len(sure) if sure else None, labels=by_label,
    )  # fmt: skip


def _judged(
    texts: Sequence[Sequence[str]], labels: Sequence[str], held: Array
) -> Iterator[tuple[str, list[str], float]]:
    rest = [int(one) for one in np.flatnonzero(~held)]
    model = learn([texts[one] for one in rest], [labels[one] for one in rest])
    for one in map(int, np.flatnonzero(held)):
        shares = model.judge(texts[one])
        if shares is None:
            yield labels[one], [], 0.0
        else:
            best = np.argsort(-shares)[:3]
            yield labels[one], [model.labels[place] for place in best], float(shares[best[0]])


def _of_label(label: str, judged: Sequence[tuple[int, str, list[str], float]]) -> OfLabel:
    own = [named[:1] for _fold, true, named, _share in judged if true == label]
    given = [true for _fold, true, named, _share in judged if named[:1] == [label]]
    found = own.count([label])
    return OfLabel(label, len(own), found / len(given) if given else 0.0, found / len(own))


def _harmonic(one: OfLabel) -> float:
    both = one.precision + one.recall
    return 2 * one.precision * one.recall / both if both else 0.0
