"""Accounts on the administration pages: opened and closed by one administrator, sessions and locks by the other."""

from __future__ import annotations

import re

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from citygrid.accounts import sessions, tokens
from citygrid.accounts.models import ApiToken, User, UserSession
from citygrid.accounts.roles import Role
from citygrid.accounts.totp import TotpDevice
from gridmap.posts.models import Post
from tests import cast

pytestmark = pytest.mark.django_db


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def kinds() -> list[str]:
    return list(apps.get_model("cases.Event").objects.order_by("pk").values_list("kind", flat=True))


def act(client: Client, model: str, action: str, *rows):
    return client.post(
        reverse(f"admin:accounts_{model}_changelist"),
        {"action": action, "_selected_action": [row.pk for row in rows], "confirmed": "1"},
        follow=True,
    )


def told(answer) -> list[str]:
    return [message.level_tag for message in answer.context["messages"]]


def test_an_account_is_opened_without_a_password_and_gets_a_first_one(people):
    client = as_(people["sysadmin"])
    client.post(
        reverse("admin:accounts_user_add"),
        {"username": "newcomer", "display_name": "新人", "mobile": "13800001234", "email": ""},
    )
    user = User.objects.get(username="newcomer")
    assert not user.has_usable_password()
    answer = act(client, "user", "first_password", user)
    (password,) = re.findall(r"<dt>newcomer.*?<code[^>]*>(\S+)</code>", answer.content.decode(), re.DOTALL)
    user.refresh_from_db()
    assert user.check_password(password)
    assert user.must_change_password
    assert kinds()[-2:] == ["account.opened", "account.first_password_set"]
    assert password not in str(list(apps.get_model("cases.Event").objects.values_list("facts", flat=True)))
    assert "no-store" in answer.headers["Cache-Control"]
    cookies = f"{client.cookies.output()} {answer.cookies.output()}"
    assert "sessionid" in cookies
    assert password not in cookies
    assert password not in client.get(reverse("admin:accounts_user_changelist")).content.decode()


def test_one_person_who_is_refused_does_not_hide_the_password_of_another(people):
    answer = act(as_(people["sysadmin"]), "user", "first_password", people["secadmin"], people["clerk"])
    text = answer.content.decode()
    assert "<dt>clerk" in text
    assert "<dt>secadmin" not in text
    assert sorted(told(answer)) == ["error", "success"]


def test_a_bad_mobile_is_refused_beside_its_field(people):
    answer = as_(people["sysadmin"]).post(
        reverse("admin:accounts_user_add"), {"username": "newcomer", "display_name": "新人", "mobile": "123"}
    )
    assert "mobile" in answer.context["adminform"].form.errors
    assert not User.objects.filter(username="newcomer").exists()


def test_a_name_is_changed_and_a_login_name_is_not(people):
    page = reverse("admin:accounts_user_change", args=[people["clerk"].pk])
    as_(people["sysadmin"]).post(page, {"username": "other", "display_name": "李四", "mobile": "", "email": ""})
    people["clerk"].refresh_from_db()
    assert (people["clerk"].username, people["clerk"].display_name) == ("clerk", "李四")
    assert kinds()[-1] == "account.changed"


def test_closing_an_account_ends_its_posts_and_reopening_does_not_bring_them_back(people):
    client = as_(people["sysadmin"])
    act(client, "user", "close", people["clerk"])
    people["clerk"].refresh_from_db()
    assert not people["clerk"].is_active
    act(client, "user", "reopen", people["clerk"])
    people["clerk"].refresh_from_db()
    assert people["clerk"].is_active
    assert not Post.objects.in_force(timezone.now()).filter(user=people["clerk"]).exists()


def test_nobody_closes_the_own_account(people):
    answer = act(as_(people["sysadmin"]), "user", "close", people["sysadmin"])
    people["sysadmin"].refresh_from_db()
    assert people["sysadmin"].is_active
    assert told(answer) == ["error"]


def test_one_refusal_does_not_undo_the_others(people):
    answer = act(as_(people["sysadmin"]), "user", "close", people["sysadmin"], people["clerk"])
    people["clerk"].refresh_from_db()
    assert not people["clerk"].is_active
    assert sorted(told(answer)) == ["error", "success"]


def signed_in(user: User) -> UserSession:
    client = Client()
    client.force_login(user)
    return sessions.begin(user=user, session_key=str(client.session.session_key), at=timezone.now())


def test_the_security_administrator_ends_one_session_and_all(people):
    client = as_(people["secadmin"])
    first, second = signed_in(people["clerk"]), signed_in(people["clerk"])
    act(client, "usersession", "end", first)
    assert not Session.objects.filter(session_key=first.session_key).exists()
    assert Session.objects.filter(session_key=second.session_key).exists()
    act(client, "user", "end_sessions", people["clerk"])
    assert not UserSession.objects.filter(user=people["clerk"]).exists()
    assert {"account.session_ended", "account.sessions_ended"} <= set(kinds())


def test_tokens_are_revoked(people):
    token, _secret = tokens.create(user=people["clerk"], at=timezone.now())
    act(as_(people["secadmin"]), "user", "revoke_tokens", people["clerk"])
    assert ApiToken.objects.get(pk=token.pk).revoked_at is not None


def test_a_lock_is_lifted_for_that_person_alone(people):
    for name in ("clerk", "handler"):
        AccessAttempt.objects.create(username=name, ip_address="10.0.0.1", failures_since_start=9)
    act(as_(people["secadmin"]), "user", "lift_lock", people["clerk"])
    assert list(AccessAttempt.objects.values_list("username", flat=True)) == ["handler"]
    assert kinds()[-1] == "account.lock_lifted"


def test_a_second_factor_is_reset(people):
    TotpDevice.objects.create(user=people["clerk"], name="phone", confirmed=True)
    client = as_(people["secadmin"])
    assert client.get(reverse("admin:accounts_user_changelist"), {"q": "clerk"}).context["cl"].result_list[0].enrolled
    act(client, "user", "reset_factor", people["clerk"])
    assert not TotpDevice.objects.filter(user=people["clerk"]).exists()
    assert kinds()[-1] == "account.second_factor_reset"


@pytest.mark.parametrize(
    ("who", "action"),
    [("secadmin", name) for name in ("first_password", "close", "reopen")]
    + [("sysadmin", name) for name in ("end_sessions", "revoke_tokens", "lift_lock", "reset_factor")]
    + [("auditor", name) for name in ("first_password", "close", "end_sessions", "lift_lock")],
)
def test_the_powers_of_the_three_administrators_stay_apart(people, who, action):
    before = kinds()
    answer = as_(people[who]).get(reverse("admin:accounts_user_changelist"))
    assert action not in dict(answer.context["cl"].model_admin.get_action_choices(answer.wsgi_request))
    act(as_(people[who]), "user", action, people["clerk"])
    people["clerk"].refresh_from_db()
    assert people["clerk"].is_active
    assert kinds() == before


def test_a_street_cannot_act_upon_the_citys_people(people, city):
    street = cast.person("streetsec", Role.SECADMIN, area=city[cast.OURS])
    session = signed_in(people["manager"])
    act(as_(street), "user", "end_sessions", people["manager"])
    act(as_(street), "usersession", "end", session)
    assert UserSession.objects.filter(pk=session.pk).exists()


def test_signing_out_and_the_password_page_are_the_common_ones(people):
    client = as_(people["sysadmin"])
    assert client.get("/admin/password_change/").headers["Location"] == reverse("password_change")
    assert UserSession.objects.filter(user=people["sysadmin"]).exists()
    assert client.post("/admin/logout/").headers["Location"] == reverse("login")
    assert client.get("/admin/").status_code == 302
    assert not UserSession.objects.filter(user=people["sysadmin"]).exists()
    assert kinds()[-1] == "account.signed_out"


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        ("user", "password"),
        ("user", "password__startswith"),
        ("usersession", "session_key__startswith"),
        ("usersession", "user__password__startswith"),
        ("apitoken", "digest__gt"),
    ],
)
def test_nobody_guesses_a_secret_by_filtering_for_it(people, model, lookup):
    client = as_(people["secadmin"])
    page = reverse(f"admin:accounts_{model}_changelist")
    assert client.get(page).status_code == 200
    assert client.get(page, {lookup: "p"}).status_code == 400
