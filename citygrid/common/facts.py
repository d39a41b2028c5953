"""The port through which every app writes to the journal.

The journal lives in ``cases``; the lower apps may not import it. They call :func:`record`, and ``cases`` plugs the
journal in when Django starts (:func:`plug`). Without it nothing can be recorded, and that is an error, never silence.
"""

from __future__ import annotations

from collections.abc import Mapping
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


def plug(sink: Sink) -> None:
    """Connect the journal; called once at start-up."""
    _sink[:] = [sink]


def record(
    kind: str,
    subject: Any,
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
    if not _sink:
        raise RuntimeError("No journal is connected: add 'cases' to INSTALLED_APPS.")
    named = subject if isinstance(subject, Subject) else Subject.of(subject)
    return _sink[0](Fact(kind, named, at, by, from_state, to_state, data))
