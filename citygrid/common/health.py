"""Is this process alive, and may traffic be sent to it? Strangers learn yes or no, the log learns why."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from datetime import timedelta

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citygrid.common import clock
from citygrid.common.models import Heartbeat

WORKER_SILENT_AFTER = timedelta(seconds=60)
CHANNEL_SECONDS = 3

log = structlog.get_logger("citygrid.health")


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as the process answers at all; touches neither database nor session."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when every check holds and 503 otherwise, with ``ok`` or ``failed`` for each."""
    results = {name: _holds(name, check) for name, check in CHECKS.items()}
    good = all(results.values())
    return JsonResponse(
        {"status": _word(good), "checks": {name: _word(held) for name, held in results.items()}},
        status=200 if good else 503,
    )


def _word(good: bool) -> str:
    return "ok" if good else "failed"


def _holds(name: str, check: Callable[[], bool]) -> bool:
    try:
        held = check()
    except Exception:  # whatever is broken behind a check is this check's failure
        log.exception("health check failed", check=name)
        return False
    if not held:
        log.warning("health check failed", check=name)
    return held


def database_answers() -> bool:
    """Whether a query comes back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def migrations_applied() -> bool:
    """Whether the database has the shape that this code expects."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def channel_layer_delivers() -> bool:
    """Whether a message sent through the channel layer arrives."""
    return async_to_sync(_round_trip)()


async def _round_trip() -> bool:
    layer = get_channel_layer()
    if layer is None:
        return False
    word = uuid.uuid4().hex
    channel = await layer.new_channel("health")
    async with asyncio.timeout(CHANNEL_SECONDS):
        await layer.send(channel, {"type": "health.check", "word": word})
        return bool((await layer.receive(channel))["word"] == word)


def worker_beats() -> bool:
    """Whether any worker gave a sign of life within a minute."""
    return Heartbeat.objects.filter(beat_at__gte=clock.now() - WORKER_SILENT_AFTER).exists()


CHECKS: dict[str, Callable[[], bool]] = {
    "database": database_answers,
    "migrations": migrations_applied,
    "channel_layer": channel_layer_delivers,
    "worker": worker_beats,
}
