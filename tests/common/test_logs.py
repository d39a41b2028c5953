"""Logs are one JSON object a line, with the request they belong to; who really asked stands in them."""

from __future__ import annotations

import io
import json
import logging
from logging.config import DictConfigurator

import pytest
import structlog
from django.http import HttpResponse

from citygrid.common import context, logs
from citygrid.common.middleware import RequestContextMiddleware, client_address


@pytest.fixture
def lines():
    """Log as production does into a buffer; return what was written, line by line."""
    # Only the formatter: setting up all of logging anew would close the handlers of pytest itself.
    settings = logs.config(level="INFO", fmt="json")
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(DictConfigurator(settings).configure_formatter(settings["formatters"]["structured"]))
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(settings["root"]["level"])
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_line_is_one_json_object_with_its_words_and_values(lines):
    structlog.get_logger("citygrid.test").warning("网格 imported", rows=3)
    (line,) = lines()
    assert (line["event"], line["rows"], line["level"], line["logger"]) == (
        "网格 imported",
        3,
        "warning",
        "citygrid.test",
    )
    assert line["timestamp"].endswith("Z")


def test_lines_of_other_libraries_look_the_same(lines):
    logging.getLogger("some.library").error("disk %s", "full")
    (line,) = lines()
    assert (line["event"], line["level"]) == ("disk full", "error")


def test_a_trace_stays_in_its_line(lines):
    try:
        raise ValueError("broken\nin two")
    except ValueError:
        structlog.get_logger("citygrid.test").exception("failed")
    (line,) = lines()
    assert "ValueError: broken\nin two" in line["exception"]


def answer(rf, **meta):
    """Send one request through the middleware; return the response and the context that the view saw."""
    seen: dict[str, str] = {}

    def view(request):
        seen.update(id=context.request_id.get(), ip=context.source_ip.get(), remote=request.META["REMOTE_ADDR"])
        structlog.get_logger("citygrid.test").info("inside")
        return HttpResponse("ok")

    return RequestContextMiddleware(view)(rf.get("/areas/?q=secret", **meta)), seen


def test_all_lines_of_a_request_carry_its_id_which_is_answered(rf, lines):
    response, seen = answer(rf)
    inside, request = lines()
    assert inside["request_id"] == request["request_id"] == seen["id"] == response["X-Request-ID"]
    assert (request["path"], request["status"], request["source_ip"]) == ("/areas/", 200, "127.0.0.1")
    assert context.request_id.get() == ""


def test_an_id_from_outside_is_kept_when_it_is_harmless(rf):
    assert answer(rf, HTTP_X_REQUEST_ID="proxy-12345678")[1]["id"] == "proxy-12345678"
    assert answer(rf, HTTP_X_REQUEST_ID="x\r\nSet-Cookie: a=b")[1]["id"] != "x\r\nSet-Cookie: a=b"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "10.0.0.1"),  # not asked for: a client could write anything
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # the left one was made up by the client
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "[2001:db8::1]", "2001:db8::1"),
        (2, "203.0.113.9", "10.0.0.1"),  # came past a proxy
        (1, "unknown", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_the_client_is_whom_the_outermost_of_our_proxies_saw(rf, settings, proxies, forwarded, address):
    settings.PROXIES = proxies
    meta = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}
    seen = answer(rf, **meta)[1]
    assert seen["ip"] == seen["remote"] == address


def test_reading_the_address_again_gives_the_same(rf, settings):
    settings.PROXIES = 1
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.9")
    RequestContextMiddleware(lambda _: HttpResponse())(request)
    assert client_address(request) == "203.0.113.9"


@pytest.mark.django_db
def test_the_lock_after_failed_sign_ins_counts_by_that_address(settings, client):
    from axes.models import AccessAttempt

    settings.PROXIES = 1
    client.post("/login/", {"username": "gw", "password": "wrong"}, HTTP_X_FORWARDED_FOR="1.1.1.1, 203.0.113.9")
    assert list(AccessAttempt.objects.values_list("ip_address", flat=True)) == ["203.0.113.9"]
