"""Give every request an id and note its source, for logs and journal; log one line when it is answered."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from citygrid.common import context

_GOOD_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
log = structlog.get_logger("citygrid.request")


class RequestContextMiddleware:
    """Outermost: binds ``request_id`` and ``source_ip`` and answers with ``X-Request-ID``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request inside its context."""
        offered = request.headers.get("X-Request-ID", "")
        request_id = offered if _GOOD_ID.match(offered) else uuid.uuid4().hex
        address = request.META.get("REMOTE_ADDR", "") or ""
        tokens = (context.request_id.set(request_id), context.source_ip.set(address))
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
                user=getattr(getattr(request, "user", None), "pk", None),
            )
            return response
        finally:
            context.request_id.reset(tokens[0])
            context.source_ip.reset(tokens[1])
            structlog.contextvars.unbind_contextvars("request_id")
