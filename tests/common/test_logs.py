"""Logs are one JSON object a line, with the request they belong to; who really asked stands in them."""

from __future__ import annotations

import io
import json
import logging
import re
from logging.config import DictConfigurator
from pathlib import Path

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
    assert logging.getLogger("django.request").level == logging.ERROR, "Django has taken our settings"
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


@pytest.mark.django_db
@pytest.mark.urls("tests.web.test_errors")
@pytest.mark.parametrize(
    ("address", "status"), [("/nope/", 404), ("/api/v1/nope/", 404), ("/fail/denied/", 403), ("/fail/broken/", 400)]
)
def test_what_a_client_asks_in_vain_is_one_line(client, lines, address, status):
    assert client.get(address).status_code == status
    (line,) = lines()
    assert (line["event"], line["status"], line["level"]) == ("request", status, "info")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/api/v1/me/"])
def test_a_made_up_host_is_a_warning_without_a_trace_and_answered_as_a_mistake(client, lines, address):
    answer = client.get(address, headers={"host": "evil.example"})
    assert answer.status_code == 400
    told, request = lines()
    assert (told["level"], told["logger"]) == ("warning", "django.security.DisallowedHost")
    assert "evil.example" in told["event"]
    assert "exception" not in told
    assert told["request_id"] == request["request_id"] == answer["X-Request-ID"]
    assert request["status"] == 400


@pytest.mark.django_db
@pytest.mark.urls("tests.web.test_errors")
def test_a_fault_of_ours_is_an_error_with_its_trace_and_the_id_of_its_request(client, lines):
    client.raise_request_exception = False
    answer = client.get("/fail/crash/")
    (fault,) = (line for line in lines() if line["level"] == "error")
    assert "RuntimeError: secret detail" in fault["exception"]
    assert fault["request_id"] == answer["X-Request-ID"]


@pytest.mark.django_db
def test_what_django_says_of_a_request_after_its_end_names_it_too(client, lines):
    answer = client.get("/readyz")
    assert answer.status_code == 503  # no worker lives in the tests
    (line,) = (line for line in lines() if line["logger"] == "django.request")
    assert line["request_id"] == answer["X-Request-ID"]


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


@pytest.mark.django_db
def test_the_number_of_a_caller_who_rings_is_in_no_line(lines, client, settings):
    settings.SECURE_SSL_REDIRECT = False
    client.get("/hotline/new/", {"phone": "19900001234"}, headers={"referer": "http://testserver/?phone=19900001234"})
    client.get("/hotline/nowhere/", {"phone": "19900001234"})
    told = [line for line in lines() if line["event"] == "request"]
    assert [line["path"] for line in told] == ["/hotline/new/", "/hotline/nowhere/"]
    assert not [line for line in lines() if "19900001234" in json.dumps(line)]


@pytest.mark.parametrize("file", ["run", "deploy/citygrid-web@.service"])
def test_the_servers_we_start_write_no_lines_of_their_own(file):
    text = (Path(__file__).parents[2] / file).read_text("utf-8").replace("\\\n", " ")
    starts = [line for line in text.splitlines() if "uvicorn citygrid.asgi" in line]
    assert starts
    assert all("--no-access-log" in line for line in starts)


def test_the_proxy_logs_paths_without_what_was_asked():
    text = (Path(__file__).parents[2] / "deploy/nginx.conf").read_text("utf-8")
    (written,) = re.findall(r"log_format citygrid (.*?);", text, re.DOTALL)
    assert "$uri" in written
    assert not set(re.findall(r"\$\w+", written)) & {
        "$request",
        "$request_uri",
        "$args",
        "$query_string",
        "$http_referer",
    }
    assert re.search(r"^access_log \S+ citygrid;", text, re.MULTILINE)
