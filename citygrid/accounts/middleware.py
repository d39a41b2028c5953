"""Ends idle sessions and holds people with a due password change, or a due second factor, at that page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import auth
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from citygrid.accounts import holds, sessions
from citygrid.accounts.models import User
from citygrid.common import clock
from citygrid.common.api.errors import body

# Pages a held person may still open: those where the due thing is done, and the way out.
_OPEN = {
    "login", "login_code", "logout", "set_language", "password_change",
    "second_factor", "second_factor_begin", "second_factor_image", "second_factor_confirm",
}  # fmt: skip


class SessionGuardMiddleware:
    """Runs after authentication. Bearer tokens are judged by their own authentication class."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        user = request.user
        if isinstance(user, User):
            at = clock.now()
            session = sessions.begin(
                user=user,
                session_key=request.session.session_key or "",
                at=at,
                ip=request.META.get("REMOTE_ADDR", ""),
                user_agent=request.headers.get("User-Agent", ""),
            )
            if sessions.is_over(session, at):
                sessions.end(session=session, at=at, why="idle")
                auth.logout(request)
                if not request.path.startswith("/api/"):
                    return _go(request, f"{reverse('login')}?{_come_back(request)}")
            else:
                sessions.touch(session, at)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Hold the person, once it is known which page is asked for."""
        user = request.user
        match = request.resolver_match
        if not isinstance(user, User) or (match is not None and match.view_name in _OPEN):
            return None
        verified = getattr(user, "is_verified", bool)()
        hold = holds.find(user, clock.now(), proved=verified)
        if hold is None:
            return None
        if request.path.startswith("/api/"):
            return JsonResponse(body(hold.code, hold.message), status=403)
        return _go(request, reverse(hold.url_name))


def _come_back(request: HttpRequest) -> str:
    """Return the query that brings the person back to the page, where asking for it again is harmless."""
    ended = {"ended": "idle"}
    return urlencode({**ended, "next": request.get_full_path()} if request.method == "GET" else ended)


def _go(request: HttpRequest, url: str) -> HttpResponse:
    """Redirect the whole page, also when only a part of it was asked for by htmx."""
    if request.headers.get("HX-Request") == "true":
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = url
        return answer
    return redirect(url)
