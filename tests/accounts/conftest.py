"""What the tests of accounts share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.test import Client

from citygrid.common import clock
from tests import cast


@pytest.fixture(autouse=True)
def no_failures_before() -> None:
    """Failed sign-ins are counted in the cache, which outlives a test's transaction."""
    cache.clear()


@pytest.fixture(autouse=True)
def pages_in_english(settings: Any) -> None:
    """Let pages, too, speak the language in which the tests quote them."""
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[..., datetime]:
    """Call ``later(minutes=31)`` to move the clock; each call counts from the real time."""
    real = clock.now

    def move(**by: float) -> datetime:
        monkeypatch.setattr(clock, "now", lambda: real() + timedelta(**by))
        return clock.now()

    return move


@pytest.fixture
def signed_in(people) -> Callable[..., Client]:
    """Sign somebody of the cast in through the page."""

    def sign_in(username: str, **headers: str) -> Client:
        client = Client(headers=headers)
        answer = client.post("/login/", {"username": username, "password": cast.PASSWORD})
        assert answer.status_code == 302
        return client

    return sign_in


@pytest.fixture
def kinds() -> Callable[[], list[str]]:
    """The kinds of all journal events about accounts, in order."""
    events = apps.get_model("cases.Event").objects.filter(kind__startswith="account.")
    return lambda: list(events.order_by("pk").values_list("kind", flat=True))
