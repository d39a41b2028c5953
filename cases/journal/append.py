"""The one writer of the journal."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import connection

from cases.journal.models import Event
from citygrid.common import clock, context
from citygrid.common.facts import Fact

_HASHED = (
    "kind", "subject_type", "subject_id", "subject_text", "sequence", "at", "recorded_at", "actor_id", "actor_text",
    "from_state", "to_state", "facts", "source_ip", "request_id", "previous_hash",
)  # fmt: skip


def digest(event: Event) -> str:
    """Return the SHA-256 over everything in the row but ``published_at`` and the hash itself, as 64 hex digits."""
    values = [getattr(event, name) for name in _HASHED]
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def append(fact: Fact) -> Event:
    """Write ``fact`` at the end of its subject's chain, in the caller's transaction.

    Writers of one subject are serialised: by the write lock on SQLite, by an advisory lock on PostgreSQL. Raises
    ``RuntimeError`` outside a transaction, where a fact could be kept although what it tells of was not.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A fact is recorded inside the transaction that makes it true.")
    _wait_for_turn(fact)
    last = (
        Event.objects.filter(subject_type=fact.subject.type, subject_id=fact.subject.id)
        .order_by("-sequence").values_list("sequence", "hash").first()
    )  # fmt: skip
    event = Event(
        kind=fact.kind,
        subject_type=fact.subject.type,
        subject_id=fact.subject.id,
        subject_text=fact.subject.text[:200],
        sequence=last[0] + 1 if last else 1,
        at=fact.at,
        recorded_at=clock.now(),
        actor_id=getattr(fact.by, "pk", None),
        actor_text=str(fact.by)[:150] if fact.by is not None else "system",
        from_state=fact.from_state,
        to_state=fact.to_state,
        facts=json.loads(json.dumps(dict(fact.data), default=_plain)),
        source_ip=context.source_ip.get(),
        request_id=context.request_id.get(),
        previous_hash=last[1] if last else "",
    )
    event.hash = digest(event)
    event.save(force_insert=True)
    return event


def _wait_for_turn(fact: Fact) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            key = f"{fact.subject.type}/{fact.subject.id}"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 4501))", [key])


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
