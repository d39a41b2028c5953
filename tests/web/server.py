"""A real server for the browser tests: its own home folder and database, the whole ASGI stack, production posture.

Not pytest-django's live server: that one shares a single connection among its threads, skips the production way of
serving static files, and empties tables between tests, which the journal's triggers refuse.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests import cast, templates

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 60
DATABASE, UNTOUCHED = "citygrid.sqlite3", "untouched.sqlite3"


class Server:
    """The home folder is filled once per test session; :meth:`start` begins with the city as it was then.

    ``url`` is the root without a slash.
    """

    url: str
    process: subprocess.Popen[bytes]

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = home / "server.log"
        outside = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
        self.env = outside | {
            "CITYGRID_HOME": str(home), "DEBUG": "0", "HTTPS": "0", "STATIC_HASHED": "1",
            "SECRET_KEY": "browser-tests-" + "kettle-drum-" * 4, "ALLOWED_HOSTS": "127.0.0.1",
            "LOG_LEVEL": "WARNING", "DJANGO_SETTINGS_MODULE": "citygrid.settings",
        }  # fmt: skip
        templates.lay(home / DATABASE)
        self.run("manage.py", "migrate", "--verbosity=0")
        self.run("manage.py", "collectstatic", "--noinput", "--verbosity=0")
        self.run("-m", "tests.web.city")
        shutil.copyfile(home / DATABASE, home / UNTOUCHED)

    def start(self) -> None:
        """Serve the city as it was before anybody touched it."""
        for left in self.home.glob(f"{DATABASE}*"):
            left.unlink()
        shutil.copyfile(self.home / UNTOUCHED, self.home / DATABASE)
        shutil.rmtree(self.home / "media", ignore_errors=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-m", "uvicorn", "citygrid.asgi:application", "--lifespan=off", f"--port={port}"],
                cwd=ROOT, env=self.env, stdout=log, stderr=log,
            )  # fmt: skip
        self.wait()

    def run(self, *words: str) -> None:
        """Run one Python command in the server's environment; its failure is the test's."""
        done = subprocess.run([sys.executable, *words], cwd=ROOT, env=self.env, capture_output=True, text=True)  # noqa: S603 - our own interpreter
        assert done.returncode == 0, done.stdout + done.stderr

    def wait(self) -> None:
        """Return when the server answers."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/static/kit/icon.svg", timeout=2).close()  # noqa: S310 - loopback
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def signed_in(self, username: str) -> Any:
        """Sign one of the cast in through the real page; return the cookies, as Playwright stores them."""
        jar = CookieJar()
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        page = f"{self.url}/login/"
        opener.open(page, timeout=START_SECONDS).close()
        token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
        form = {"username": username, "password": cast.PASSWORD, "csrfmiddlewaretoken": token}
        with opener.open(page, urlencode(form).encode(), timeout=START_SECONDS) as answer:
            assert answer.url == f"{self.url}/", f"{username} is not signed in: {answer.url}"
        return {
            "cookies": [
                {"name": cookie.name, "value": cookie.value, "domain": "127.0.0.1", "path": cookie.path,
                 "httpOnly": cookie.has_nonstandard_attr("HttpOnly"), "sameSite": "Lax"}
                for cookie in jar
            ],
            "origins": [],
        }  # fmt: skip

    def stop(self) -> None:
        """End the server."""
        self.process.terminate()
        self.process.wait(timeout=20)
