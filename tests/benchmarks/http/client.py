"""A small HTTP client: one connection kept open, one person's token; counts the time of every answer."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

TIMEOUT = 30


class Failed(Exception):
    """An answer other than 2xx, or none."""


class Client:
    """One kept connection; a lost one is a failure, never opened again in silence."""

    def __init__(self, port: int, token: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n"

    def get(self, path: str) -> bytes:
        """Return the body of an answer 2xx. Raises ``Failed``."""
        return self._ask(f"GET {path} HTTP/1.1\r\n{self._head}\r\n".encode(), path)

    def post(self, path: str, body: Any) -> bytes:
        """Send JSON and return the body of an answer 2xx. Raises ``Failed``."""
        sent = json.dumps(body, ensure_ascii=False).encode()
        kind = f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n"
        head = f"POST {path} HTTP/1.1\r\n{self._head}{kind}\r\n"
        return self._ask(head.encode() + sent, path)

    def _ask(self, request: bytes, path: str) -> bytes:
        self._socket.sendall(request)
        got = bytearray()
        while (end := got.find(b"\r\n\r\n")) < 0:
            got += self._more()
        head = bytes(got[:end]).lower()
        length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        while len(got) < end + 4 + length:
            got += self._more()
        body = bytes(got[end + 4 :])
        if head[9:10] != b"2":
            raise Failed(f"{path}: {head[9:12].decode()} {body.decode(errors='replace')[:300]}")
        return body

    def _more(self) -> bytes:
        chunk = self._socket.recv(1 << 18)
        if not chunk:
            raise Failed("the server closed the connection")
        return chunk


@dataclass
class Measured:
    """What came of one measure: seconds of each answer, faults, and how long all of it took."""

    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    took: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.took if self.took else 0.0

    def percentile(self, part: float) -> float:
        """Return the seconds within which so large a part of the answers came."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(len(self.seconds) * part))] if self.seconds else 0.0


Steps = Callable[[], Iterator[None]]


def drive(workers: Sequence[Steps], seconds: float) -> Measured:
    """Let each worker take its steps side by side for so long; a worker that runs out of work is a fault."""
    measured, lock = Measured(), threading.Lock()
    start = threading.Barrier(len(workers) + 1)

    def work(steps: Steps) -> None:
        taken: list[float] = []
        faults: list[str] = []
        iterator = steps()
        start.wait()
        until = time.perf_counter() + seconds
        try:
            while (before := time.perf_counter()) < until:
                next(iterator)
                taken.append(time.perf_counter() - before)
        except StopIteration:
            faults.append("a client ran out of work before the time was over")
        except (Failed, OSError, ValueError, IndexError, KeyError) as fault:
            faults.append(str(fault) or repr(fault))
        with lock:
            measured.seconds += taken
            measured.faults += faults

    threads = [threading.Thread(target=work, args=(steps,)) for steps in workers]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    measured.took = time.perf_counter() - began
    return measured
