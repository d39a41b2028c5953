"""What an import found and did: findings in sentences with figures, and counts. Kept apart from how it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

T = TypeVar("T")
# Wraps a loop so that somebody can watch it: (items, how many, label) → the same items.
Watch = Callable[[Iterable[T], int, str], Iterator[T]]
EXAMPLES = 5


class Weight(StrEnum):
    """An error forbids writing; a warning is for a person to judge; a note only tells what was done."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found, as a sentence and as data. ``data`` holds areas in m² under ``area_m2``."""

    kind: str
    weight: Weight
    message: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Report:
    """All findings of one run in the order in which they came, and its counts."""

    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)

    def error(self, kind: str, message: str, **data: Any) -> None:
        """Add something that forbids writing."""
        self.findings.append(Finding(kind, Weight.ERROR, message, data))

    def warn(self, kind: str, message: str, **data: Any) -> None:
        """Add something a person should look at."""
        self.findings.append(Finding(kind, Weight.WARNING, message, data))

    def note(self, kind: str, message: str, **data: Any) -> None:
        """Add something that was done on the way."""
        self.findings.append(Finding(kind, Weight.NOTE, message, data))

    @property
    def errors(self) -> list[Finding]:
        """Findings that forbid writing."""
        return [one for one in self.findings if one.weight is Weight.ERROR]

    def of(self, kind: str) -> list[Finding]:
        """Findings of one kind."""
        return [one for one in self.findings if one.kind == kind]

    def as_data(self) -> dict[str, Any]:
        """Return the report for a file or an API; stable keys, plain types."""
        return {
            **self.about,
            "counts": self.counts,
            "findings": [
                {"kind": one.kind, "weight": one.weight.value, "message": one.message, **one.data}
                for one in self.findings
            ],
        }


def some(words: Iterable[Any], most: int = EXAMPLES) -> str:
    """Return the first few of many words, for a sentence."""
    every = [str(word) for word in words]
    return ", ".join(every[:most]) + (" …" if len(every) > most else "")


def unwatched(items: Iterable[T], _total: int, _label: str) -> Iterator[T]:
    """The watch of a run at which nobody looks."""
    return iter(items)
