"""The one writer of the journal."""

from __future__ import annotations

from typing import Any

from django.db import OperationalError, connection
from django.utils.translation import gettext as _

from cases.journal.canonical import digest, plain, text
from cases.journal.models import SYSTEM, Event
from citygrid.common import clock, context
from citygrid.common.errors import Busy
from citygrid.common.facts import Fact

_DEADLOCK = "40P01"
# Names and keys with the width of their columns: these are never cut.
_WHOLE = {"kind": 60, "subject_type": 60, "subject_id": 40, "from_state": 40, "to_state": 40}


def append(fact: Fact) -> Event:
    """Write ``fact`` at the end of its subject's chain, in the caller's transaction. Three queries on PostgreSQL.

    Writers of one subject are serialised until the end of the transaction: by the write lock on SQLite, by an
    advisory lock on PostgreSQL. A transaction that records about several subjects does so in the order of their type
    and key; where two did it crosswise, PostgreSQL ends one of them and :class:`Busy` is raised.

    Raises ``RuntimeError`` outside a transaction, where a fact could be kept although what it tells of was not, and
    ``ValueError`` for a time without zone, a name that does not fit its column, or a number that is not finite.
    """
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
    event.pk = _take_turn(fact)
    last = Event.objects.of(fact.subject).order_by("-sequence").values_list("sequence", "hash").first()
    event.sequence, event.previous_hash = (last[0] + 1, last[1]) if last else (1, "")
    event.recorded_at = clock.now()
    event.hash = digest(event)
    event.save(force_insert=True)
    return event


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
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            # The write lock is held already; unlike MAX(id), the counter also knows of rows removed at the end.
            cursor.execute("SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'cases_event'), 0) + 1")
            return cursor.fetchone()[0]
        try:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 4501)), nextval('cases_event_id_seq')",
                [f"{fact.subject.type}/{fact.subject.id}"],
            )
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != _DEADLOCK:
                raise
            raise Busy(
                _("Somebody else is changing the same things at this moment, so nothing was changed. Try again.")
            ) from error
        return cursor.fetchone()[1]
