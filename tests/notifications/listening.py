"""A browser's websocket without the browser: through the whole ASGI stack, with a real session's cookie."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.test import Client

from citygrid.asgi import application
from tests import cast

ORIGIN = "http://testserver"


def sign_in(username: str) -> str:
    """Sign in through the page; return the cookie header."""
    client = Client()
    response = client.post("/login/", {"username": username, "password": cast.PASSWORD})
    assert response.status_code == 302, response.content
    client.get("/")
    return f"sessionid={client.session.session_key}"


class Socket(ApplicationCommunicator):
    """The browser's end of one connection; ``code`` is set when it was refused or closed."""

    def __init__(self, cookie: str = "", *, origin: str | None = ORIGIN, language: str = "") -> None:
        headers = [(b"host", b"testserver"), (b"cookie", cookie.encode())]
        if language:
            headers.append((b"accept-language", language.encode()))
        if origin is not None:
            headers.append((b"origin", origin.encode()))
        scope = {"type": "websocket", "path": "/ws/inbox/", "query_string": b"", "headers": headers, "subprotocols": []}
        super().__init__(application, scope)
        self.code: int | None = None

    async def open(self) -> bool:
        """Ask for the connection; return whether it stands."""
        await self.send_input({"type": "websocket.connect"})
        answer = await self.receive_output(timeout=3)
        self.code = answer.get("code")
        return bool(answer["type"] == "websocket.accept")

    async def say(self, **data: Any) -> None:
        """Send a frame: ``text`` or ``bytes``."""
        await self.send_input({"type": "websocket.receive", **data})

    async def hear(self) -> Any:
        """Return the next message, or ``None`` when the server closes the connection instead."""
        answer = await self.receive_output(timeout=3)
        self.code = answer.get("code")
        return json.loads(answer["text"]) if answer["type"] == "websocket.send" else None

    async def leave(self) -> None:
        """Close the page."""
        await self.send_input({"type": "websocket.disconnect", "code": 1001})
        await self.wait(timeout=3)


def play(scene: Callable[[], Awaitable[Any]]) -> Any:
    """Run a coroutine whose database work stays in this thread, and so in the test's transaction."""
    return async_to_sync(scene)()


async def do(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Do something synchronous in the middle of a scene."""
    return await sync_to_async(function)(*args, **kwargs)
