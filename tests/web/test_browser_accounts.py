"""The pages of one's own account in a real browser: every state, phone and desk, free of axe findings."""

from __future__ import annotations

import time
from base64 import b32decode

import pytest
from django_otp.oath import TOTP
from playwright.sync_api import Page

from tests import cast
from tests.web.windows import DESK, PHONE, settle

pytestmark = pytest.mark.browser


def faults(page: Page, accessible) -> list[str]:
    wrong = list(accessible(page))
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append("scrolls sideways")
    return [f"{page.url}: {fault}" for fault in wrong]


def code(key: str, ahead: int = 0) -> str:
    """The code of the app whose key was typed in, ``ahead`` steps of 30 s from now."""
    text = key.replace(" ", "")
    clockwork = TOTP(b32decode(text + "=" * (-len(text) % 8)))
    clockwork.time = time.time() + 30 * ahead
    return f"{clockwork.token():06d}"


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_state_of_the_account_pages(visit, accessible, size):
    wrong: list[str] = []
    page = visit("/login/", size=size)
    wrong += faults(page, accessible)
    page = visit("/account/tokens/", "gw", size=size)
    page.get_by_label("What is it for?").fill("street screen")
    page.get_by_role("button", name="Create token").click()
    secret = page.locator("code.cg-secret").inner_text()
    assert secret.startswith("cg_")
    wrong += faults(page, accessible)
    page.get_by_role("button", name="Revoke street screen").first.click()
    assert secret not in page.content()
    for path in ("/account/sessions/", "/account/password/", "/account/second-factor/", "/rights/"):
        page.goto(path)
        wrong += faults(page, accessible)
    assert wrong == []


def test_a_second_factor_from_the_picture_to_the_next_sign_in(visit, accessible):
    username = "callback"
    page = visit("/account/second-factor/", username, size=PHONE)
    page.get_by_role("button", name="Set up").click()
    picture = page.get_by_role("img", name="The key as a QR code")
    settle(page)
    assert picture.evaluate("image => image.naturalWidth") > 100
    wrong = faults(page, accessible)
    key = page.locator("main ol code").inner_text()
    page.get_by_label("Code", exact=True).fill(code(key))
    page.get_by_role("button", name="Switch on").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    assert page.locator("main li code").count() == 10
    wrong += faults(page, accessible)
    page = visit("/login/?next=/rights/", size=PHONE)
    page.get_by_label("Login name").fill(username)
    page.get_by_label("Password").fill(cast.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code", exact=True).fill(code(key, ahead=1))
    wrong += faults(page, accessible)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/rights/")
    page.goto("/account/second-factor/")
    assert "10 recovery codes" in page.content()
    wrong += faults(page, accessible)
    assert wrong == []
