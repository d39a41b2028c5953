"""Slows down who asks pages without a login again and again from one address."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _
from rest_framework.throttling import SimpleRateThrottle

from citygrid.common.errors import Refusal

HOURS_FROM = 2 * 60 * 60  # a longer time is told in hours


class TooMany(Refusal):
    """One address asks too often."""

    status = 429
    code = "throttled"

    def __init__(self, message: str, *, seconds: int = 60) -> None:
        super().__init__(message)
        self.seconds = seconds  # until it makes sense to ask again


class PublicPages(SimpleRateThrottle):
    """So many requests of one address in a minute; each public page counts for itself."""

    scope = "public"

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page

    def get_cache_key(self, request: Any, view: Any) -> str:
        """Count by the address of the connection; a forwarded header could be made up by the client."""
        return f"public:{self.page}:{request.META.get('REMOTE_ADDR', '')}"


def slow_down(request: Any, page: str) -> None:
    """Count a request of ``page``. Raises ``TooMany`` beyond the rate ``public``."""
    view: Any = None
    if not PublicPages(page).allow_request(request, view):
        raise TooMany(_("Too many requests. Wait a little and try again."))


def attempt(what: str, *, most: int, seconds: int) -> None:
    """Count an attempt at ``what``. Raises ``TooMany`` beyond ``most`` of them within so many seconds of the first.

    It is counted before anything is looked up, in one step of the cache, so that many at once count as many.
    """
    key = f"attempt:{what}"
    cache.add(key, 0, seconds)
    try:
        count = cache.incr(key)
    except ValueError:  # it ran out this very moment
        cache.set(key, 1, seconds)
        count = 1
    if count > most:
        raise TooMany(_wait(seconds), seconds=seconds)


def _wait(seconds: int) -> str:
    if seconds > HOURS_FROM:
        hours = {"hours": seconds // 3600}
        return _("Too many attempts that did not fit. Wait %(hours)s hours, or call 12345.") % hours
    minutes = {"minutes": max(1, seconds // 60)}
    return _("Too many attempts that did not fit. Wait %(minutes)s minutes, or call 12345.") % minutes


def fitted(what: str) -> None:
    """Take back the count of an attempt that was right."""
    key = f"attempt:{what}"
    if cache.get(key, 0) > 0:
        cache.decr(key)
