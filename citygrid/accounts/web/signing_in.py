"""The sign-in page, its second step, and signing out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import load_backend
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from citygrid.accounts import secondfactor, signin
from citygrid.accounts.forms import CodeForm, SignInForm
from citygrid.accounts.lockout import locked_out
from citygrid.accounts.models import User
from citygrid.common import clock

_WAITING = "second_step"
_WAITS_FOR = timedelta(minutes=5)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for login name and password; go on to the second step where one is set up."""
    if request.user.is_authenticated:
        return redirect(_destination(request))
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            at = clock.now()
            try:
                user = signin.check_password(request, at=at, **form.cleaned_data)
            except signin.Locked as locked:
                return locked_out(request, sentence=str(locked))
            except signin.WrongCredentials as wrong:
                form.add_error(None, str(wrong))
            else:
                return _go_on(request, user, at)
    context = {
        "form": form,
        "next": _destination(request),
        "idle_minutes": settings.SESSION_IDLE_MINUTES if request.GET.get("ended") == "idle" else 0,
    }
    return render(request, "accounts/sign_in.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask for the code of the second factor."""
    at = clock.now()
    user = _waiting_user(request, at)
    if user is None:
        return redirect("login")
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                device = secondfactor.verify(user=user, code=form.cleaned_data["code"], at=at)
            except (secondfactor.WrongCode, secondfactor.TooManyCodes) as wrong:
                form.add_error("code", str(wrong))
                status = wrong.status
            else:
                del request.session[_WAITING]
                signin.open_session(request, user=user, at=at, device=device)
                return redirect(_destination(request))
    return render(request, "accounts/second_step.html", {"form": form, "next": _destination(request)}, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    signin.close_session(request, at=clock.now())
    return redirect(settings.LOGOUT_REDIRECT_URL)


def _go_on(request: HttpRequest, user: User, at: datetime) -> HttpResponse:
    if not secondfactor.is_enrolled(user):
        signin.open_session(request, user=user, at=at)
        return redirect(_destination(request))
    # Nobody is signed in yet: the session only remembers whose code is awaited. Its key changes, as at every step up.
    request.session.cycle_key()
    request.session[_WAITING] = {
        "user": user.pk, "backend": getattr(user, "backend", ""), "hash": user.get_session_auth_hash(),
        "until": (at + _WAITS_FOR).isoformat(),
    }  # fmt: skip
    return render(request, "accounts/second_step.html", {"form": CodeForm(), "next": _destination(request)})


def _waiting_user(request: HttpRequest, at: datetime) -> User | None:
    waiting: dict[str, Any] = request.session.get(_WAITING) or {}
    if not waiting or datetime.fromisoformat(waiting["until"]) <= at:
        return None
    user: Any = load_backend(waiting["backend"]).get_user(waiting["user"])
    if user is None or not constant_time_compare(user.get_session_auth_hash(), waiting["hash"]):
        return None
    user.backend = waiting["backend"]
    return user


def _destination(request: HttpRequest) -> str:
    """Return where to go on: ``next``, if it is an address of this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else resolve_url(settings.LOGIN_REDIRECT_URL)
