"""Requests are answered on few threads that stay, as a server of threads would; large answers piece by piece."""

from __future__ import annotations

import asyncio
import io
import threading
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import connection, connections
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path

from citygrid.handler import ThreadedHandler

SEEN: list[str] = []


def plain(request: Any) -> HttpResponse:
    SEEN.append(threading.current_thread().name)
    return HttpResponse(b"x" * 200_000)


def streamed(request: Any) -> StreamingHttpResponse:
    return StreamingHttpResponse(_pieces())


async def _waiting_pieces():
    for number in range(3):
        await asyncio.sleep(0)
        yield f"{number};".encode()


def waiting(request: Any) -> StreamingHttpResponse:
    return StreamingHttpResponse(_waiting_pieces())


class Counted(io.BytesIO):
    """Notes each reading."""

    def read(self, *size):
        SEEN.append("read")
        return super().read(*size)


def file(request: Any) -> FileResponse:
    return FileResponse(Counted(b"x" * 200_000))


def failing(request: Any) -> HttpResponse:
    raise RuntimeError("ours")


def _pieces():
    for number in range(3):
        SEEN.append(threading.current_thread().name)
        yield f"{number};".encode()


urlpatterns = [
    path("plain", plain),
    path("streamed", streamed),
    path("waiting", waiting),
    path("file", file),
    path("failing", failing),
    path("asking", lambda request: asking(request)),
]


@pytest.fixture(autouse=True)
def bare(settings):
    settings.MIDDLEWARE, settings.ROOT_URLCONF, settings.WEB_THREADS = [], __name__, 2
    SEEN.clear()


async def ask(handler, where, body=b""):
    """Return status and body of an answer."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": body}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": "GET", "path": f"/{where}", "query_string": b"",
        "headers": [(b"host", b"testserver")],
    }  # fmt: skip
    await handler(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def test_many_requests_share_the_threads_there_are():
    async def many():
        handler = ThreadedHandler()
        return await asyncio.gather(*(ask(handler, "plain") for _number in range(12)))

    assert asyncio.run(many()) == [(200, b"x" * 200_000)] * 12
    assert len(set(SEEN)) <= 2
    assert all(name.startswith("web") for name in SEEN)


def test_a_streamed_answer_is_read_piece_by_piece_on_the_threads():
    assert asyncio.run(ask(ThreadedHandler(), "streamed")) == (200, b"0;1;2;")
    assert len(SEEN) == 3
    assert all(name.startswith("web") for name in SEEN)


def test_an_answer_that_waits_by_itself_is_streamed_too():
    assert asyncio.run(ask(ThreadedHandler(), "waiting")) == (200, b"0;1;2;")


def test_a_file_is_sent_in_large_pieces():
    assert asyncio.run(ask(ThreadedHandler(), "file")) == (200, b"x" * 200_000)
    assert len(SEEN) <= 5


@pytest.mark.parametrize("where", ["plain", "streamed", "waiting", "file", "missing"])
def test_beginning_and_end_are_told_once_on_the_threads(where):
    told = []

    def note(**more):
        told.append(threading.current_thread().name[:3])

    for signal in (request_started, request_finished):
        signal.connect(note)
    try:
        asyncio.run(ask(ThreadedHandler(), where))
    finally:
        for signal in (request_started, request_finished):
            signal.disconnect(note)
    assert told == ["web", "web"]


@override_settings(DEBUG=False)
def test_a_fault_of_ours_is_an_answer():
    assert asyncio.run(ask(ThreadedHandler(), "failing"))[0] == 500


def test_a_client_that_leaves_before_its_body_came_is_not_answered():
    async def left():
        async def receive():
            return {"type": "http.disconnect"}

        async def send(message):
            raise AssertionError(message)

        scope = {"type": "http", "method": "GET", "path": "/plain", "query_string": b"", "headers": []}
        await ThreadedHandler()(scope, receive, send)

    asyncio.run(left())
    assert SEEN == []


BACKENDS: list[int] = []


def asking(request: Any) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        BACKENDS.append(cursor.fetchone()[0])
    return HttpResponse()


@pytest.mark.postgis
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_ended_is_replaced_and_a_healthy_one_is_not_asked(settings, monkeypatch):
    settings.WEB_THREADS = 1
    questions: list[bool] = []
    wrapper = type(connections["default"])
    usable = wrapper.is_usable

    def asked(self: Any) -> bool:
        questions.append(usable(self))
        return questions[-1]

    monkeypatch.setattr(wrapper, "is_usable", asked)
    handler = ThreadedHandler()
    for _time in range(2):
        assert asyncio.run(ask(handler, "asking"))[0] == 200
    assert questions == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [BACKENDS[-1]])
    assert asyncio.run(ask(handler, "asking"))[0] == 200
    assert questions == [False]
    handler._threads.submit(lambda: connection.close()).result()
    assert BACKENDS[0] == BACKENDS[1] != BACKENDS[2]
