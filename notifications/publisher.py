"""Passes journal events on: every browser that an account has open learns of facts about that account.

An event is passed on at once by the process that recorded it, when its transaction commits; the worker's sweep finds
what was missed. Claim (``published_at``) and sending are one transaction: where sending fails, the claim is undone and
the next sweep tries again, so a message may come twice but is not lost to a fault here. Browsers know events by number.
Only the journal is complete: a browser that is not connected at that moment hears nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.contrib.auth import get_user_model
from django.db import transaction

from cases.journal.models import Event
from citygrid.common.facts import Fact

SWEEP_EVERY = timedelta(seconds=10)
# The sweep leaves younger events to the process that recorded them. Without Redis only that one reaches its browsers.
GRACE = timedelta(seconds=5)
CHUNK = 500


def group_of(account_id: Any) -> str:
    """Return the channel group that all browsers of one account listen in."""
    return f"inbox.{account_id}"


def publish_due(*, at: datetime, limit: int = CHUNK) -> int:
    """Pass on up to ``limit`` events older than ``GRACE``, oldest first; return how many this call claimed.

    Any number of publishers may run at once: each event is claimed by one of them.
    """
    due = Event.objects.unpublished().filter(recorded_at__lte=at - GRACE).order_by("pk")
    if not due.exists():  # spares SQLite's one writer the wait
        return 0
    with transaction.atomic():
        # Rows that another publisher holds are skipped on PostgreSQL; on SQLite there is one writer at a time.
        return _publish(due.select_for_update(skip_locked=True)[:limit], at)


def sweep(at: datetime) -> int:
    """Pass on everything that is due (the periodic job)."""
    claimed = 0
    while (some := publish_due(at=at)) > 0:
        claimed += some
    return claimed


def heed(fact: Fact, stored: Any) -> None:
    """Wake up when a fact about an account is committed; the other facts can wait for the sweep."""
    if fact.subject.type == _account_type():
        transaction.on_commit(partial(_publish_one, stored.pk, stored.recorded_at), robust=True)


def _publish_one(event_id: int, at: datetime) -> None:
    with transaction.atomic():
        _publish(Event.objects.unpublished().filter(pk=event_id), at)


def _publish(events: Any, at: datetime) -> int:
    claimed, messages = 0, []
    for event in events:
        # Compare and set: whoever else read the same row has claimed it, or has not.
        if Event.objects.unpublished().filter(pk=event.pk).update(published_at=at):
            claimed += 1
            if event.subject_type == _account_type():
                messages.append((group_of(event.subject_id), _message(event)))
    if messages:
        async_to_sync(_send)(messages)
    return claimed


async def _send(messages: list[tuple[str, dict[str, Any]]]) -> None:
    layer = get_channel_layer()
    if layer is None:
        raise RuntimeError("No channel layer is configured.")
    for group, message in messages:
        await layer.group_send(group, message)


def _message(event: Event) -> dict[str, Any]:
    """Return what crosses the channel layer: no names and no facts, for it may pass through another machine."""
    return {"type": "journal.event", "event": event.pk, "kind": event.kind, "at": event.at.isoformat()}


def _account_type() -> str:
    return get_user_model()._meta.label_lower
