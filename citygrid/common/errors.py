"""The four refusals. Services raise them; web, API and commands each translate them in one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """A full sentence for a person: what is wrong, what is allowed, what to do next."""

    status = 400
    code = "refused"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code:
            self.code = code

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(Refusal):
    """The person is known and may see the thing, but may not do this."""

    status = 403
    code = "not_allowed"


class NotFound(Refusal):
    """There is no such thing, or it is not the person's to see; which of the two is never told."""

    status = 404
    code = "not_found"


class Conflict(Refusal):
    """Wrong state or stale version. ``current`` is the fresh object as its API shows it."""

    status = 409
    code = "conflict"

    def __init__(self, message: str, *, code: str | None = None, current: Any = None) -> None:
        super().__init__(message, code=code)
        self.current = current


class Busy(Conflict):
    """Somebody else was faster at this very moment. Nothing was changed, and the same request may be sent again."""

    code = "busy"


class Invalid(Refusal):
    """The input cannot be used. ``fields`` names each field's faults."""

    status = 422
    code = "invalid"

    def __init__(self, message: str, *, code: str | None = None, fields: Mapping[str, list[str]] | None = None) -> None:
        super().__init__(message, code=code)
        self.fields = dict(fields or {})
