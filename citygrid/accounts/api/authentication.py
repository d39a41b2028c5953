"""How programs and browsers prove who they are to the API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import authentication, exceptions

from citygrid.accounts.models import ApiToken
from citygrid.common import clock


class BearerAuthentication(authentication.BaseAuthentication):
    """``Authorization: Bearer <token>``."""

    keyword = "Bearer"

    def authenticate(self, request: Any) -> tuple[Any, Any] | None:
        """Return the token's owner. Raises ``AuthenticationFailed`` for an unknown, expired or revoked token."""
        header = request.headers.get("Authorization", "")
        if not header.startswith(f"{self.keyword} "):
            return None
        secret = header[len(self.keyword) + 1 :].strip()
        alive = ApiToken.objects.alive(clock.now())
        token = alive.select_related("user").filter(digest=ApiToken.digest_of(secret)).first()
        if token is None:
            raise exceptions.AuthenticationFailed(
                _("This token is unknown, expired or revoked. Get a new one from /api/v1/auth/token/.")
            )
        return token.user, token

    def authenticate_header(self, request: Any) -> str:
        """Name the scheme, so that a missing proof answers 401."""
        return self.keyword


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser's cookie, with CSRF protection."""
