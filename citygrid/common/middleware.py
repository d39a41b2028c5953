"""Give every request an id and its true source, for logs and journal; log one line when it is answered."""

from __future__ import annotations

import ipaddress
import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from citygrid.common import context

_GOOD_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
log = structlog.get_logger("citygrid.request")


def client_address(request: HttpRequest) -> str:
    """Return the address a request came from, "" when not known (a socket file).

    Behind ``PROXIES`` proxies of our own it is the entry that the outermost of them added to ``X-Forwarded-For``:
    what stands left of it was written by the client, who may write anything. Without proxies the header is ignored.
    """
    direct = request.META.get("REMOTE_ADDR", "") or ""
    if not settings.PROXIES:
        return direct
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if len(hops) < settings.PROXIES:
        return direct
    try:
        return str(ipaddress.ip_address(hops[-settings.PROXIES].strip("[]")))
    except ValueError:
        return direct


class RequestContextMiddleware:
    """Outermost: sets ``REMOTE_ADDR`` to the client's own address, so that all code after it may trust that.

    Binds ``request_id`` and ``source_ip`` and answers with ``X-Request-ID``.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request inside its context."""
        offered = request.headers.get("X-Request-ID", "")
        request_id = offered if _GOOD_ID.match(offered) else uuid.uuid4().hex
        address = request.META["REMOTE_ADDR"] = client_address(request)
        # Once replaced, a second reading of the header would count the proxies twice.
        request.META.pop("HTTP_X_FORWARDED_FOR", None)
        tokens = (context.request_id.set(request_id), context.source_ip.set(address))
        setattr(request, context.REQUEST_ATTRIBUTE, request_id)
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000, 1),
                source_ip=address,
                user=getattr(getattr(request, "user", None), "pk", None),
            )
            return response
        finally:
            context.request_id.reset(tokens[0])
            context.source_ip.reset(tokens[1])
            structlog.contextvars.unbind_contextvars("request_id")
