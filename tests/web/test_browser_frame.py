"""The page frame in a real browser, on every page that the navigation offers: accessible, calm, free of errors."""

from __future__ import annotations

import re
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Page, expect

from tests import cast
from tests.web.windows import DESK, PHONE, settle

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FURTHER = [
    f"/areas/{cast.OURS}/", f"/areas/{cast.COMMUNITY}/", f"/areas/{cast.GRIDS[0]}/", "/areas/?q=石", "/areas/?q=none",
]  # fmt: skip
FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"


def ways(page: Page) -> list[str]:
    """Return the addresses of the pages that the frame and the page link to; the administration has its own tests."""
    found = page.evaluate("[...document.querySelectorAll('a[href^=\"/\"]')].map(a => a.getAttribute('href'))")
    return sorted({way for way in found if not urlparse(way).path.startswith(("/admin/", "/api/", "/static/"))})


def see(page: Page, path: str, accessible) -> list[str]:
    """Open a page and return everything that is wrong with it."""
    answer = page.goto(path)
    assert answer is not None
    if answer.status == 404 and path.startswith("/areas/"):
        return []  # not this person's area
    assert answer.status == 200, f"{path} answered {answer.status}"
    if path.startswith("/areas/"):
        settle(page)  # the map has been drawn
    wrong = accessible(page)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append("scrolls sideways")
    if not page.get_by_role("heading", level=1).inner_text().strip():
        wrong.append("has no heading")
    return [f"{path}: {fault}" for fault in wrong]


# Every page in both sizes, schemes and languages.
@pytest.mark.parametrize(
    ("username", "size", "scheme", "language"),
    [
        ("streetlead", DESK, "light", "en"), ("streetlead", DESK, "dark", "en"), ("streetlead", PHONE, "light", "en"),
        ("streetlead", PHONE, "dark", "en"), ("streetlead", PHONE, "dark", "zh-CN"),
        ("sysadmin", DESK, "light", "en"), ("sysadmin", PHONE, "dark", "en"), ("sysadmin", PHONE, "light", "zh-CN"),
        ("gw", PHONE, "light", "en"), ("gw", DESK, "dark", "zh-CN"),
    ],
)  # fmt: skip
def test_every_page_passes_axe_and_does_not_scroll_sideways(visit, accessible, username, size, scheme, language):
    page = visit("/", username, size=size, scheme=scheme, language=language)
    paths = sorted(
        {*ways(page), *(path for path in FURTHER if username == "streetlead" or path.endswith(f"{cast.GRIDS[0]}/"))}
    )
    assert len(paths) >= 3
    assert [fault for path in paths for fault in see(page, path, accessible)] == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_sign_in_page_passes_axe_too(visit, accessible, language, size):
    page = visit("/login/", language=language, size=size)
    assert accessible(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_pages_that_are_not_there_say_so_with_a_way_out(visit, accessible):
    page = visit(f"/areas/{cast.THEIRS}/", "street", status=404)
    expect(page.get_by_role("heading", level=1)).to_have_text("Not found")
    assert accessible(page) == []
    page.get_by_role("link", name="To my work").click()
    expect(page).to_have_url(re.compile(r"/$"))


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("path", ["/", f"/areas/{cast.OURS}/"])
def test_everything_is_reached_with_the_tab_key_and_shows_the_focus(visit, path, size):
    page = visit(path, "street", size=size)
    wanted = page.evaluate(
        f"""() => [...document.querySelectorAll("{FOCUSABLE}")]
            .filter(one => one.checkVisibility({{visibilityProperty: true}}) && !one.disabled && one.tabIndex >= 0)
            .map((one, number) => (one.dataset.cgSeen = number, one.outerHTML.slice(0, 120)))"""
    )
    reached: set[int] = set()
    for _step in range(len(wanted) + 5):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => { const one = document.activeElement; const style = getComputedStyle(one);
                const shown = style.outlineStyle !== "none" || style.boxShadow !== "none";
                return [Number(one.dataset.cgSeen ?? -1), shown]; }"""
        )
        if found[0] >= 0:
            reached.add(found[0])
            assert found[1], f"no focus is shown on {wanted[found[0]]}"
    assert [wanted[number] for number in range(len(wanted)) if number not in reached] == []


def test_the_first_tab_offers_to_skip_to_the_content(visit):
    page = visit("/", "street")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_the_language_is_switched_and_the_page_stays(visit):
    page = visit(f"/areas/{cast.OURS}/", "street")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page).to_have_url(re.compile(f"/areas/{cast.OURS}/$"))
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_browsers_language_decides_at_first(visit):
    expect(visit("/login/", language="zh-CN").locator("html")).to_have_attribute("lang", "zh-hans")
    expect(visit("/login/", language="en-GB").locator("html")).to_have_attribute("lang", "en")


def test_dark_colours_follow_the_device_and_then_the_person(visit):
    page = visit("/", "street", scheme="dark")
    html = page.locator("html")
    expect(html).to_have_attribute("data-bs-theme", "dark")
    button = page.get_by_role("button", name="Dark colours")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    page.reload()
    expect(html).to_have_attribute("data-bs-theme", "light")
    expect(button).to_have_attribute("aria-pressed", "false")


def test_a_menu_closes_on_escape_and_gives_the_focus_back(visit):
    page = visit("/", "street")
    menu = page.locator("details.cg-user")
    menu.locator("summary").click()
    expect(menu.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()
    menu.locator("summary").click()
    page.get_by_role("heading", level=1).click()
    expect(menu.get_by_role("button", name="Sign out")).to_be_hidden()


def test_paper_shows_the_content_alone(visit):
    page = visit("/", "street")
    page.emulate_media(media="print")
    expect(page.locator(".cg-header")).to_be_hidden()
    expect(page.locator(".cg-nav")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_signing_out_ends_the_session(browser, server):
    context = browser.new_context(base_url=server.url, locale="en")
    page = context.new_page()
    page.goto(f"/login/?next=/areas/{cast.COMMUNITY}/")
    page.fill("[name=username]", "streetlead")
    page.fill("[name=password]", cast.PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/areas/{cast.COMMUNITY}/$"))
    page.locator("details.cg-user summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile(r"/login/"))
    page.goto(f"/areas/{cast.COMMUNITY}/")
    expect(page).to_have_url(re.compile(r"/login/\?next="))
    context.close()
