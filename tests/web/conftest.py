"""The browser: Debian's Chromium against a real server. Ask for ``visit``; what it opened must stay free of errors."""

from __future__ import annotations

import functools
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.template import engines
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.web.server import ROOT, Server
from tests.web.windows import Windows, settle

# The one without a window of its own, where there is one, opens pages in a third of the time.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
Visit = Callable[..., Page]


class Loud(str):
    """Takes the place of an unknown variable's text and fails the test, for templates of this project."""

    __slots__ = ()

    def __contains__(self, part: object) -> bool:
        return part == "%s"

    def __mod__(self, variable: Any) -> str:
        frame = sys._getframe(1)
        context = frame.f_locals.get("context")
        template = context.render_context.template if context is not None else None
        name = str(template.origin.name) if template else ""
        if name.startswith(str(ROOT / "templates")):
            raise AssertionError(f"{name} shows {variable}, which its view does not give.")
        return ""


@pytest.fixture(autouse=True)
def no_unknown_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that a page shows must exist; ``{% if %}`` and ``{% firstof %}`` may ask for what need not."""
    engine = engines["django"].engine  # type: ignore[attr-defined]
    monkeypatch.setattr(engine, "string_if_invalid", Loud("%s"))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A server that is ready to start, with the cast's city."""
    return Server(tmp_path_factory.mktemp("browser-home"))


@pytest.fixture(scope="module")
def server(built: Server) -> Iterator[Server]:
    """The server. Each module finds the city untouched, whatever another did in the same process."""
    built.start()
    yield built
    built.stop()


# Per module: while Playwright lives, its event loop runs in this thread, and Django then refuses the database.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a network beyond this machine."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def signed_in(server: Server) -> Callable[[str], Any]:
    """Sign somebody in, once per module; return the cookies."""
    return functools.cache(server.signed_in)


@pytest.fixture(scope="module")
def windows(browser: Browser, server: Server, signed_in: Callable[[str], Any]) -> Iterator[Windows]:
    """The browser's windows; kept from test to test."""
    found = Windows(browser, server.url, signed_in)
    yield found
    found.close()


@pytest.fixture
def visit(windows: Windows) -> Iterator[Visit]:
    """Open a page as somebody: ``visit("/areas/", "street", size=PHONE, language="zh-CN", scheme="dark")``.

    ``refused`` is the status of a refusal that the test provokes, ``place`` the device's longitude and latitude.
    At the end no page may have logged an error, broken the content security policy or left a fetch unanswered.
    """
    faults: list[str] = []

    def opened(path: str, username: str = "", *, status: int = 200, refused: int = 0, **look: Any) -> Page:
        page = windows.open(username, **look)

        def heard(message: ConsoleMessage) -> None:
            asked_for = (
                status >= 400 and f"status of {status}" in message.text and message.location["url"].endswith(path)
            )
            asked_for = asked_for or bool(refused and f"status of {refused}" in message.text)
            if message.type in ("error", "warning") and not asked_for:
                faults.append(f"{page.url}: {message.text} {message.location['url']}")

        page.on("console", heard)
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == status, f"{path} answered {answer.status}"
        settle(page)
        return page

    yield opened
    windows.tidy()
    assert not faults, "\n".join(faults)


@pytest.fixture(scope="session")
def axe_source() -> str:
    """The accessibility checker, as a script to be run in a page."""
    return Path(ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def accessible(axe_source: str) -> Callable[[Page], list[str]]:
    """Return what axe finds against WCAG 2.2 A and AA on a page, as lines."""

    def faults(page: Page) -> list[str]:
        page.evaluate(axe_source)
        found = page.evaluate(
            "axe.run(document, {preload: false, resultTypes: ['violations'],"  # preload adds style elements
            " runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']})"  # that are refused
        )
        return [
            f"{rule['impact']} {rule['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    return faults
