"""Slows down somebody who tries many names from one address; the lock per name and address is django-axes' part."""

from __future__ import annotations

from typing import Any

from rest_framework.throttling import SimpleRateThrottle


class FailedSignins(SimpleRateThrottle):
    """Counts failures only: a whole office behind one address may sign in at eight o'clock."""

    scope = "signin"
    duration: float
    history: list[float]

    def get_cache_key(self, request: Any, view: Any) -> str:
        """Count by the address of the connection; a forwarded header could be made up by the client."""
        return f"signin-failed:{request.META.get('REMOTE_ADDR', '')}"

    def throttle_success(self) -> bool:
        """Let the attempt pass without counting it; :meth:`note` counts once it has failed."""
        return True

    def blocks(self, request: Any) -> bool:
        """Whether too many attempts from this address have failed within the minute."""
        view: Any = None
        return not self.allow_request(request, view)

    def note(self, request: Any) -> None:
        """Count one failure."""
        self.blocks(request)
        self.history.insert(0, self.now)
        self.cache.set(self.key, self.history, self.duration)
