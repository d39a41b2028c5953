"""A linear model that learns from texts which label they bear, and can say which words made it think so.

Multinomial logistic regression over words (1 + log of how often a word stands there, weighted by how rare it is in
all texts, each text of length one), learned by gradient descent with Adam. Pure numpy, reproducible: the same texts in
the same order give the same model. It is kept as plain arrays; reading one back runs no code and checks every shape.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

FORMAT = 1
LEAST_TEXTS = 2  # in which a word must stand to be learned
MOST_WORDS = 20_000
_BATCH, _RATE, _SHRINK = 256, 0.1, 1e-4
_LEAST_STEPS, _MOST_STEPS = 120, 1200
_ARRAYS = ("idf", "weights", "bias", "counts", "sizes")

Array = Any  # numpy's own types say less than the docstrings do


class Damaged(Exception):
    """What was read is no model of this kind."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """A word that points to a label: ``here`` of ``all`` texts with the word bore the label."""

    word: str
    here: int
    all: int


@dataclass(frozen=True, slots=True)
class Learned:
    """A learned model of ``len(labels)`` labels and ``len(places)`` words."""

    labels: tuple[str, ...]
    places: dict[str, int]  # word → its row
    idf: Array  # float32, words
    weights: Array  # float32, words × labels
    bias: Array  # float32, labels
    counts: Array  # uint32, words × labels: texts with the word and the label
    sizes: Array  # uint32, labels: texts with the label

    def judge(self, words: Sequence[str]) -> Array | None:
        """Return the share of each label, adding up to one; ``None`` for a text without any learned word."""
        where, values = self._row(words)
        if not len(where):
            return None
        return _shares((values @ self.weights[where] + self.bias)[None, :])[0]

    def pointing(self, words: Sequence[str], label: int, most: int = 3) -> list[Pointer]:
        """Return the words of a text that speak most for a label, against the mean of all labels."""
        where, values = self._row(words)
        speaks = values * (self.weights[where, label] - self.weights[where].mean(axis=1))
        named = list(self.places)
        return [
            Pointer(named[where[one]], int(self.counts[where[one], label]), int(self.counts[where[one]].sum()))
            for one in np.argsort(-speaks, kind="stable")[:most]
            if speaks[one] > 0 and self.counts[where[one], label] > 0
        ]

    def _row(self, words: Sequence[str]) -> tuple[Array, Array]:
        return _row(words, self.places, self.idf)

    def to_bytes(self) -> bytes:
        """Return the model as one compressed file of plain arrays (npz)."""
        told = {"format": FORMAT, "labels": self.labels, "words": list(self.places)}
        names = np.frombuffer(json.dumps(told, ensure_ascii=False).encode(), np.uint8)
        out = io.BytesIO()
        np.savez_compressed(out, names=names, **{name: getattr(self, name) for name in _ARRAYS})
        return out.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Learned:
        """Read a model back. Nothing in it is run. Raises ``Damaged``."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as file:
                told = json.loads(bytes(file["names"]))
                arrays = {name: file[name] for name in _ARRAYS}
            labels, words = tuple(map(str, told["labels"])), [str(word) for word in told["words"]]
            shapes = [arrays[name].shape for name in _ARRAYS]
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as fault:
            raise Damaged(str(fault)) from fault
        wide, high = len(labels), len(words)
        if told["format"] != FORMAT or shapes != [(high,), (high, wide), (wide,), (high, wide), (wide,)]:
            raise Damaged("format or shapes")
        if len(set(words)) != high or not all(np.isfinite(arrays[name]).all() for name in ("idf", "weights", "bias")):
            raise Damaged("words or numbers")
        return cls(labels, {word: place for place, word in enumerate(words)}, **arrays)


def learn(texts: Sequence[Sequence[str]], labels: Sequence[str]) -> Learned:
    """Learn from texts (as words) and their labels. Raises ``ValueError`` for fewer than two labels."""
    known = tuple(sorted(set(labels)))
    if len(known) < 2:
        raise ValueError("There is nothing to tell apart: all texts bear the same label.")
    place = {label: number for number, label in enumerate(known)}
    wanted = np.array([place[label] for label in labels])
    seen = Counter(word for text in texts for word in set(text))
    often = sorted((word for word, count in seen.items() if count >= LEAST_TEXTS), key=lambda word: (-seen[word], word))
    places = {word: number for number, word in enumerate(often[:MOST_WORDS])}
    idf = np.array([np.log((1 + len(texts)) / (1 + seen[word])) + 1 for word in places], np.float32)
    rows = [_row(text, places, idf) for text in texts]
    counts = np.zeros((len(places), len(known)), np.uint32)
    for (where, _values), label in zip(rows, wanted, strict=True):
        counts[where, label] += 1
    weights, bias = _descend(rows, wanted, len(places), len(known))
    sizes = np.bincount(wanted, minlength=len(known)).astype(np.uint32)
    return Learned(known, places, idf, weights, bias, counts, sizes)


def _row(words: Sequence[str], places: dict[str, int], idf: Array) -> tuple[Array, Array]:
    """Return the rows of the known words of a text, each once, and their values as a vector of length one."""
    found = Counter(places[word] for word in words if word in places)
    where = np.fromiter(found, np.int64, len(found))
    values = (1 + np.log(np.fromiter(found.values(), np.float32, len(found)))) * idf[where]
    return where, (values / max(float(np.linalg.norm(values)), 1e-9)).astype(np.float32)


def _shares(sums: Array) -> Array:
    grown = np.exp(sums - sums.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)


def _descend(rows: list[tuple[Array, Array]], wanted: Array, high: int, wide: int) -> tuple[Array, Array]:
    """Return weights and bias that make the labels of the rows likely: Adam with a falling rate, batch by batch."""
    weights, bias = np.zeros((high, wide), np.float32), np.zeros(wide, np.float32)
    speed, spread = np.zeros_like(weights), np.zeros_like(weights)
    goals = np.eye(wide, dtype=np.float32)[wanted]
    shuffle = np.random.default_rng(1)
    batches = -(-len(rows) // _BATCH)
    steps = min(_MOST_STEPS, max(_LEAST_STEPS, 10 * batches))
    order: list[int] = []
    for step in range(1, steps + 1):
        if not order:
            order = list(shuffle.permutation(len(rows)))
        batch, order = order[:_BATCH], order[_BATCH:]
        block = np.zeros((len(batch), high), np.float32)
        for line, one in enumerate(batch):
            block[line, rows[one][0]] = rows[one][1]
        error = _shares(block @ weights + bias) - goals[batch]
        slope = block.T @ error / len(batch) + _SHRINK * weights
        speed = 0.9 * speed + 0.1 * slope
        spread = 0.99 * spread + 0.01 * slope * slope
        rate = _RATE * (1 - step / (steps + 1))
        weights -= rate * (speed / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.99**step)) + 1e-8)
        bias -= rate * error.mean(axis=0)
    return weights, bias
