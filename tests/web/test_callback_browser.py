"""Tickets and the callback desk in a real browser: calls by the keyboard, the caller's link, and what axe finds."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.web.windows import DESK, PHONE, settle

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CALLS = "/hotline/callbacks/"


@pytest.fixture(scope="module", autouse=True)
def tickets(server) -> None:
    """Tickets in the server's database."""
    server.run("-m", "tests.web.calls")


def faults(page: Page, accessible) -> list[str]:
    """Return what axe finds, and whether the page scrolls sideways."""
    wide = ["scrolls sideways"] if page.evaluate("document.documentElement.scrollWidth > innerWidth") else []
    return [f"{page.url}: {fault}" for fault in [*accessible(page), *wide]]


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_the_pages_pass_axe_and_do_not_scroll_sideways(visit, accessible, size, scheme):
    found: list[str] = []
    for who, path in (("operator", "/hotline/tickets/?tab=all"), ("street", "/hotline/tickets/"), ("callback", CALLS)):
        page = visit(path, who, size=size, scheme=scheme)
        found += faults(page, accessible)
        page.locator(".cg-case-link").first.click()
        settle(page)
        found += faults(page, accessible)
    assert found == []


def test_two_calls_are_made_by_the_keyboard_alone(visit, accessible):
    page = visit(CALLS, "callback")
    expect(page.get_by_role("button", name="Next call")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/callbacks/FDR"))
    first = page.url
    assert faults(page, accessible) == []
    unhappy = page.get_by_role("group", name="The caller is not content")
    expect(unhappy).to_be_visible()
    for name, value in (("contacted", "true"), ("solved", "yes"), ("satisfaction", "5")):
        page.locator(f"[name={name}][value='{value}']").focus()
        page.keyboard.press("Space")
    expect(unhappy).to_be_hidden()  # nothing more is asked of somebody content
    page.locator("#cg-call-opinion").focus()
    page.keyboard.type("很好")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".cg-messages")).to_contain_text("is done")
    expect(page.get_by_role("button", name="Next call")).to_be_focused()
    page.keyboard.press("Enter")  # one key to the next
    expect(page).to_have_url(re.compile(r"/callbacks/FDR"))
    assert page.url != first
    page.locator(".cg-reveal summary").last.click()
    page.get_by_placeholder("What do you need it for?").last.press("Enter")  # the purpose stands there already
    expect(page.locator("output")).to_have_text("19900007654")
    page.locator("[name=contacted][value='false']").check()
    page.locator("[name=solved][value='no']").check()
    page.locator("[name=satisfaction][value='1']").check()
    page.locator("#cg-call-opinion").fill("没人来过")
    page.get_by_role("button", name="Have it done again").click()
    expect(page.locator(".cg-messages")).to_contain_text("is done")


def test_a_caller_answers_by_the_link_without_signing_in(visit, accessible):
    page = visit(CALLS, "callback")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Ask by a link instead").click()
    way = re.search(r"/c/[^/]+/", page.get_by_label("Text to send").input_value())
    assert way is not None
    phone = visit(way[0], size=PHONE, language="zh-CN")
    assert faults(phone, accessible) == []
    for choice in ("是", "已解决", "非常满意"):
        phone.get_by_label(choice, exact=True).check()
    phone.get_by_role("button", name="提交").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("感谢您的评价")
    page.get_by_role("link", name="The whole ticket").click()
    expect(page.locator("#cg-turn")).to_have_text("Closed")
