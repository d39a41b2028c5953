"""The port through which every app writes to the journal.

The journal lives in ``cases``; the lower apps may not import it. They call :func:`record`, and ``cases`` plugs the
journal in when Django starts (:func:`plug`). Without it nothing can be recorded, and that is an error, never silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Subject:
    """What a fact is about: a stable type name and key, and words that outlive the row."""

    type: str
    id: str
    text: str

    @classmethod
    def of(cls, instance: Any) -> Subject:
        """Name a model instance: ``gridmap.area`` / its primary key / its ``str()``."""
        return cls(instance._meta.label_lower, str(instance.pk), str(instance))


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened. ``kind`` is a dotted past tense such as ``area.imported``."""

    kind: str
    subject: Subject
    at: datetime
    by: Any = None  # a User, or None for the system itself
    from_state: str = ""
    to_state: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


class Sink(Protocol):
    """Stores a fact inside the caller's transaction."""

    def __call__(self, fact: Fact) -> Any: ...


_sink: list[Sink] = []
_bulk: list[Callable[[Sequence[Fact]], Sequence[Any]]] = []
_followers: list[Callable[[Fact, Any], None]] = []


def plug(sink: Sink, many: Callable[[Sequence[Fact]], Sequence[Any]] | None = None) -> None:
    """Connect the journal; called once at start-up. ``many`` stores several facts at once, as so many calls would."""
    _sink[:] = [sink]
    _bulk[:] = [many] if many else []


def follow(follower: Callable[[Fact, Any], None]) -> None:
    """Have ``follower(fact, stored)`` called after each fact is stored, still inside the caller's transaction.

    For waking up what passes facts on (``transaction.on_commit``); whoever must not miss one reads the journal.
    """
    if follower not in _followers:
        _followers.append(follower)


def record(
    kind: str,
    subject: Any,
    /,
    *,
    at: datetime,
    by: Any = None,
    from_state: str = "",
    to_state: str = "",
    **data: Any,
) -> Any:
    """Write one fact in the current transaction. ``subject`` is a model instance or a :class:`Subject`.

    Raises ``RuntimeError`` when no journal is connected.
    """
    named = subject if isinstance(subject, Subject) else Subject.of(subject)
    return store(Fact(kind, named, at, by, from_state, to_state, data))


def store(fact: Fact) -> Any:
    """Write a fact that was made before, as :func:`record` does."""
    stored = _plugged()(fact)
    for follower in _followers:
        follower(fact, stored)
    return stored


def store_all(facts: Sequence[Fact]) -> None:
    """Write many facts in the current transaction, in their order. Raises as :func:`record` does."""
    one = _plugged()
    stored = _bulk[0](facts) if _bulk else [one(fact) for fact in facts]
    for follower in _followers:
        for fact, row in zip(facts, stored, strict=True):
            follower(fact, row)


def _plugged() -> Sink:
    if not _sink:
        raise RuntimeError("No journal is connected: add 'cases' to INSTALLED_APPS.")
    return _sink[0]
