"""Rates and points as pure arithmetic: what counts, what is good, and the rule in words beside it.

A board's items are facts (a frozen dataclass per board) with how many items share them. Numerators and denominators
are whole numbers, so that the counts of two neighbouring periods add up to those of both; a rate of nothing is no
rate, never 0 or 100 (handbook §5.2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Facts:
    """Items of one unit that are alike: what the rules ask of them, how many, and the sums of their points."""

    unit: int
    about: Any
    count: int = 1
    sums: Mapping[str, int] = field(default_factory=dict)
    own: bool = True  # whether they make up the figures of who asks, where that was asked


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a board: which items count, which of them are good; or the mean of points that they were given."""

    name: str
    label: Any
    rule: Any  # numerator ÷ denominator in a sentence
    source: Any  # of the rule, in words
    counted: Callable[[Any], bool]
    good: Callable[[Any], bool] | None = None
    points: str = ""  # the sum that is the numerator, where items are given points
    most: int = 1  # points that one item can have
    bad: bool = False  # the lower the better

    def takes(self, about: Any, part: str) -> bool:
        """Whether an item belongs to a part of the figure: ``counted``, ``good`` or ``missed``."""
        if not self.counted(about):
            return False
        return part == "counted" or (self.good is not None and self.good(about) == (part == "good"))

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts whose items can be listed."""
        return ("counted", "good", "missed") if self.good else ("counted",)


@dataclass(frozen=True, slots=True)
class Value:
    """A figure of one unit, with what it is made of."""

    figure: Figure
    numerator: int
    denominator: int

    @property
    def share(self) -> Fraction | None:
        """From 0 to 1, exactly; ``None`` where nothing counts."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def percent(self) -> Decimal | None:
        """The share in per cent, rounded half up to two places: for show only."""
        return percent(self.share)


def percent(share: Fraction | None) -> Decimal | None:
    """Return a share in per cent, rounded half up to two places; ``None`` stays ``None``."""
    if share is None:
        return None
    exact = share * 100
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(HUNDREDTH, ROUND_HALF_UP)


def value(figure: Figure, facts: Iterable[Facts]) -> Value:
    """Return the figure over these items."""
    among = [one for one in facts if figure.counted(one.about)]
    count = sum(one.count for one in among)
    if figure.points:
        return Value(figure, sum(one.sums[figure.points] for one in among), count * figure.most)
    good = sum(one.count for one in among if figure.good and figure.good(one.about))
    return Value(figure, good, count)


def counted(facts: Iterable[Facts], test: Callable[[Any], bool]) -> int:
    """Return how many items pass a test."""
    return sum(one.count for one in facts if test(one.about))


def weighted(parts: Iterable[tuple[Fraction | None, int]]) -> Fraction | None:
    """Return the mean of shares with whole weights; ``None`` if one of those that weigh is missing.

    A missing share is not made up for by the others: a unit nobody could be asked about has no score.
    """
    total, weights = Fraction(0), 0
    for share, weight in parts:
        if weight == 0:
            continue
        if share is None:
            return None
        total += share * weight
        weights += weight
    return total / weights if weights else None


def ranked(shares: Iterable[tuple[int, Fraction | None]]) -> dict[int, int]:
    """Return the place of each unit by its share, the highest first; equals share a place, no share has none."""
    known = sorted(((share, unit) for unit, share in shares if share is not None), key=lambda one: -one[0])
    places: dict[int, int] = {}
    for index, (share, unit) in enumerate(known):
        same = index and known[index - 1][0] == share
        places[unit] = places[known[index - 1][1]] if same else index + 1
    return places
