"""The windows of the browser that a test looks through, and when a page in one has come to rest."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from playwright.sync_api import Browser, BrowserContext, Page, Request

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
Look = tuple[Any, Any, str]
# The ways to see a page twice so that nothing is seen the same.
LOOKS: list[tuple[Look, Look]] = [
    (("light", DESK, "en"), ("dark", PHONE, "zh-CN")), (("light", PHONE, "zh-CN"), ("dark", DESK, "en")),
    (("light", DESK, "zh-CN"), ("dark", PHONE, "en")), (("light", PHONE, "en"), ("dark", DESK, "zh-CN")),
]  # fmt: skip
QUIET_SECONDS, PATIENCE_SECONDS = 0.1, 30
_asked: WeakKeyDictionary[Page, Traffic] = WeakKeyDictionary()


class Traffic:
    """What a page has asked for and not got yet."""

    def __init__(self, page: Page) -> None:
        self.open: set[Request] = set()
        self.last = time.monotonic()
        page.on("request", self._begun)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._ended)

    def _begun(self, request: Request) -> None:
        self.open.add(request)
        self.last = time.monotonic()

    def _ended(self, request: Request) -> None:
        self.open.discard(request)
        self.last = time.monotonic()

    def rests(self) -> bool:
        """Whether nothing is under way, and nothing was a moment ago."""
        return not self.open and time.monotonic() - self.last >= QUIET_SECONDS


def settle(page: Page) -> None:
    """Return when the page is loaded and all that its scripts then asked for has come.

    Playwright's ``networkidle`` waits for half a second without a request; no script of ours begins that late.
    """
    page.wait_for_load_state()
    until = time.monotonic() + PATIENCE_SECONDS
    while not _asked[page].rests():
        assert time.monotonic() < until, [request.url for request in _asked[page].open]
        page.wait_for_timeout(20)


class Windows:
    """One window for each person and look, kept from test to test with all that the browser has cached in it.

    One in which a test left cookies or other data behind is closed: the next test finds it as new.
    """

    def __init__(self, browser: Browser, url: str, signed_in: Callable[[str], Any]) -> None:
        self.browser, self.url, self.signed_in = browser, url, signed_in
        self.kept: dict[Any, BrowserContext] = {}

    def open(
        self,
        username: str,
        *,
        size: Any = DESK,
        language: str = "en",
        scheme: Any = "light",
        place: tuple[float, float] | None = None,
    ) -> Page:
        """Open an empty page as somebody."""
        key = username, size["width"], size["height"], language, scheme, place
        if key not in self.kept:
            self.kept[key] = self.browser.new_context(
                base_url=self.url, viewport=size, locale=language, color_scheme=scheme, reduced_motion="reduce",
                storage_state=self.signed_in(username) if username else None,
                permissions=["geolocation"] if place else [],
                geolocation={"longitude": place[0], "latitude": place[1], "accuracy": 8} if place else None,
            )  # fmt: skip
        page = self.kept[key].new_page()
        page.set_default_timeout(10_000)
        _asked[page] = Traffic(page)
        return page

    def tidy(self) -> None:
        """Close all pages, and the windows that are not as they were at first."""
        for key, context in list(self.kept.items()):
            if not context.pages:
                continue
            if self._as_at_first(key[0], context.storage_state()):
                for page in context.pages:
                    page.close()
            else:
                self.kept.pop(key).close()

    def _as_at_first(self, username: str, now: Any) -> bool:
        first = self.signed_in(username)["cookies"] if username else []
        return not now["origins"] and _values(now["cookies"]) == _values(first)

    def close(self) -> None:
        """Close all windows."""
        for context in self.kept.values():
            context.close()


def _values(cookies: Any) -> dict[str, str]:
    return {cookie["name"]: cookie["value"] for cookie in cookies}
