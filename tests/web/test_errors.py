"""Refusals and faults: a page in words with a way out, or the API's one shape."""

from __future__ import annotations

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import path

from citygrid.common import web
from citygrid.common.errors import Conflict, Invalid, NotAllowed, NotFound
from citygrid.urls import handler400, handler403, handler404, handler500  # noqa: F401
from citygrid.urls import urlpatterns as real
from tests.web.test_areas import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

FAULTS = {
    "missing": Http404(), "denied": PermissionDenied(), "broken": BadRequest(), "crash": RuntimeError("secret detail"),
    "not-allowed": NotAllowed("Only the street leader may."), "not-found": NotFound("There is no such whistle."),
    "conflict": Conflict("Somebody was faster."), "invalid": Invalid("Write a number."),
}  # fmt: skip


def fail(request, kind):
    raise FAULTS[kind]


urlpatterns = [*real, path("fail/<kind>/", fail), path("api/fail/<kind>/", fail)]


@pytest.fixture
def client(people) -> Client:
    found = signed_in(people["street"])
    found.raise_request_exception = False
    return found


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("missing", 404, "There is nothing here, or it is not yours to see."),
        ("denied", 403, "Your posts do not allow this."),
        ("broken", 400, "The browser sent something that cannot be read."),
        ("crash", 500, "Something went wrong on our side."),
        ("not-allowed", 403, "Only the street leader may."),
        ("not-found", 404, "There is no such whistle."),
        ("conflict", 409, "Somebody was faster."),
        ("invalid", 422, "Write a number."),
    ],
)
def test_every_fault_is_said_in_words_with_a_way_out(client, kind, status, words):
    page = client.get(f"/fail/{kind}/", headers={"accept-language": "en"})
    text = page.content.decode()
    assert page.status_code == status
    assert words in text
    assert 'href="/"' in text
    assert "secret detail" not in text
    answer = client.get(f"/api/fail/{kind}/", headers={"accept-language": "en"})
    assert answer.status_code == status
    assert answer.json()["error"]["message"].startswith(words)
    assert answer.json()["error"]["code"]


def test_the_page_of_a_crash_names_the_request_and_asks_nothing_of_the_database(client, django_assert_num_queries):
    page = client.get("/fail/crash/", headers={"x-request-id": "call-me-by-this", "accept-language": "en"})
    assert b"call-me-by-this" in page.content
    with django_assert_num_queries(0):
        assert web.server_error(RequestFactory().get("/")).status_code == 500


def test_strangers_get_the_page_without_the_frame_of_the_signed_in(city):
    page = Client().get("/nowhere/", headers={"accept-language": "en"})
    assert page.status_code == 404
    assert b"Sign out" not in page.content
    assert b"To my work" in page.content


def test_a_form_without_its_safety_mark_changes_nothing_and_says_what_to_do(people):
    client = Client(enforce_csrf_checks=True)
    page = client.post("/i18n/setlang/", {"language": "en"}, headers={"accept-language": "en"})
    assert page.status_code == 403
    assert b"This form is too old to be sent safely. Nothing was changed." in page.content
