"""Facts about the current request that deep code may note but never decide by: its id and source address."""

from __future__ import annotations

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
source_ip: ContextVar[str] = ContextVar("source_ip", default="")

# Where the request itself carries its id, for what is logged about it after its context has been left.
REQUEST_ATTRIBUTE = "citygrid_request_id"
