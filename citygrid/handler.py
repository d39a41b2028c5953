"""Answers HTTP requests on a fixed number of threads, each of which keeps its database connection.

Django's own ASGI handler makes a thread for every request, so every request opens a connection to the database, and
passes the request between that thread and the event loop several times. Here a request is worked on from its beginning
to its end, signals included, by one of ``WEB_THREADS`` threads that stay; ``CONN_MAX_AGE`` and the check of a
connection's health then mean what they mean under a server of threads. More requests than threads wait their turn.
"""

from __future__ import annotations

import select
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import connections
from django.http import FileResponse, HttpResponseBase
from django.urls import set_script_prefix


class ThreadedHandler(ASGIHandler):
    """One hop to a thread and back for each request."""

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(settings.WEB_THREADS, thread_name_prefix="web")
        self._answered = self._on_thread(self._answer)

    def load_middleware(self, is_async: bool = False) -> None:
        """Load all of it for threads: nothing here waits for anything but the database."""
        super().load_middleware(is_async=False)

    async def handle(self, scope: Any, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        """Read the body, have it answered, send the answer. A client that left meanwhile changes nothing."""
        try:
            body_file = await self.read_body(receive)
        except RequestAborted:
            return
        try:
            response = await self._answered(scope, body_file)
            if response.streaming:
                await self._stream(response, send)
            else:
                await self.send_response(response, send)
        finally:
            body_file.close()

    def _on_thread(self, work: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
        return sync_to_async(work, thread_sensitive=False, executor=self._threads)

    async def _stream(self, response: Any, send: Callable[..., Any]) -> None:
        """Send a large answer piece by piece, each read when the one before is gone."""
        if not response.is_async:  # else it waits by itself where it has to
            response.streaming_content = self._read(iter(response.streaming_content))
        try:
            await self.send_response(response, send)
        finally:
            await self._on_thread(response.close)()

    async def _read(self, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
        following = self._on_thread(next)
        while (piece := await following(pieces, None)) is not None:
            yield piece

    def _answer(self, scope: Any, body_file: Any) -> HttpResponseBase:
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        _spare_healthy_connections()
        request, refused = self.create_request(scope, body_file)
        response: Any = refused if request is None else self.get_response(request)
        response._handler_class = self.__class__
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size  # as Django's own: each piece costs a hop to a thread
        if not response.streaming:
            response.close()  # the content is whole; what was opened for it, and the connection, can go
        return response


def _spare_healthy_connections() -> None:
    """Let a connection of PostgreSQL on which nothing waits to be read be used without asking the server first.

    A server that ended a connection has closed its side, which can then be read. Where something can be read, Django
    asks with a query whether the connection still works, as ``CONN_HEALTH_CHECKS`` has it do before every request.
    """
    for database in connections.all(initialized_only=True):
        if database.vendor == "postgresql" and database.connection is not None and not database.connection.closed:
            waiting = select.poll()
            waiting.register(database.connection.fileno(), select.POLLIN)
            database.health_check_done = not waiting.poll(0)  # type: ignore[attr-defined]
