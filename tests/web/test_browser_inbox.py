"""An open page hears at once what happens to its account elsewhere."""

from __future__ import annotations

import json
import urllib.request

import pytest
from playwright.sync_api import expect

from tests import cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def make_token(url, username):
    """Create an API token somewhere else."""
    body = json.dumps({"username": username, "password": cast.PASSWORD}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/api/v1/auth/token/", body, headers)  # noqa: S310 - loopback
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - loopback
        return response.status


def test_a_token_made_elsewhere_is_announced_on_the_page_that_is_open(visit, server):
    page = visit("/", "street")
    expect(page.locator(".cg-messages[data-cg-inbox=open]")).to_have_count(1)
    assert make_token(server.url, "street") in (200, 201)
    expect(page.locator(".cg-messages .cg-alert-info")).to_contain_text("Your account: API token created.")


def test_nothing_of_somebody_else_is_announced(visit, server):
    page = visit("/", "manager")
    expect(page.locator(".cg-messages[data-cg-inbox=open]")).to_have_count(1)
    make_token(server.url, "street")
    make_token(server.url, "manager")
    expect(page.locator(".cg-messages .cg-alert-info")).to_have_count(1)


def test_the_page_for_signing_in_opens_no_connection(visit):
    page = visit("/login/")
    assert page.locator("script[src*='inbox']").count() == 0
