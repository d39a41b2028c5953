"""The second factor: enrolling, the second step, recovery codes, waits, demand and reset."""

from __future__ import annotations

import time

import pytest
from django.apps import apps
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken

from citygrid.accounts import secondfactor
from citygrid.accounts.models import User
from citygrid.accounts.totp import TotpDevice
from citygrid.common import clock
from citygrid.common.errors import Conflict, NotAllowed
from tests import cast

pytestmark = pytest.mark.django_db


def code(user: User) -> str:
    """The code that the app shows now, as if none had been used and no wait ran."""
    TotpDevice.objects.filter(user=user).update(
        last_t=-1, drift=0, throttling_failure_count=0, throttling_failure_timestamp=None
    )
    clockwork = TOTP(TotpDevice.objects.get(user=user).bin_key)
    clockwork.time = time.time()
    return f"{clockwork.token():06d}"


def enrol(client: Client, user: User) -> list[str]:
    """Set the second factor up through the pages; return the recovery codes."""
    client.post("/account/second-factor/begin/")
    answer = client.post("/account/second-factor/confirm/", {"code": code(user)})
    assert answer.status_code == 200, answer.context["form"].errors
    return answer.context["codes"]


def password_step(username: str = "gw") -> Client:
    client = Client()
    answer = client.post("/login/", {"username": username, "password": cast.PASSWORD, "next": "/rights/"})
    assert answer.status_code == 200
    assert 'name="code"' in answer.content.decode()
    return client


def test_enrolling_shows_picture_and_key_and_takes_a_code(signed_in, people, kinds):
    client, other = signed_in("gw"), signed_in("gw")
    assert client.get("/account/second-factor/image/").status_code == 404
    assert client.post("/account/second-factor/begin/").status_code == 302
    page = client.get("/account/second-factor/")
    assert page.context["key"].replace(" ", "") in TotpDevice.objects.get().config_url
    image = client.get("/account/second-factor/image/")
    assert image["Content-Type"] == "image/svg+xml"
    assert b"<svg" in image.content
    assert b"<script" not in image.content
    assert other.get("/account/second-factor/").context["device"] is None, "the key is shown where it was begun alone"
    wrong = client.post("/account/second-factor/confirm/", {"code": "000000"})
    assert wrong.status_code == 422
    assert not secondfactor.is_enrolled(people["gw"])
    done = client.post("/account/second-factor/confirm/", {"code": code(people["gw"])})
    assert len(done.context["codes"]) == secondfactor.RECOVERY_CODES
    assert "no-store" in done["Cache-Control"]
    assert secondfactor.is_enrolled(people["gw"])
    assert client.get("/rights/").status_code == 200
    assert other.get("/rights/").status_code == 302, "sessions without the second factor end"
    assert {"account.second_factor_on", "account.recovery_codes_made"} <= set(kinds())
    with pytest.raises(Conflict, match="in use already"):
        secondfactor.begin(people["gw"])


def test_the_password_alone_signs_nobody_in(signed_in, people):
    enrol(signed_in("gw"), people["gw"])
    client = password_step()
    assert client.get("/rights/").status_code == 302
    assert client.get("/login/code/").status_code == 200
    answer = client.post("/login/code/", {"code": code(people["gw"]), "next": "/rights/"})
    assert answer["Location"] == "/rights/"
    assert client.get("/rights/").status_code == 200
    event = apps.get_model("cases.Event").objects.latest("pk")
    assert (event.kind, event.facts["second_factor"]) == ("account.signed_in", True)


def test_the_second_step_needs_the_first(people):
    assert Client().get("/login/code/")["Location"] == "/login/"
    assert Client().post("/login/code/", {"code": "123456"})["Location"] == "/login/"


def test_the_second_step_waits_five_minutes_and_no_longer_than_the_password(signed_in, people, later):
    enrol(signed_in("gw"), people["gw"])
    client = password_step()
    user = User.objects.get(username="gw")
    user.set_password("Other-Horse-43")
    user.save()
    assert client.get("/login/code/").status_code == 302, "the password was changed meanwhile"
    user.set_password(cast.PASSWORD)
    user.save()
    client = password_step()
    later(minutes=4.9)
    assert client.get("/login/code/").status_code == 200
    later(minutes=5.1)
    assert client.get("/login/code/").status_code == 302


def test_a_code_works_once(signed_in, people):
    enrol(signed_in("gw"), people["gw"])
    shown = code(people["gw"])
    assert password_step().post("/login/code/", {"code": shown}).status_code == 302
    assert password_step().post("/login/code/", {"code": shown}).status_code == 401


def test_wrong_codes_make_one_wait(signed_in, people, kinds):
    enrol(signed_in("gw"), people["gw"])
    code(people["gw"])
    client = password_step()
    assert client.post("/login/code/", {"code": "000000"}).status_code == 401
    answer = client.post("/login/code/", {"code": "000000"})
    assert answer.status_code == 429
    assert "Too many wrong codes" in str(answer.context["form"].errors)
    assert "account.second_factor_failed" in kinds()


def test_a_recovery_code_signs_in_once_and_is_stored_as_a_digest(signed_in, people):
    codes = enrol(signed_in("gw"), people["gw"])
    stored = set(StaticToken.objects.values_list("token", flat=True))
    assert not stored & {given.replace("-", "") for given in codes}
    client = password_step()
    assert client.post("/login/code/", {"code": codes[0].upper()}).status_code == 302
    assert secondfactor.recovery_codes_left(people["gw"]) == secondfactor.RECOVERY_CODES - 1
    assert password_step().post("/login/code/", {"code": codes[0]}).status_code == 401


def test_new_recovery_codes_replace_the_old_ones_and_need_a_code(signed_in, people):
    client = signed_in("gw")
    old = enrol(client, people["gw"])
    assert client.post("/account/second-factor/recovery-codes/", {"code": "000000"}).status_code == 401
    new = client.post("/account/second-factor/recovery-codes/", {"code": code(people["gw"])}).context["codes"]
    assert not set(old) & set(new)
    assert password_step().post("/login/code/", {"code": old[0]}).status_code == 401


def test_switching_off_needs_a_code(signed_in, people):
    client = signed_in("gw")
    enrol(client, people["gw"])
    assert client.post("/account/second-factor/off/", {"code": "000000"}).status_code == 401
    assert secondfactor.is_enrolled(people["gw"])
    assert client.post("/account/second-factor/off/", {"code": code(people["gw"])}).status_code == 302
    assert not secondfactor.is_enrolled(people["gw"])
    signed_in("gw")


def test_a_token_needs_the_code_too(signed_in, people):
    def ask(**more: str):
        given = {"username": "gw", "password": cast.PASSWORD, **more}
        return Client().post("/api/v1/auth/token/", given, content_type="application/json")

    enrol(signed_in("gw"), people["gw"])
    assert (ask().status_code, ask().json()["error"]["code"]) == (401, "second_factor_needed")
    shown = code(people["gw"])
    assert ask(otp=shown).status_code == 201
    assert ask(otp=shown).json()["error"]["code"] == "wrong_code"
    assert ask(otp=shown).status_code == 429


def test_a_setting_demands_it_of_administrators_and_of_nobody_else(signed_in, people, settings):
    settings.ADMIN_SECOND_FACTOR = True
    for name in ("sysadmin", "secadmin", "auditor"):
        client = signed_in(name)
        for path in ("/", "/rights/", "/admin/"):
            assert client.get(path)["Location"] == "/account/second-factor/", (name, path)
        answer = client.get("/api/v1/me/")
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "second_factor_due")
        assert client.get("/account/second-factor/").context["demanded"]
    assert signed_in("manager").get("/rights/").status_code == 200
    client = signed_in("sysadmin")
    enrol(client, people["sysadmin"])
    assert client.get("/rights/").status_code == 200


def test_programs_of_administrators_are_held_too(people, settings):
    settings.ADMIN_SECOND_FACTOR = True
    answer = Client().post(
        "/api/v1/auth/token/", {"username": "auditor", "password": cast.PASSWORD}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "second_factor_due")


def test_the_security_administrator_resets_it_and_nobody_else_or_for_oneself(signed_in, people, kinds):
    enrol(signed_in("gw"), people["gw"])
    for name in ("sysadmin", "street", "auditor"):
        with pytest.raises(NotAllowed):
            secondfactor.reset(user=people["gw"], at=clock.now(), by=people[name])
    with pytest.raises(Conflict, match="your own"):
        secondfactor.reset(user=people["secadmin"], at=clock.now(), by=people["secadmin"])
    secondfactor.reset(user=people["gw"], at=clock.now(), by=people["secadmin"])
    assert kinds()[-1] == "account.second_factor_reset"
    signed_in("gw")
