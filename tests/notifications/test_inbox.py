"""Who may listen on /ws/inbox/, and what they hear."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import InterfaceError, OperationalError, transaction
from django.test import Client

from citygrid.accounts import services, sessions
from citygrid.accounts.models import UserSession
from citygrid.common import clock, facts
from notifications import consumers
from notifications.publisher import GRACE, publish_due
from tests import cast
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


@pytest.mark.parametrize(
    ("way", "settings_of_it"), [("idles", {"SESSION_IDLE_MINUTES": 30}), ("lasts", {"SESSION_COOKIE_AGE": 3600})]
)
def test_a_connection_is_closed_when_its_session_runs_out_though_nobody_says_so(people, settings, way, settings_of_it):
    for name, value in settings_of_it.items():
        setattr(settings, name, value)
    cookie = sign_in("gw")
    left = timedelta(seconds=0.4)
    if way == "idles":
        UserSession.objects.update(seen_at=clock.now() - timedelta(minutes=30) + left)
    else:
        UserSession.objects.update(started_at=clock.now() - timedelta(hours=1) + left)

    async def scene():
        mine = await connected(cookie)
        return await mine.hear(), mine.code

    assert play(scene) == (None, 4401)


def test_a_connection_stays_while_the_session_is_used(people, monkeypatch):
    monkeypatch.setattr(consumers, "LOOK_AT_LEAST_EVERY", timedelta(seconds=0.2))
    cookie = sign_in("gw")
    UserSession.objects.update(seen_at=clock.now() - timedelta(minutes=30) + timedelta(seconds=0.4))

    async def scene():
        mine = await connected(cookie)
        await do(UserSession.objects.update, seen_at=clock.now())
        stays = await mine.receive_nothing(timeout=0.8)
        await do(tell, people["gw"])
        heard = await mine.hear()
        await mine.leave()
        return stays, heard is not None

    assert play(scene) == (True, True)


@pytest.mark.parametrize("fault", [OperationalError, InterfaceError])
def test_a_connection_that_cannot_be_guarded_is_closed_and_may_come_back(people, monkeypatch, fault):
    monkeypatch.setattr(consumers, "LOOK_AT_LEAST_EVERY", timedelta(seconds=0.1))
    cookie = sign_in("gw")

    async def away(*args):
        raise fault("the database is away")

    async def scene():
        mine = await connected(cookie)
        monkeypatch.setattr(consumers, "_open_until", away)
        return await mine.hear(), mine.code

    assert play(scene) == (None, 1011)


def test_an_end_while_the_connection_is_made_is_not_missed(people, monkeypatch):
    cookie, look = sign_in("gw"), consumers._open_until

    def end():
        UserSession.objects.all().delete()
        tell(people["gw"], "account.session_ended")

    async def slowly(*asked):
        monkeypatch.setattr(consumers, "_open_until", look)
        until = await look(*asked)
        await do(end)
        return until

    monkeypatch.setattr(consumers, "_open_until", slowly)

    async def scene():
        mine = await connected(cookie)
        return await mine.hear(), mine.code

    assert play(scene) == (None, 4401)


@pytest.mark.parametrize("way", ["signs out", "is ended by an administrator", "account is closed", "password is set"])
def test_a_connection_is_closed_at_once_by(people, way, django_capture_on_commit_callbacks):
    client = Client()
    client.post("/login/", {"username": "gw", "password": cast.PASSWORD})
    publish_due(at=clock.now() + 2 * GRACE)
    gw = people["gw"]

    def end():
        with django_capture_on_commit_callbacks(execute=True):
            if way == "signs out":
                assert client.post("/logout/").status_code == 302
            elif way == "is ended by an administrator":
                sessions.end(session=UserSession.objects.get(user=gw), at=clock.now(), by=people["secadmin"])
            elif way == "account is closed":
                services.close_account(user=gw, at=clock.now(), by=people["sysadmin"])
            else:
                services.set_first_password(user=gw, at=clock.now(), by=people["sysadmin"])

    async def scene():
        mine = await connected(f"sessionid={client.session.session_key}")
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
