"""How fast CityGrid answers over HTTP: ``./run bench --http``, on the PostgreSQL that ``DATABASE_URL`` names.

Fills an empty database, serves it by uvicorn as in production, one process for each core, and lets eight programs with
tokens work at once, all on this machine; they are spread over the processes as a proxy in front would spread them.
Any answer but 2xx fails the run. Whether an aim was met depends on the machine: it is said, not asserted.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent.parent
CLIENTS = 8


def main() -> int:
    """Run it and print the table; 1 if anything failed."""
    asked = _arguments()
    for name, value in {
        "DEBUG": "0", "HTTPS": "0", "SECRET_KEY": "benchmark-" + "kettle-drum-" * 4, "ALLOWED_HOSTS": "127.0.0.1",
        "DJANGO_SETTINGS_MODULE": "citygrid.settings", "CITY_CODE": "350982",
    }.items():  # fmt: skip
        os.environ[name] = value
    ground = _filled(asked.cases)
    with Served(asked.workers) as served:
        from tests.benchmarks.http.measures import measures

        failed = False
        for row in measures(ground, served.ports, asked.seconds):
            _say(str(row))
            failed = failed or row.failed
    return 1 if failed else 0


def _arguments() -> Any:
    parser = argparse.ArgumentParser(prog="./run bench --http", description=__doc__)
    parser.add_argument("--cases", type=int, default=50_000, help="how many cases there are; default 50000")
    parser.add_argument("--seconds", type=float, default=10, help="how long each measure takes; default 10")
    parser.add_argument("--workers", type=int, default=2, help="processes of uvicorn; default 2")
    return parser.parse_args()


def _filled(count: int) -> Any:
    """Set Django up, fill the database and return what the measures need."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import override_settings

    if connection.vendor != "postgresql":
        sys.exit("This measure needs PostgreSQL: set DATABASE_URL=postgis://…, or run ./run bench --http.")
    from citygrid.common import clock
    from tests.benchmarks import scale, walks
    from tests.benchmarks.copies import Copier
    from tests.benchmarks.http.prepared import prepare

    started = time.monotonic()
    call_command("migrate", verbosity=0)
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        city = scale.build()
    walked = walks.walked(city)
    now = clock.now()
    Copier(city, now=now).fill(walked, count)
    ground = prepare(city, now)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as PostgreSQL does by itself, but not in the middle of a measure
        cursor.execute("CHECKPOINT")
    connection.close()
    _say(f"{len(ground.numbers)} cases with their histories, made in {time.monotonic() - started:.0f} s")
    return ground


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Served:
    """Processes of uvicorn, each on a free port of its own, their logs in a folder of their own."""

    def __init__(self, workers: int) -> None:
        probes = [socket.socket() for _worker in range(workers)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        self.ports = [probe.getsockname()[1] for probe in probes]
        for probe in probes:
            probe.close()

    def __enter__(self) -> Served:
        """Start them and wait until they answer."""
        self.folder = tempfile.TemporaryDirectory(prefix="citygrid-bench-")
        self.processes = [self._started(port) for port in self.ports]
        for port, process in zip(self.ports, self.processes, strict=True):
            self._wait(port, process)
        return self

    def __exit__(self, *raised: object) -> None:
        """Stop them."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(timeout=20)
        self.folder.cleanup()

    def _log(self, port: int) -> Path:
        return Path(self.folder.name) / f"{port}.log"

    def _started(self, port: int) -> subprocess.Popen[bytes]:
        with self._log(port).open("wb") as log:
            return subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-m", "uvicorn", "citygrid.asgi:application", "--lifespan=off", f"--port={port}",
                 "--no-access-log"], cwd=ROOT, stdout=log, stderr=log,
            )  # fmt: skip

    def _wait(self, port: int, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        sys.exit(f"The server did not start:\n{self._log(port).read_text()}")


if __name__ == "__main__":
    from citygrid import sqlite_driver

    sqlite_driver.install()
    sys.exit(main())
