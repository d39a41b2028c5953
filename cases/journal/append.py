"""The one writer of the journal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection
from django.utils.translation import gettext as _

from cases.journal.canonical import digest, plain, text
from cases.journal.models import SYSTEM, Event
from citygrid.common import clock, context
from citygrid.common.errors import Busy
from citygrid.common.facts import Fact
from citygrid.common.prepared import Prepared
from citygrid.common.statements import run

_DEADLOCK = "40P01"
_BATCH = 500
# Names and keys with the width of their columns: these are never cut.
_LAST = Prepared(
    lambda type, id: (  # noqa: A006 - as the subject names them
        Event.objects.filter(subject_type=type, subject_id=id).order_by("-sequence").values_list("sequence", "hash")[:1]
    )
)
_WHOLE = {"kind": 60, "subject_type": 60, "subject_id": 40, "from_state": 40, "to_state": 40}


def append(fact: Fact) -> Event:
    """Write ``fact`` at the end of its subject's chain, in the caller's transaction. Three queries on PostgreSQL.

    Writers of one subject are serialised until the end of the transaction: by the write lock on SQLite, by an
    advisory lock on PostgreSQL. A transaction that records about several subjects does so in the order of their type
    and key; where two did it crosswise, PostgreSQL ends one of them and :class:`Busy` is raised.

    Raises ``RuntimeError`` outside a transaction, where a fact could be kept although what it tells of was not, and
    ``ValueError`` for a time without zone, a name that does not fit its column, or a number that is not finite.
    """
    event = _drafted(fact)
    event.pk = _take_turn(fact)
    before = _LAST(type=fact.subject.type, id=fact.subject.id)
    _seal_onto(event, before[0] if before else None)
    event.save(force_insert=True)
    return event


def append_many(facts: Sequence[Fact]) -> list[Event]:
    """Write facts as so many calls of :func:`append` would, each at the end of its subject's chain, in few queries.

    Returns the events in the order of the facts. Raises what :func:`append` raises, and then nothing was written.
    """
    drafts = [(fact.subject, _drafted(fact)) for fact in facts]
    subjects = sorted({subject.type: None for subject, _event in drafts})
    keys = {kind: sorted({one.id for one, _event in drafts if one.type == kind}, key=_in_order) for kind in subjects}
    numbers = _take_turns([f"{kind}/{key}" for kind in subjects for key in keys[kind]], len(drafts))
    ends = {kind: _ends(kind, keys[kind]) for kind in subjects}
    for number, (subject, event) in zip(numbers, drafts, strict=True):
        event.pk = number
        _seal_onto(event, ends[subject.type].get(subject.id))
        ends[subject.type][subject.id] = (event.sequence, event.hash)
    written: list[Event] = Event.objects.bulk_create([event for _subject, event in drafts], batch_size=_BATCH)
    return written


def _in_order(key: str) -> tuple[int, str]:
    return (len(key), key) if key.isdigit() else (0, key)  # as numbers, where they are


def _ends(kind: str, keys: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Return where the chains of these subjects end now."""
    found: dict[str, tuple[int, str]] = {}
    for start in range(0, len(keys), _BATCH):
        rows = Event.objects.filter(subject_type=kind, subject_id__in=keys[start : start + _BATCH])
        for key, sequence, seal in rows.order_by("sequence").values_list("subject_id", "sequence", "hash"):
            found[key] = (sequence, seal)
    return found


def _drafted(fact: Fact) -> Event:
    if not connection.in_atomic_block:
        raise RuntimeError("A fact is recorded inside the transaction that makes it true.")
    if fact.at.tzinfo is None:
        raise ValueError("A fact happens at an instant: pass a time with a zone.")
    event = Event(
        kind=fact.kind,
        subject_type=fact.subject.type,
        subject_id=fact.subject.id,
        subject_text=text(fact.subject.text)[:200],
        at=fact.at,
        actor_id=getattr(fact.by, "pk", None),
        actor_text=text(str(fact.by))[:150] if fact.by is not None else SYSTEM,
        from_state=fact.from_state,
        to_state=fact.to_state,
        facts=plain(fact.data),
        source_ip=text(context.source_ip.get())[:45],
        request_id=text(context.request_id.get())[:64],
    )
    _refuse_cut(event)
    return event


def _seal_onto(event: Event, last: tuple[int, str] | None) -> None:
    """Hash the event onto the end of its chain; ``last`` is the number and hash found there."""
    event.sequence, event.previous_hash = (last[0] + 1, last[1]) if last else (1, "")
    event.recorded_at = clock.now()
    event.hash = digest(event)


def _refuse_cut(event: Event) -> None:
    for name, limit in _WHOLE.items():
        value = getattr(event, name)
        if len(value) > limit or value != text(value):
            raise ValueError(f"“{value}” does not fit the journal's column {name} ({limit} characters).")


def _take_turn(fact: Fact) -> Any:
    """Wait until no other transaction writes about the subject; return the new row's key.

    The key is taken before the insert because it is hashed too, so that a row cannot be renumbered unseen; and after
    the wait, so that keys rise along every chain.
    """
    if connection.vendor != "postgresql":
        # The write lock is held already; unlike MAX(id), the counter also knows of rows removed at the end.
        turn = "SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'cases_event'), 0) + 1"
        return run(turn).rows[0][0]
    turn = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 4501)), nextval('cases_event_id_seq')"
    with _deadlock_is_busy():
        return run(turn, [f"{fact.subject.type}/{fact.subject.id}"]).rows[0][1]


def _take_turns(names: list[str], count: int) -> list[int]:
    """Wait, in this order, until no other transaction writes about these subjects; return ``count`` keys, rising."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'cases_event'), 0)")
            last = cursor.fetchone()[0]
            return list(range(last + 1, last + 1 + count))
        with _deadlock_is_busy():
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(named.one, 4501)) FROM"
                " (SELECT one FROM unnest(%s::text[]) WITH ORDINALITY AS q(one, n) ORDER BY n OFFSET 0) named",
                [names],
            )
        cursor.execute("SELECT nextval('cases_event_id_seq') FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]


@contextmanager
def _deadlock_is_busy() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != _DEADLOCK:
            raise
        raise Busy(
            _("Somebody else is changing the same things at this moment, so nothing was changed. Try again.")
        ) from error
