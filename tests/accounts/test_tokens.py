"""API tokens: get, use, list, revoke, expire; by the API and on the page."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from citygrid.accounts.models import ApiToken
from tests import cast

pytestmark = pytest.mark.django_db
JSON = "application/json"


def ask(client: Client | None = None, **body: object):
    given = {"username": "gw", "password": cast.PASSWORD, **body}
    return (client or Client()).post("/api/v1/auth/token/", given, content_type=JSON)


def bearer(secret: str, scheme: str = "Bearer") -> Client:
    return Client(headers={"Authorization": f"{scheme} {secret}"})


def test_name_and_password_give_a_token_that_works(people, kinds):
    answer = ask(name="street screen")
    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    body = answer.json()
    assert set(body) == {"token", "expires_at", "user"}
    assert body["user"] == {"id": people["gw"].pk, "username": "gw", "display_name": "gw"}
    assert bearer(body["token"]).get("/api/v1/me/").json()["user"]["username"] == "gw"
    assert bearer(body["token"], "bearer").get("/api/v1/me/").status_code == 200
    assert kinds() == ["account.token_created"]


def test_the_secret_is_nowhere_in_the_database(people):
    secret = ask().json()["token"]
    token = ApiToken.objects.get()
    stored = [str(getattr(token, field.attname)) for field in ApiToken._meta.fields]
    assert secret not in stored
    assert re.fullmatch(r"[0-9a-f]{64}", token.digest)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"password": "wrong"}, 401),
        ({"username": "nobody"}, 401),
        ({"username": ""}, 422),
        ({"password": None}, 422),
        ({"username": ["gw"]}, 422),
        ({"username": "gw\0"}, 422),
    ],
)
def test_refusals_have_the_one_shape(people, body, status):
    answer = ask(**body)
    assert answer.status_code == status
    assert {"code", "message"} <= set(answer.json()["error"])


@pytest.mark.parametrize(("text", "status"), [("{", 400), ("[]", 422), ('"x"', 422)])
def test_a_body_that_is_no_object_is_refused(people, text, status):
    answer = Client().post("/api/v1/auth/token/", text, content_type=JSON)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_guessing_is_locked_as_on_the_page(people):
    client = Client()
    assert [ask(client, password=f"wrong{n}").status_code for n in range(5)] == [401] * 4 + [429]
    answer = ask(client)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "locked")
    assert "20 minutes" in answer.json()["error"]["message"]
    assert client.post("/login/", {"username": "gw", "password": cast.PASSWORD}).status_code == 429


def test_a_token_begins_the_count_of_failures_anew(people):
    client = Client()
    for _round in range(2):
        for n in range(4):
            assert ask(client, password=f"wrong{n}").status_code == 401
        assert ask(client).status_code == 201


def test_one_sees_and_revokes_ones_own_and_no_other(people):
    mine, theirs = ask().json()["token"], ask(username="street").json()["token"]
    client = bearer(mine)
    listed = client.get("/api/v1/auth/tokens/").json()["results"]
    assert [token["prefix"] for token in listed] == [mine[:8]]
    assert "digest" not in listed[0]
    other = ApiToken.objects.get(user=people["street"])
    assert client.delete(f"/api/v1/auth/tokens/{other.pk}/").status_code == 404
    assert bearer(theirs).get("/api/v1/me/").status_code == 200
    assert client.delete(f"/api/v1/auth/tokens/{listed[0]['id']}/").status_code == 204
    assert client.get("/api/v1/me/").status_code == 401
    assert ApiToken.objects.filter(user=people["gw"]).exists(), "the row stays, so that one sees what there was"


def test_without_a_proof_the_list_is_closed(people):
    answer = Client().get("/api/v1/auth/tokens/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("days", "status"), [(29.99, 200), (30, 401)])
def test_a_token_expires(people, later, days, status):
    secret = ask().json()["token"]
    later(days=days)
    assert bearer(secret).get("/api/v1/me/").status_code == status


@pytest.mark.parametrize("secret", ["", "x", "cg_" + "a" * 43])
def test_an_unknown_token_is_refused_in_words(people, secret):
    answer = bearer(secret).get("/api/v1/me/")
    assert answer.status_code == 401
    assert "unknown, expired or revoked" in answer.json()["error"]["message"]


def test_its_use_is_noted_at_most_once_a_minute(people, later):
    client = bearer(ask().json()["token"])
    client.get("/api/v1/me/")
    first = ApiToken.objects.get().used_at
    assert first
    later(seconds=50)
    client.get("/api/v1/me/")
    assert ApiToken.objects.get().used_at == first
    later(seconds=70)
    client.get("/api/v1/me/")
    assert ApiToken.objects.filter(used_at__gt=first).exists()


def test_a_token_of_a_demo_account_works_in_the_demo_alone(people, settings):
    settings.DEMO = True
    people["gw"].is_demo = True
    people["gw"].save()
    client = bearer(ask().json()["token"])
    assert client.get("/api/v1/me/").status_code == 200
    settings.DEMO = False
    assert client.get("/api/v1/me/").status_code == 401


def test_the_page_shows_a_new_secret_once(signed_in, people):
    client = signed_in("gw")
    answer = client.post("/account/tokens/", {"name": "map screen"})
    secret = answer.context["secret"]
    assert secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    page = client.get("/account/tokens/").content.decode()
    assert secret not in page
    assert "map screen" in page
    assert bearer(secret).get("/api/v1/me/").status_code == 200
    assert client.post("/account/tokens/", {"name": ""}).status_code == 422


def test_the_page_revokes_ones_own_and_no_other(signed_in, people):
    client, other = signed_in("gw"), signed_in("street")
    secret = client.post("/account/tokens/", {"name": "x"}).context["secret"]
    token = ApiToken.objects.get()
    assert other.post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
    assert bearer(secret).get("/api/v1/me/").status_code == 200
    assert client.post(f"/account/tokens/{token.pk}/revoke/").status_code == 302
    assert bearer(secret).get("/api/v1/me/").status_code == 401
