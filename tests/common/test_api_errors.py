"""Every error below /api/ has one shape, a code and a sentence, and gives nothing away."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from django.test import Client
from rest_framework import exceptions
from rest_framework.test import APIClient

from citygrid.common.api.errors import handle
from citygrid.common.api.refusals import Malformed, TooLarge
from citygrid.common.errors import Conflict, Invalid, NotAllowed, NotFound
from gridmap.api.areas import AreaListView

AREAS = "/api/v1/areas/"
TOKEN = "/api/v1/auth/token/"


def error_of(answer: Any) -> dict[str, Any]:
    assert answer["Content-Type"].startswith("application/json"), answer["Content-Type"]
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) <= {"code", "message", "fields", "current"}
    assert len(body["error"]["message"]) > 5
    error: dict[str, Any] = body["error"]
    return error


@pytest.fixture
def manager(people):
    client = APIClient()
    client.force_authenticate(people["manager"])
    return client


def test_nobody_is_401_and_told_how_to_sign_in(db):
    answer = Client().get(AREAS, headers={"accept-language": "en"})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    error = error_of(answer)
    assert error["code"] == "not_authenticated"
    assert "/api/v1/auth/token/" in error["message"]


def test_a_wrong_token_is_401(db):
    answer = Client().get(AREAS, headers={"authorization": "Bearer nonsense"})
    assert (answer.status_code, error_of(answer)["code"]) == (401, "authentication_failed")


@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/v2/areas/", "/api/nothing", "/api/v1/areas/a/b/"])
def test_an_address_that_is_not_there_is_404_in_json_for_anybody(db, manager, path):
    for client in (Client(), manager):
        answer = client.get(path)
        assert (answer.status_code, error_of(answer)["code"]) == (404, "not_found")


def test_a_method_that_is_not_there_is_405_and_names_the_allowed(manager):
    answer = manager.delete(AREAS)
    assert (answer.status_code, error_of(answer)["code"]) == (405, "method_not_allowed")
    assert "GET" in answer["Allow"]


def test_a_format_that_cannot_be_made_is_406(manager):
    answer = manager.get(AREAS, HTTP_ACCEPT="text/csv")
    assert (answer.status_code, error_of(answer)["code"]) == (406, "not_acceptable")


@pytest.mark.parametrize("content", [b"{", b"[1,", b"\xff\xfe", b'{"username": NaN}', b"[" * 100_000])
def test_a_body_that_cannot_be_read_is_400(db, content):
    answer = Client().post(TOKEN, content, content_type="application/json")
    assert (answer.status_code, error_of(answer)["code"]) == (400, "malformed")


def test_a_body_of_another_type_is_415(db):
    answer = Client().post(TOKEN, b"<a/>", content_type="application/xml")
    assert (answer.status_code, error_of(answer)["code"]) == (415, "unsupported_media_type")


def test_a_body_that_is_too_large_is_413(db, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = Client().post(TOKEN, {"username": "x" * 200, "password": "y"}, content_type="application/json")
    assert (answer.status_code, error_of(answer)["code"]) == (413, "too_large")
    form = Client().post(TOKEN, {"username": "x" * 200, "password": "y"})
    assert (form.status_code, error_of(form)["code"]) == (413, "too_large")


def test_a_body_of_the_allowed_size_is_read(db, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = Client().post(TOKEN, {"username": "nobody"}, content_type="application/json")
    assert (answer.status_code, set(error_of(answer)["fields"])) == (422, {"password"})


def test_too_many_requests_are_429_with_a_time_to_wait(manager, monkeypatch):
    def throttled(self, request):
        raise exceptions.Throttled(wait=12.2)

    monkeypatch.setattr(AreaListView, "check_throttles", throttled)
    answer = manager.get(AREAS)
    assert (answer.status_code, error_of(answer)["code"], answer["Retry-After"]) == (429, "throttled", "13")


def test_a_fault_of_ours_is_500_in_json_and_tells_nothing(manager, monkeypatch):
    def broken(self):
        raise RuntimeError("the secret table gridmap_area")

    monkeypatch.setattr(AreaListView, "get_queryset", broken)
    manager.raise_request_exception = False
    answer = manager.get(AREAS)
    assert (answer.status_code, error_of(answer)["code"]) == (500, "server_error")
    assert b"secret" not in answer.content


def test_a_browser_that_writes_without_its_token_is_refused_in_json(people):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(people["manager"])
    answer = client.post(AREAS, {})
    assert (answer.status_code, error_of(answer)["code"]) == (403, "csrf_failed")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotAllowed("You may not."), 403, "not_allowed"),
        (NotFound("There is none."), 404, "not_found"),
        (Invalid("No such thing.", code="outside_city"), 422, "outside_city"),
        (Conflict("Too late."), 409, "conflict"),
        (Malformed("What?"), 400, "malformed"),
        (TooLarge(), 413, "too_large"),
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "not_allowed"),
        (RequestDataTooBig(), 413, "too_large"),
        (SuspiciousOperation(), 400, "malformed"),
        (exceptions.NotFound("No such cursor."), 404, "not_found"),
        (exceptions.ValidationError({"name": ["Too long."]}), 422, "invalid"),
    ],
)
def test_each_refusal_has_its_status_and_code(db, error, status, code):
    answer: Any = handle(error, {})
    assert (answer.status_code, answer.data["error"]["code"]) == (status, code)
    assert answer.data["error"]["message"]


def test_the_fresh_object_and_the_faults_travel_with_the_refusal(db):
    conflict: Any = handle(Conflict("Too late.", current={"version": 3}), {})
    assert conflict.data["error"]["current"] == {"version": 3}
    invalid: Any = handle(Invalid("No.", fields={"lon": ["East of all."]}), {})
    assert invalid.data["error"]["fields"] == {"lon": ["East of all."]}
    listed: Any = handle(exceptions.ValidationError(["All wrong."]), {})
    assert listed.data["error"]["fields"] == {"non_field_errors": ["All wrong."]}


def test_our_own_sentence_is_kept(db):
    answer: Any = handle(exceptions.NotFound("No such cursor."), {})
    assert answer.data["error"]["message"] == "No such cursor."


def test_an_exception_that_is_no_refusal_stays_one(db):
    assert handle(RuntimeError(), {}) is None


@pytest.fixture(autouse=True)
def _no_throttling_between_tests():
    cache.clear()
