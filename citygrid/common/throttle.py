"""Slows down who asks pages without a login again and again from one address."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.throttling import SimpleRateThrottle

from citygrid.common.errors import Refusal


class TooMany(Refusal):
    """One address asks too often."""

    status = 429
    code = "throttled"


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
