"""Evidence as the server's own handler sends it: on its threads, whole or in parts."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connections
from rest_framework.test import APIClient

from citygrid.common import clock
from citygrid.handler import ThreadedHandler
from tests.cases import media
from tests.cases.test_evidence_api import body, sent
from tests.cases.walk import AT


@pytest.fixture(autouse=True)
def folder(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.mark.django_db(transaction=True)
def test_files_flow_from_the_server_too(people, settings):
    settings.WEB_THREADS = 1
    client, handler = APIClient(), ThreadedHandler()
    client.force_login(people["gw"])
    address = sent(client, media.mp4(), "a.mp4", "video/mp4")["file_url"]
    cookie = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
    try:
        whole = asyncio.run(served(handler, address, cookie=cookie))
        piece = asyncio.run(served(handler, address, cookie=cookie, range="bytes=10-19"))
    finally:
        handler._threads.submit(connections.close_all).result()
    kept = body(client.get(address))
    assert len(kept) == len(media.mp4())
    assert whole == (200, kept)
    assert piece == (206, kept[10:20])


async def served(handler: Any, address: str, **headers: str) -> tuple[int, bytes]:
    """Return status and body of what the server's own handler answers."""
    answer: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, Any]) -> None:
        answer.append(message)

    asked = urlsplit(address)
    scope = {
        "type": "http", "method": "GET", "path": asked.path, "query_string": asked.query.encode(),
        "headers": [(b"host", b"testserver"), *((name.encode(), value.encode()) for name, value in headers.items())],
    }  # fmt: skip
    await handler(scope, receive, send)
    return answer[0]["status"], b"".join(message.get("body", b"") for message in answer[1:])
