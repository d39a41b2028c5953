"""Councils, lanes and what the hotline keeps, evaluates and shows to citizens, in a real browser, seen by everybody.

Each page is seen twice, in looks that have nothing in common: in both schemes, at a desk and on a phone, in both
languages; over all pages every pair of those is met. It passes axe and does not scroll sideways.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.citizens import TAIL
from tests.web.conftest import Visit
from tests.web.windows import LOOKS

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SERIOUS = ("serious", "critical")
PAGES = [
    ("street", "/councils/"), ("street", "/councils/new/"), ("manager", "/councils/"),
    ("street", "/lanes/"), ("street", "/lanes/kept/"), ("street", "/lanes/new/"), ("street", "/lanes/SQ-01/"),
    ("street", "/lanes/SQ-02/"), ("manager", "/lanes/SQ-01/"), ("steward", "/"), ("steward", "/lanes/"),
    ("steward", "/lanes/SQ-01/walk/"), ("manager", "/hotline/supervised/"), ("manager", "/evaluation/"),
    ("street", "/evaluation/"), ("manager", "/whistles/"),
]  # fmt: skip
KEPT = ["demandtype", "ticketcategory", "exclusionreason", "ticketlimit", "whistlekind"]


@pytest.fixture(scope="module", autouse=True)
def told(server, tmp_path_factory) -> dict[str, Any]:
    """What there is in the server's database."""
    file = tmp_path_factory.mktemp("neighbourhood") / "told.json"
    server.run("-m", "tests.web.neighbourhood", str(file))
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


def faults(page: Page, accessible) -> list[str]:
    """Return what axe finds, and whether the page scrolls sideways."""
    wrong = list(accessible(page))
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append("scrolls sideways")
    if not page.get_by_role("heading", level=1).inner_text().strip():
        wrong.append("has no heading")
    return [f"{page.url}: {fault}" for fault in wrong]


class Walker:
    """Opens pages one after the other, each in two looks, in one window for a person and look."""

    def __init__(self, visit: Visit, accessible: Any) -> None:
        self.visit, self.accessible, self.seen = visit, accessible, 0
        self.windows: dict[Any, Page] = {}
        self.found: list[str] = []

    def see(self, who: str, path: str, only: tuple[str, ...] = ()) -> None:
        """Note what is wrong with a page; with ``only``, what axe finds of that weight."""
        for scheme, size, language in LOOKS[self.seen % len(LOOKS)]:
            key = who, scheme, size["width"], language
            if key in self.windows:
                self.windows[key].goto(path)
            else:
                self.windows[key] = self.visit(path, who, size=size, scheme=scheme, language=language)
            wrong = faults(self.windows[key], self.accessible)
            self.found += [f"{scheme} {language} {one}" for one in wrong if not only or one.split(" ")[1] in only]
        self.seen += 1


@pytest.fixture
def walker(visit, accessible) -> Walker:
    """Somebody who looks at pages."""
    return Walker(visit, accessible)


def test_the_pages_pass_axe_and_do_not_scroll_sideways(walker, told):
    pages = [*PAGES, *(("street", f"/councils/{number}/") for number in told["matters"].values())]
    pages += [(who, f"/lane-walks/{key}/") for who in ("street", "steward") for key in told["walks"]]
    pages += [("manager", f"/councils/{told['matters']['in_hand']}/")]
    for who, path in pages:
        walker.see(who, path)
    page = walker.visit("/evaluation/", "manager")
    ways = page.evaluate("[...document.querySelectorAll('main td a')].map(one => one.getAttribute('href'))")
    assert len(ways) > 3
    for way in (ways[0], ways[-1]):
        walker.see("manager", way)
    assert walker.found == []


@pytest.mark.parametrize("look", [0, 1])
def test_a_citizen_s_pages_pass_too(visit, accessible, told, look):
    scheme, size, language = LOOKS[0][look]
    page = visit("/track/", size=size, scheme=scheme, language=language, refused=422)
    found = faults(page, accessible)
    page.locator("[name=number]").fill(told["ticket"])
    page.locator("[name=phone]").fill("0000")
    page.locator("main form [type=submit]").first.click()
    expect(page.locator("main .errorlist")).to_be_visible()
    found += faults(page, accessible)
    page.locator("[name=phone]").fill(TAIL)
    page.locator("main form [type=submit]").first.click()
    expect(page).to_have_url(re.compile("/track/progress/"))
    assert [*found, *faults(page, accessible)] == []


def test_the_lists_that_the_hotline_and_the_whistles_live_on_pass_too(walker):
    """The administration's own frame is Django's; its lesser findings are not ours."""
    page = walker.visit("/admin/", "sysadmin")
    for name in KEPT:
        walker.see("sysadmin", f"/admin/cases/{name}/", only=SERIOUS)
        page.goto(f"/admin/cases/{name}/")
        entry = page.locator("#result_list tbody th a").first
        path = entry.get_attribute("href") if entry.count() else f"/admin/cases/{name}/add/"
        walker.see("sysadmin", path, only=SERIOUS)
    assert walker.found == []
