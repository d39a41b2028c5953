"""What each kind of request means. The rooms above register their kinds; this room knows only the form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from citygrid.accounts.roles import Role


def as_it_is(subject: Any, text: str) -> str:
    """Leave a text as it was written."""
    return text


def free_words(text: str, at: datetime) -> str:
    """Keep a legal basis as it was written."""
    return text


def nothing(approval: Any, at: datetime, by: Any) -> None:
    """Have no further effect."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: who asks, who decides in which order, when it may be asked, and what follows."""

    askers: tuple[Role, ...]
    path: tuple[Role, ...]
    why_not: Callable[[Any, datetime], Any]  # (subject, at) → a reason in words, or None
    on_request: Callable[[Any, datetime, Any], None] = nothing
    on_approved: Callable[[Any, datetime, Any], None] = nothing
    on_not_approved: Callable[[Any, datetime, Any], None] = nothing
    needs_until: bool = False
    needs_evidence: bool = False
    # (legal basis as it was given, at) → as it is kept; raises ``Invalid`` for one that is not among the allowed.
    basis: Callable[[str, datetime], str] = free_words
    clean: Callable[[Any, str], str] = as_it_is  # (subject, text) → the text as it may be kept


# What a request is about ("case", "ticket") and its kind → what that means there.
KINDS: dict[tuple[str, str], Kind] = {}
