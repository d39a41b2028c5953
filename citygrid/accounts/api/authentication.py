"""How programs and browsers prove who they are to the API."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions

from citygrid.accounts import holds, tokens
from citygrid.accounts.models import ApiToken
from citygrid.common import clock
from citygrid.common.prepared import Prepared

# Which tokens are alive depends on whether this is a demonstration: each has a query of its own.
_ALIVE = {
    demo: Prepared(lambda at, digest: ApiToken.objects.alive(at).select_related("user").filter(digest=digest))
    for demo in (True, False)
}


class BearerAuthentication(authentication.BaseAuthentication):
    """``Authorization: Bearer <token>``."""

    keyword = "Bearer"

    def authenticate(self, request: Any) -> tuple[Any, Any] | None:
        """Return the token's owner.

        Raises ``AuthenticationFailed`` for an unknown or dead token, ``NotAllowed`` while the owner is held.
        """
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != self.keyword.lower():
            return None
        at = clock.now()
        found = _ALIVE[settings.DEMO](at=at, digest=ApiToken.digest_of(secret.strip()))
        if not found:
            raise exceptions.AuthenticationFailed(
                _("This token is unknown, expired or revoked. Get a new one from /api/v1/auth/token/.")
            )
        token = found[0]
        if hold := holds.find(token.user, at):
            raise hold.refusal()
        tokens.touch(token, at)
        return token.user, token

    def authenticate_header(self, request: Any) -> str:
        """Name the scheme, so that a missing proof answers 401."""
        return self.keyword


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser's cookie, with CSRF protection."""


class BearerScheme(OpenApiAuthenticationExtension):
    """Describes the token in the API's own description."""

    target_class = BearerAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the OpenAPI security scheme."""
        return {"type": "http", "scheme": "bearer"}


class CookieScheme(OpenApiAuthenticationExtension):
    """Describes the cookie in the API's own description."""

    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the OpenAPI security scheme."""
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
