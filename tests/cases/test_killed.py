"""The server is killed in the middle of a move: all of the move is kept or nothing, and a repeat has one effect."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection

from cases.casework.models import Case, Round
from cases.deadlines.models import Clock
from cases.evidence.models import Evidence
from cases.fieldwork.models import FieldTask
from cases.journal.models import Event
from citygrid.accounts import tokens
from citygrid.accounts.roles import Role
from citygrid.common import clock
from gridmap.departments.services import change_department
from tests import cast
from tests.cases.books import assert_books_are_right
from tests.cases.walk import Walk, catalogue, photo

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
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


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    found = Servers(tmp_path)
    yield found
    found.end()


@pytest.fixture
def programs(people: dict[str, Any], city: dict[str, Any], servers: Servers) -> dict[str, Person]:
    cast.person("gw2", Role.GRID_WORKER, area=city[cast.GRIDS[0]])
    who = ("gw", "acceptor", "leader", "dispatcher", "clerk", "handler")
    return {name: Person(people[name], servers.port) for name in who}


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


def everything() -> list[Any]:
    """All that a move on a case may change."""
    tables = (Case, Clock, Evidence, FieldTask, Event, Round)
    return [sorted(str({k: str(v) for k, v in row.items()}) for row in table.objects.values()) for table in tables]


HELD = [
    ("merge", "accepted", "acceptor", "move:case.merge"),  # the other case's half is written
    ("merge", "accepted", "acceptor", "event:case.absorb"),
    ("send_verify", "reported", "acceptor", "event:field_task.assign"),
    ("submit", "handling", "handler", "move:case.submit"),  # with its photo
    ("submit", "handling", "handler", "answer"),
    ("confirm", "submitted", "clerk", "event:case.confirm"),  # the trusted department's second move is to come
    ("confirm", "submitted", "clerk", "event:case.pass_by_trust"),
]


def test_killed_while_a_move_is_written_nothing_of_it_is_kept(people, departments, servers, programs):
    condition = catalogue()
    change_department(department=departments["CGJ"], trusted=True, at=clock.now())
    for number, (name, state, who, moment) in enumerate(HELD):
        walk, other = Walk(people, condition), Walk(people, condition)
        case = walk.to(state)
        given: dict[str, Any] = {"target": other.case.number} if name == "merge" else {}
        if name == "submit":
            given = {"outcome": "solved", "result": "已清运", "after_photos": [str(photo(people[who]).pk)]}
        path, key = f"cases/{case.number}/actions/{name}/", f"held-{number}"
        before = everything()
        servers.hold.write_text(moment)
        servers.start()
        request = programs[who].lost(path, given, key)
        until = time.monotonic() + PATIENCE
        while not servers.held.exists() and time.monotonic() < until:
            time.sleep(0.005)
        assert servers.held.exists(), f"{name} never came to {moment}"
        assert everything() == before, "what is not committed is nobody's business"
        servers.kill()
        request.join()
        assert everything() == before, f"killed at {moment}, {name} left a part"
        servers.start()
        status, answer, repeated = programs[who].repeat(path, given, key)
        assert (status, repeated) == (200, False), answer
        assert answer["version"] == case.version + (2 if name == "confirm" else 1)
        assert programs[who].repeat(path, given, key) == (200, answer, True)
        assert_books_are_right([case, other.case])
        servers.kill()


def test_killed_at_any_moment_a_case_still_goes_all_the_way(people, departments, servers, programs):
    condition, chance = catalogue(), random.Random(11)
    change_department(department=departments["CGJ"], trusted=True, at=clock.now())
    case = Walk(people, condition).case
    way: list[tuple[str, str, dict[str, Any]]] = [
        ("acceptor", "accept", {}), ("leader", "file", {"condition": condition.code}),
        ("dispatcher", "dispatch", {"department": "CGJ"}), ("clerk", "sign", {}),
        ("clerk", "assign_handler", {"handler": "handler"}),
        ("handler", "submit", {"outcome": "solved", "result": "已清运",
                               "after_photos": [str(photo(people["handler"]).pk)]}),
        ("clerk", "confirm", {}), ("acceptor", "send_check", {}), ("gw", "complete", {}), ("leader", "close", {}),
    ]  # fmt: skip
    lasted = 0.2
    servers.start()
    for who, name, given in way:
        path = f"cases/{case.number}/actions/{name}/"
        if name == "complete":
            path = f"field-tasks/{FieldTask.objects.get(case=case).pk}/actions/complete/"
            given = {"verdict": "pass", "position": {"lon": 120.205, "lat": 27.335},
                     "photos": [str(photo(people["gw"]).pk)]}  # fmt: skip
        before, version = everything(), Case.objects.get(pk=case.pk).version
        request = programs[who].lost(path, given, name)
        time.sleep(lasted * chance.uniform(0.1, 1.2))
        servers.kill()
        until_the_database_noticed()
        servers.start()  # who was killed before it took the request left it to this one
        request.join()
        whole = everything() != before
        assert_books_are_right([case])
        began = time.monotonic()
        status, answer, repeated = programs[who].repeat(path, given, name)
        assert (status, repeated) == (200, whole), f"{name}: {answer}"
        lasted = (lasted + min(time.monotonic() - began, 0.5)) / 2
        assert Case.objects.get(pk=case.pk).version == version + (2 if name == "confirm" else 1), "one effect"
        assert_books_are_right([case])
    assert Case.objects.get(pk=case.pk).state == "closed"
