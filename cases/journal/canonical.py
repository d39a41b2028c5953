"""The one form in which a row of the journal is hashed: equal before writing and after reading, on both engines.

Two things would break that: PostgreSQL's ``jsonb`` keeps numbers as decimals, so that ``1e+20`` comes back as an
integer; and it holds neither NUL nor half a surrogate pair. :func:`plain` therefore brings facts into a form that
both engines return unchanged *before* they are written.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from citygrid.common import crypto

if TYPE_CHECKING:
    from cases.journal.models import Event

_HASHED = (
    "id", "kind", "subject_type", "subject_id", "subject_text", "sequence", "at", "recorded_at", "actor_id",
    "actor_text", "from_state", "to_state", "facts", "source_ip", "request_id", "previous_hash",
)  # fmt: skip


def digest(event: Event) -> str:
    """Return the HMAC-SHA256 over everything in the row but ``published_at`` and the hash itself, as 64 hex digits."""
    values = [getattr(event, name) for name in _HASHED]
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_utc)
    seal = crypto.mac("journal/event")
    seal.update(text.encode())
    return seal.hexdigest()


def plain(value: Any) -> Any:
    """Return ``value`` made of strings, numbers, booleans, ``None``, lists and dictionaries with string keys.

    Times become UTC ISO 8601; whole floats become integers; sets are sorted; anything else becomes its ``str()``.
    Raises ``ValueError`` for numbers that are not finite, which JSON cannot hold.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return text(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return _utc(value) if value.tzinfo else value.isoformat()
    if isinstance(value, Mapping):
        return {text(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=str)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return text(value.isoformat() if hasattr(value, "isoformat") else str(value))


def text(value: str) -> str:
    """Return ``value`` with what PostgreSQL cannot hold (NUL, half a surrogate pair) replaced."""
    return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _number(value: float) -> int | float:
    if not math.isfinite(value):
        raise ValueError("A fact cannot be NaN or infinite.")
    # Through the shortest decimal form, which is what both engines store; int(1e23) would be another number.
    exact = Decimal(repr(value))
    return int(exact) if exact == exact.to_integral_value() else float(value)


def _utc(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")
