"""The demo's logins and their one password."""

from __future__ import annotations

import io
import re
import stat

import pytest
from django.core.management import call_command
from django.db import transaction

from cases.journal.models import Event
from citygrid.accounts.models import User
from gridmap.demo import build, logins
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.one_worker]

GIVEN = "Given-Horse-77"


@pytest.fixture(scope="module", autouse=True)
def city(django_db_setup, django_db_blocker):
    """Build the city once for this module, in a transaction that is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        build.build()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def home(settings, tmp_path, monkeypatch):
    settings.DEMO = True
    settings.HOME = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.delenv(logins.VARIABLE, raising=False)
    monkeypatch.setattr("cases.demo.play.is_filled", lambda: True)  # what is played is proved elsewhere
    return tmp_path


@pytest.fixture
def seed(home, django_capture_on_commit_callbacks):
    def run(*arguments: str) -> tuple[str, str]:
        out, err = io.StringIO(), io.StringIO()
        with django_capture_on_commit_callbacks(execute=True):
            call_command("seed_demo", *arguments, stdout=out, stderr=err)
        return out.getvalue(), err.getvalue()

    return run


def test_they_are_printed_with_name_and_posts_in_words(seed):
    out, _warnings = seed()
    assert re.search(r"^gw1 +林甲 .*grid worker · 石亭社区 一网格, 二网格, 三网格, 四网格$", out, re.M)
    assert re.search(r"^secadmin1 .*security administrator · 福鼎市$", out, re.M)


def test_a_strong_password_is_made_up_kept_for_its_owner_alone_and_printed(seed, home):
    out, warnings = seed()
    password = logins.kept_password()
    assert password in out
    assert warnings == ""
    assert logins.weaknesses(password) == []
    assert stat.S_IMODE((home / "demo-password").stat().st_mode) == 0o600
    user = User.objects.get(username="gw1")
    assert user.check_password(password)
    assert not user.must_change_password


def test_a_second_run_sets_no_password_anew(seed):
    seed()
    seed()
    assert Event.objects.filter(kind="account.demo_password_set", actor_text="system").count() == (
        User.objects.filter(is_demo=True).count()
    )


def test_a_kept_password_is_set_in_a_database_that_does_not_have_it(seed, home):
    (home / "demo-password").write_text("Kept-From-Before-7\n", encoding="utf-8")
    out, _warnings = seed()
    assert "Kept-From-Before-7" in out
    assert User.objects.get(username="gw1").check_password("Kept-From-Before-7")


def test_a_password_from_the_environment_is_used_and_another_one_replaces_it(seed, monkeypatch):
    monkeypatch.setenv(logins.VARIABLE, GIVEN)
    out, warnings = seed()
    assert GIVEN in out
    assert warnings == ""
    monkeypatch.setenv(logins.VARIABLE, "short")
    out, warnings = seed()
    assert "is weak" in warnings
    assert User.objects.get(username="manager1").check_password("short")
    monkeypatch.delenv(logins.VARIABLE)
    out, warnings = seed()
    assert "is: short" in out


def test_reset_opens_the_accounts_again(seed):
    seed()
    User.objects.filter(username="gw1").update(is_active=False, must_change_password=True, password="!")
    seed()
    assert not User.objects.get(username="gw1").is_active
    seed("--reset")
    user = User.objects.get(username="gw1")
    assert user.is_active
    assert not user.must_change_password
    assert user.check_password(logins.kept_password())


def test_real_accounts_keep_their_own_password(seed):
    User.objects.create_user("resident", cast.PASSWORD, display_name="resident")
    seed("--reset")
    assert User.objects.get(username="resident").check_password(cast.PASSWORD)
