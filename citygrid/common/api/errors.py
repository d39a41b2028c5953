"""One shape for every error: ``{"error": {"code", "message", "fields"?, "current"?}}``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db.models import Model
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from citygrid.common.api.refusals import TooLarge
from citygrid.common.errors import Conflict, Invalid, Refusal

# What DRF calls its refusals, in our words. An unlisted one keeps its own.
_SENTENCES: dict[type[exceptions.APIException], tuple[str, Any]] = {
    exceptions.ParseError: (
        "malformed",
        gettext_lazy("The body cannot be read. Send what the Content-Type header says, in UTF-8."),
    ),
    exceptions.NotAuthenticated: (
        "not_authenticated",
        gettext_lazy("Who are you? Sign in, or send “Authorization: Bearer” with a token from /api/v1/auth/token/."),
    ),
    exceptions.PermissionDenied: ("not_allowed", gettext_lazy("You may not do this.")),
    exceptions.NotFound: ("not_found", gettext_lazy("There is nothing here, or it is not yours to see.")),
    exceptions.NotAcceptable: (
        "not_acceptable",
        gettext_lazy("None of the formats that the Accept header names can be made. Ask for application/json."),
    ),
    exceptions.Throttled: ("throttled", gettext_lazy("Too many requests. Wait a little and try again.")),
}
_CSRF = "CSRF Failed"  # how DRF begins that message

# How ``Conflict.current`` looks when it is a row: model → function of (row, request). The rooms above register here.
# It reads the row afresh, by what the person may see, since the refused move may have changed the one in memory.
PRESENTERS: dict[type[Model], Callable[[Any, Any], Any]] = {}


def body(code: str, message: str, **more: Any) -> dict[str, Any]:
    """Return the error object; empty extras are left out."""
    return {"error": {"code": code, "message": message, **{k: v for k, v in more.items() if v}}}


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Translate our refusals and DRF's exceptions; anything else is a fault of ours and stays an exception."""
    set_rollback()
    if isinstance(error, Refusal):
        return _refusal(error, context.get("request"))
    known = _as_api_exception(error)
    return _api_exception(known) if known else None


def _refusal(error: Refusal, request: Any) -> Response:
    more: dict[str, Any] = {}
    if isinstance(error, Invalid):
        more["fields"] = error.fields
    if isinstance(error, Conflict):
        more["current"] = _current(error.current, request)
    return Response(body(error.code, str(error.message), **more), status=error.status)


def _current(thing: Any, request: Any) -> Any:
    if not isinstance(thing, Model):
        return thing
    present = PRESENTERS.get(type(thing))
    return present(thing, request) if present and request is not None else None


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    """Name the DRF twin of an exception of Django's own."""
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, SuspiciousOperation | BadRequest):
        return exceptions.ParseError()
    return None


def _api_exception(error: exceptions.APIException) -> Response:
    if isinstance(error, exceptions.ValidationError):
        fields = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
        return Response(body("invalid", _("Some fields cannot be used; each is explained."), fields=fields), status=422)
    code, message = _words(error)
    headers = {}
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    faults = getattr(error, "fields", None)
    return Response(body(code, message, fields=faults), status=error.status_code, headers=headers)


def _words(error: exceptions.APIException) -> tuple[str, str]:
    """Return our code and sentence; a sentence that our own code gave stays."""
    detail = str(error.detail)
    if isinstance(error, exceptions.PermissionDenied) and detail.startswith(_CSRF):
        return "csrf_failed", _("The CSRF token is missing or old. Reload the page and send it as X-CSRFToken.")
    code, sentence = _SENTENCES.get(type(error), (str(error.get_codes()), detail))
    if isinstance(error, exceptions.NotFound | exceptions.PermissionDenied) and error.detail != error.default_detail:
        return code, detail
    return code, str(sentence)
