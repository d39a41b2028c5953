"""One shape for every error: ``{"error": {"code", "message", "fields"?, "current"?}}``."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from citygrid.common.errors import Conflict, Invalid, Refusal


def body(code: str, message: str, **more: Any) -> dict[str, Any]:
    """Return the error object; empty extras are left out."""
    return {"error": {"code": code, "message": message, **{k: v for k, v in more.items() if v}}}


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Translate our refusals and DRF's exceptions; anything else is a fault of ours and stays an exception."""
    set_rollback()
    if isinstance(error, Refusal):
        more: dict[str, Any] = {}
        if isinstance(error, Invalid):
            more["fields"] = error.fields
        if isinstance(error, Conflict):
            more["current"] = error.current
        return Response(body(error.code, str(error.message), **more), status=error.status)
    if isinstance(error, Http404):
        return Response(body("not_found", _("There is nothing here, or it is not yours to see.")), status=404)
    if isinstance(error, PermissionDenied):
        return Response(body("not_allowed", _("You may not do this.")), status=403)
    if isinstance(error, exceptions.ValidationError):
        fields = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
        return Response(body("invalid", _("Some fields cannot be used; each is explained."), fields=fields), status=422)
    if isinstance(error, exceptions.APIException):
        headers = {}
        if wait := getattr(error, "wait", None):
            headers["Retry-After"] = str(int(wait) + 1)
        if header := getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = header
        code = error.get_codes() if isinstance(error.get_codes(), str) else "refused"
        return Response(body(str(code), str(error.detail)), status=error.status_code, headers=headers)
    return None
