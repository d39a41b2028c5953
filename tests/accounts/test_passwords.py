"""Password rules, history, age, first passwords; what a person is held from meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from citygrid.accounts import passwords, services, tokens
from citygrid.accounts.models import ApiToken, User
from citygrid.common import clock
from citygrid.common.errors import Conflict, Invalid, NotAllowed
from tests import cast

pytestmark = pytest.mark.django_db
NEW = "Fresh-Bridge-77"


def change(client: Client, new: str = NEW, old: str = cast.PASSWORD, again: str | None = None):
    return client.post("/account/password/", {"old": old, "password": new, "again": new if again is None else again})


def test_changing_it_ends_the_other_sessions_and_keeps_this_one(signed_in, people, kinds):
    here, there = signed_in("gw"), signed_in("gw")
    assert change(here)["Location"] == "/"
    assert here.get("/rights/").status_code == 200
    assert there.get("/rights/").status_code == 302
    assert here.get("/account/sessions/").context["sessions"][0].session_key == here.session.session_key
    assert len(here.get("/account/sessions/").context["sessions"]) == 1
    user = User.objects.get(username="gw")
    assert user.check_password(NEW)
    assert user.password_set_at
    assert clock.now() - user.password_set_at < timedelta(minutes=1)
    assert "account.password_changed" in kinds()


def test_changing_it_revokes_the_tokens_and_the_page_says_so_before(signed_in, people, kinds):
    client = signed_in("gw")
    _token, secret = tokens.create(user=people["gw"], at=clock.now())
    other, _secret = tokens.create(user=people["handler"], at=clock.now())
    assert "your API tokens are revoked" in client.get("/account/password/").content.decode()
    change(client)
    assert Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/me/").status_code == 401
    assert list(ApiToken.objects.alive(clock.now())) == [other]
    assert {"account.tokens_revoked", "account.password_changed"} <= set(kinds())


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ("Short-1", "at least 10 characters"),
        ("onlysmallletters", "three of these"),
        ("small-letters-1", None),
        ("NurGross12345", None),
        ("123456789012", "entirely numeric|three of these"),
        ("Password123", "too common"),
        ("Wanggrid-1", "similar"),
        (cast.PASSWORD, "last passwords"),
    ],
)
def test_each_rule_is_named_when_it_is_broken(signed_in, people, new, sentence):
    User.objects.filter(username="gw").update(display_name="Wanggrid")
    answer = change(signed_in("gw"), new)
    if sentence is None:
        assert answer.status_code == 302
    else:
        assert answer.status_code == 422
        errors = " ".join(answer.context["form"].errors["password"])
        assert any(part in errors for part in sentence.split("|")), errors


def test_the_rules_stand_on_the_page_in_words(signed_in):
    text = signed_in("gw").get("/account/password/").content.decode()
    for rule in ("at least 10 characters", "three of these", "last passwords"):
        assert rule in text


def test_a_wrong_present_password_and_two_different_new_ones_are_told(signed_in):
    client = signed_in("gw")
    assert change(client, old="wrong").context["form"].errors["old"] == ["This is not your present password."]
    assert "again" in change(client, again="Other-Bridge-77").context["form"].errors
    assert User.objects.get(username="gw").check_password(cast.PASSWORD)


def test_guessing_the_present_password_in_a_stolen_session_is_slowed_down(signed_in):
    client = signed_in("gw")
    for n in range(30):
        change(client, old=f"guess{n}")
    answer = change(client)
    assert answer.status_code == 422
    assert "Wait a minute" in answer.context["form"].non_field_errors()[0]


def test_the_last_five_passwords_are_not_used_again_and_the_sixth_is(people, settings):
    user, at = people["gw"], clock.now()
    used = [f"Bridge-Number-{n}" for n in range(6)]
    for n, password in enumerate(used):
        services.change_password(user=user, password=password, at=at + timedelta(days=n))
    for password in used[1:]:
        with pytest.raises(Invalid) as refused:
            services.change_password(user=user, password=password, at=at + timedelta(days=9))
        assert refused.value.fields == {"password": ["Do not use one of your last passwords again."]}
    assert user.old_passwords.count() == settings.PASSWORD_HISTORY - 1
    services.change_password(user=user, password=used[0], at=at + timedelta(days=9))
    assert user.check_password(used[0])


def test_made_up_passwords_pass_every_rule_and_are_never_the_same(people):
    made = {passwords.make() for _n in range(50)}
    assert len(made) == 50
    for password in list(made)[:5]:
        services.change_password(user=people["gw"], password=password, at=clock.now())


@pytest.mark.parametrize(("days", "due"), [(89, False), (90, True)])
def test_a_password_grows_old(people, settings, days, due):
    user = people["gw"]
    user.password_set_at = clock.now()
    assert passwords.is_due(user, user.password_set_at + timedelta(days=days)) is due
    settings.PASSWORD_MAX_AGE_DAYS = 0
    assert not passwords.is_due(user, user.password_set_at + timedelta(days=4000))


def test_who_must_change_is_held_at_that_page_until_it_is_done(signed_in, people):
    User.objects.filter(username="gw").update(must_change_password=True)
    client = signed_in("gw")
    for path in ("/", "/rights/", "/areas/", "/account/tokens/"):
        assert client.get(path)["Location"] == "/account/password/", path
    answer = client.get("/api/v1/me/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "password_change_due")
    page = client.get("/account/password/")
    assert page.status_code == 200
    assert page.context["due"]
    assert client.post("/i18n/setlang/", {"language": "en"}).status_code == 302
    change(client)
    assert client.get("/rights/").status_code == 200


def test_programs_are_held_too(people):
    _token, secret = tokens.create(user=people["gw"], at=clock.now())
    bearer = Client(headers={"Authorization": f"Bearer {secret}"})
    assert bearer.get("/api/v1/me/").status_code == 200
    User.objects.filter(username="gw").update(must_change_password=True)
    answer = bearer.get("/api/v1/me/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "password_change_due")
    answer = Client().post(
        "/api/v1/auth/token/", {"username": "gw", "password": cast.PASSWORD}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "password_change_due")


def test_a_first_password_ends_everything_and_must_be_changed(signed_in, people, kinds):
    client = signed_in("gw")
    tokens.create(user=people["gw"], at=clock.now())
    password = services.set_first_password(user=people["gw"], at=clock.now(), by=people["sysadmin"])
    assert client.get("/rights/").status_code == 302
    assert not ApiToken.objects.alive(clock.now()).exists()
    user = User.objects.get(username="gw")
    assert user.check_password(password)
    assert user.must_change_password
    assert kinds()[-1] == "account.first_password_set"


@pytest.mark.parametrize("by", ["gw", "street", "secadmin", "auditor"])
def test_only_who_manages_accounts_sets_first_passwords(people, by):
    with pytest.raises(NotAllowed, match="system administrator"):
        services.set_first_password(user=people["handler"], at=clock.now(), by=people[by])


def test_nobody_sets_the_own_first_password_or_closes_the_own_account(people):
    for act in (services.set_first_password, services.close_account):
        with pytest.raises(Conflict, match="your own account"):
            act(user=people["sysadmin"], at=clock.now(), by=people["sysadmin"])


def test_opening_an_account_explains_every_fault(people):
    at, by = clock.now(), people["sysadmin"]
    with pytest.raises(Conflict, match="gw is taken"):
        services.open_account(username="gw", display_name="x", at=at, by=by)
    for fields, named in (
        ({"username": "a b"}, "username"),
        ({"username": "", "display_name": "x"}, "username"),
        ({"display_name": ""}, "display_name"),
        ({"mobile": "12345"}, "mobile"),
        ({"email": "nonsense"}, "email"),
        ({"password": "weak"}, "password"),
    ):
        with pytest.raises(Invalid) as refused:
            services.open_account(**{"username": "new", "display_name": "新人", "at": at, "by": by, **fields})
        assert named in refused.value.fields, fields
    with pytest.raises(NotAllowed):
        services.open_account(username="new", display_name="新人", at=at, by=people["secadmin"])
    assert not User.objects.filter(username="new").exists()


def test_a_closed_account_is_out_at_once_and_may_be_reopened(signed_in, people):
    client = signed_in("gw")
    _token, secret = tokens.create(user=people["gw"], at=clock.now())
    services.close_account(user=people["gw"], at=clock.now(), by=people["sysadmin"])
    assert client.get("/rights/").status_code == 302
    assert Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/me/").status_code == 401
    services.reopen_account(user=people["gw"], at=clock.now(), by=people["sysadmin"])
    signed_in("gw")
