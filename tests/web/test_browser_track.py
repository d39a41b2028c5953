"""A citizen follows the own matter on a phone and has it taken up again; the manager finds it behind the rates."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.cases.ticket_walk import PHONE as CALLER
from tests.web.citizens import TAIL
from tests.web.windows import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def number(server, tmp_path) -> str:
    """A ticket of today that ended without being solved."""
    server.run("-m", "tests.web.matter", str(tmp_path / "number"))
    return str((tmp_path / "number").read_text())


def test_not_solved_is_taken_up_again_and_counts_in_the_rates(visit, accessible, number):
    page = visit("/track/", size=PHONE)
    assert accessible(page) == []
    page.get_by_label("Number of your matter").fill(number.lower())
    page.get_by_label("Last four digits of your phone").fill(TAIL)
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="finished")).to_be_visible()
    assert accessible(page) == []
    expect(page.get_by_label("What is still wrong?")).to_have_count(0)
    page.get_by_label("Your whole phone number").fill(CALLER)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("What is still wrong?")).to_be_visible()
    assert accessible(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_label("What is still wrong?").fill("垃圾还在")
    page.get_by_role("button", name="Take it up again").click()
    expect(page.get_by_text("We have taken your matter up again")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="passed to the unit")).to_be_visible()
    page.get_by_role("button", name="Close, or follow another matter").click()
    expect(page.get_by_label("Number of your matter")).to_be_visible()
    for size in (DESK, PHONE):
        page = visit("/evaluation/", "manager", size=size)
        assert accessible(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.locator("tr", has_text="山前街道办事处").get_by_role("link", name=re.compile("^0 ÷ ")).first.click()
    expect(page.get_by_text(number)).to_be_visible()
    assert accessible(page) == []
