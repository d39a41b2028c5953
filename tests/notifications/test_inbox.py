"""Who may listen on /ws/inbox/, and what they hear."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction

from citygrid.accounts.models import UserSession
from citygrid.common import clock, facts
from notifications.publisher import GRACE, publish_due
from tests.notifications import listening
from tests.notifications.listening import Socket, do, play

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keep_the_tests_transaction(monkeypatch):
    """Channels tidies connections around each query, which would end the test's transaction."""
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)


def sign_in(username):
    """Sign in, and let that be old news."""
    cookie = listening.sign_in(username)
    publish_due(at=clock.now() + 2 * GRACE)
    return cookie


def tell(user, kind="account.token_created"):
    """Record a fact about an account, and publish everything."""
    with transaction.atomic():
        facts.record(kind, user, at=clock.now(), by=user, name="a secret name")
    publish_due(at=clock.now() + 2 * GRACE)


async def connected(cookie):
    """Return an open connection."""
    found = Socket(cookie)
    assert await found.open()
    return found


@pytest.mark.parametrize("cookie", ["", "sessionid=made-up"])
def test_strangers_are_refused(db, cookie):
    async def scene():
        stranger = Socket(cookie)
        return await stranger.open(), stranger.code

    assert play(scene) == (False, 4401)


@pytest.mark.parametrize("origin", ["http://evil.example", None])
def test_a_page_of_another_site_is_refused_although_the_person_is_signed_in(people, origin):
    cookie = sign_in("gw")

    async def scene():
        return await Socket(cookie, origin=origin).open()

    assert play(scene) is False


def test_a_person_hears_of_the_own_account_in_all_browsers_and_of_no_other(people):
    cookies = sign_in("gw"), sign_in("gw"), sign_in("street")

    async def scene():
        mine, mine_too, other = [await connected(cookie) for cookie in cookies]
        await do(tell, people["gw"])
        heard = await mine.hear()
        assert heard == await mine_too.hear()
        assert await other.receive_nothing(timeout=0.2)
        for each in (mine, mine_too, other):
            await each.leave()
        return heard

    heard = play(scene)
    assert heard["kind"] == "account.token_created"
    assert set(heard) == {"event", "kind", "at", "text"}
    assert "secret" not in str(heard)


@pytest.mark.parametrize(
    ("cookie", "accepted", "english"),
    [
        ("en", "", True),
        ("en", "zh-CN", True),
        ("", "en-GB,en;q=0.8", True),
        ("zh-hans", "en", False),
        ("fr", "", False),
    ],
)
def test_it_is_told_in_the_language_of_the_pages(people, cookie, accepted, english):
    cookies = f"{sign_in('gw')}; django_language={cookie}"

    async def scene():
        mine = Socket(cookies, language=accepted)
        assert await mine.open()
        await do(tell, people["gw"])
        return await mine.hear()

    assert (play(scene)["text"] == "Your account: API token created.") is english


@pytest.mark.parametrize("ended", ["session", "noted session", "idle", "account"])
def test_a_connection_does_not_outlive_its_session(people, ended):
    cookie = sign_in("gw")

    def end():
        if ended == "session":
            Session.objects.all().delete()
        elif ended == "noted session":
            UserSession.objects.all().delete()
        elif ended == "idle":
            UserSession.objects.update(seen_at=clock.now() - timedelta(hours=2))
        else:
            people["gw"].is_active = False
            people["gw"].save()
        tell(people["gw"], "account.session_ended")

    async def scene():
        mine = await connected(cookie)
        await do(end)
        return await mine.hear(), mine.code

    assert play(scene) == (None, 4401)


def test_what_the_browser_says_is_ignored(people):
    cookie = sign_in("gw")

    async def scene():
        mine = await connected(cookie)
        await mine.say(text="{not json")
        await mine.say(bytes=b"\x00")
        assert await mine.receive_nothing(timeout=0.2)
        await do(tell, people["gw"])
        return await mine.hear()

    assert play(scene)["kind"] == "account.token_created"


def test_nobody_hears_after_closing_the_page(people):
    cookie = sign_in("gw")

    async def scene():
        mine = await connected(cookie)
        await mine.leave()
        await do(tell, people["gw"])
        return await mine.receive_nothing(timeout=0.2)

    assert play(scene)
