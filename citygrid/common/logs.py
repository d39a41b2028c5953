"""Structured logs: one JSON object a line, every line with the id of the request it belongs to.

Only faults of ours are errors and bring a traceback; what a client did wrong is a line.
"""

from __future__ import annotations

import logging.config
from typing import Any

import structlog

from citygrid.common import context

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def _of_its_request(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Name the request in lines that Django writes about it after its context has been left."""
    request = getattr(event["_record"], "request", None)
    if request_id := getattr(request, context.REQUEST_ATTRIBUTE, ""):
        event.setdefault("request_id", request_id)
    return event


def _calm(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Make a warning of one line of what a client did wrong (``django.security``): anybody can make any number."""
    if event["logger"].startswith("django.security"):
        event.pop("exc_info", None)
        event["level"] = "warning"
    return event


def config(*, level: str, fmt: str) -> dict[str, Any]:
    """Return the ``logging`` dictionary for ``fmt`` ``json`` or ``console``."""
    # Plain tracebacks: the pretty ones print local variables, passwords among them, and take half a second each.
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if fmt == "json"
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    final: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if fmt == "json":
        final.append(structlog.processors.format_exc_info)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*_SHARED, _of_its_request, _calm],
                "processors": [*final, renderer],
            }
        },
        # Below 500 there is nothing to add to the line "request", which has address and status.
        "loggers": {"django.request": {"level": "ERROR"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
    }


def configure(settings: dict[str, Any]) -> None:
    """Set up ``logging`` and structlog together (Django's ``LOGGING_CONFIG``)."""
    logging.config.dictConfig(settings)
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
