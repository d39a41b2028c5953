"""A server that is killed in the middle of a move, and the programs that ask it; see tests/cases/killable.py."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import connection

from citygrid.accounts import tokens
from citygrid.common import clock

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60.0


def database() -> str:
    """The address of this test's own database."""
    said = connection.settings_dict
    if connection.vendor != "postgresql":
        return f"spatialite:///{said['NAME']}"
    port = f":{said['PORT']}" if said["PORT"] else ""
    who = f"{quote(said['USER'])}:{quote(said['PASSWORD'])}"
    return f"postgis://{who}@{port}/{said['NAME']}?host={said['HOST']}"


class Servers:
    """One server after the other, all at the same address."""

    def __init__(self, folder: Path) -> None:
        self.hold, self.held = folder / "hold", folder / "held"
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=20)
        self.port = self.listening.getsockname()[1]
        descriptor = self.listening.fileno()
        self.mother = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "tests.cases.killable", str(descriptor), str(folder)], cwd=ROOT, text=True,
            env=os.environ | {"DATABASE_URL": database(), "LOG_LEVEL": "ERROR"}, pass_fds=[descriptor],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.pid = 0

    def start(self) -> None:
        assert self.mother.stdin
        assert self.mother.stdout
        self.mother.stdin.write("\n")
        self.mother.stdin.flush()
        self.pid = int(self.mother.stdout.readline())

    def kill(self) -> None:
        """Kill the server, and clear what would hold the next one."""
        os.kill(self.pid, signal.SIGKILL)
        self.pid = 0
        self.hold.unlink(missing_ok=True)
        self.held.unlink(missing_ok=True)

    def end(self) -> None:
        if self.pid:
            self.kill()
        self.mother.communicate()
        self.listening.close()


class Person:
    """A program of one person; its requests are sent from a thread, for the server may die under them."""

    def __init__(self, user: Any, port: int) -> None:
        self.port, self.headers = port, {
            "Authorization": f"Bearer {tokens.create(user=user, at=clock.now())[1]}", "Accept-Language": "en",
            "Content-Type": "application/json",
        }  # fmt: skip

    def post(self, path: str, body: dict[str, Any], key: str) -> tuple[int, dict[str, Any], bool]:
        """Return status, answer and whether it is a repeated answer. Raises ``OSError`` when the server dies."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            line.request("POST", f"/api/v1/{path}", json.dumps(body), {**self.headers, "Idempotency-Key": key})
            answer = line.getresponse()
            return answer.status, json.loads(answer.read()), answer.headers.get("Idempotent-Replay") == "true"
        except http.client.HTTPException as cut:
            raise OSError(str(cut)) from cut
        finally:
            line.close()

    def lost(self, path: str, body: dict[str, Any], key: str) -> threading.Thread:
        """Send a request whose answer may never come."""

        def send() -> None:
            with contextlib.suppress(OSError):
                self.post(path, body, key)

        thread = threading.Thread(target=send)
        thread.start()
        return thread

    def repeat(self, path: str, body: dict[str, Any], key: str) -> tuple[int, dict[str, Any], bool]:
        """Send a command again, as a program does, until the key of the killed request is free."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            status, answer, repeated = self.post(path, body, key)
            if answer.get("error", {}).get("code") not in ("in_progress", "busy"):
                return status, answer, repeated
            time.sleep(0.1)
        raise AssertionError(f"{path} was refused until the end: {answer}")


def until_the_database_noticed() -> None:
    """Wait until PostgreSQL ended what it was doing for a server that is dead: it may commit a moment after."""
    if connection.vendor != "postgresql":
        return
    until = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.02)
    raise AssertionError("A connection of a dead server lives on.")


def everything(tables: Sequence[Any]) -> list[Any]:
    """All rows of the tables that a move may change."""
    return [sorted(str({k: str(v) for k, v in row.items()}) for row in table.objects.values()) for table in tables]


def strike(
    servers: Servers, program: Person, path: str, given: dict[str, Any], moment: str, status: int = 200, *,
    tables: Sequence[Any],
) -> dict[str, Any]:  # fmt: skip
    """Kill the server where everything is written and nothing committed; then send the same again, twice.

    Hold that nothing is kept of the killed request, that its repeat has one effect and the next repeat none; return
    the answer.
    """
    before, key = everything(tables), f"{path}{moment}"
    servers.hold.write_text(moment)
    servers.start()
    request = program.lost(path, given, key)
    until = time.monotonic() + PATIENCE
    while not servers.held.exists() and time.monotonic() < until:
        time.sleep(0.005)
    assert servers.held.exists(), f"{path} never came to {moment}"
    assert everything(tables) == before, "what is not committed is nobody's business"
    servers.kill()
    request.join()
    assert everything(tables) == before, f"killed at {moment}, {path} left a part"
    servers.start()
    got, answer, repeated = program.repeat(path, given, key)
    assert (got, repeated) == (status, False), answer
    after = everything(tables)
    assert after != before
    assert program.repeat(path, given, key) == (status, answer, True)
    assert everything(tables) == after, "a repeat has no effect of its own"
    servers.kill()
    return answer
