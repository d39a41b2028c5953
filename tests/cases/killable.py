"""Servers to be killed: ``python -m tests.cases.killable SOCKET FOLDER``, driven by tests/cases/test_killed.py.

Loads the application once, then forks a server, a process of its own, for every line on its input and tells its number;
when that one is killed, it waits for the next line. All serve the same socket, so that a request sent while none is
alive waits for the next one.

A server holds still, with everything written and nothing committed, as long as a file ``hold`` in the folder
names the moment: ``move:case.confirm`` behind the columns, clocks and photos of that move, ``event:case.confirm``
behind its event, ``answer`` behind the answer that is kept for a repeat. It tells so by a file ``held``.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvicorn

LEASE = timedelta(seconds=0.5)  # so long the key of a killed request stays taken


def main(descriptor: int, folder: Path) -> None:
    """Load, hook in, then fork a server for each line."""
    from citygrid.asgi import application

    hook_in(folder)
    listening = socket.socket(fileno=descriptor)
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            serve(application, listening)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        os.waitpid(child, 0)


def serve(application: Any, listening: socket.socket) -> None:
    """Serve until the end; never return into the loop of the parent."""
    try:
        config = uvicorn.Config(application, lifespan="off", log_config=None, access_log=False)
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        os._exit(1)


def hook_in(folder: Path) -> None:
    """Put the places to hold at into the engine, the journal and the keeping of answers."""
    from django.urls import get_resolver

    from cases.workflow.engine import AFTER_MOVE
    from citygrid.common import facts, idempotency

    file, told = folder / "hold", folder / "held"

    def hold(moment: str) -> None:
        while file.exists() and file.read_text() == moment:
            told.touch()
            time.sleep(0.01)

    def keep(*args: Any, **kwargs: Any) -> None:
        kept(*args, **kwargs)
        hold("answer")

    kept, idempotency.keep = idempotency.keep, keep
    AFTER_MOVE.append(lambda move: hold(f"move:{move.life.name}.{move.row.name}"))
    facts.follow(lambda fact, stored: hold(f"event:{fact.kind}"))
    idempotency.IdempotentMixin.idempotency_lease = LEASE
    assert get_resolver().url_patterns  # so that the servers need not load them


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
