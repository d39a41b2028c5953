"""Signing in: the password step, the second step, and what both leave in the journal. Web and API use it alike."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.utils import reset
from django.conf import settings
from django.contrib import auth
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django_otp import login as mark_verified

from citygrid.accounts import sessions
from citygrid.accounts.authority import require_over
from citygrid.accounts.models import User
from citygrid.accounts.permissions import Perm
from citygrid.accounts.throttle import FailedSignins
from citygrid.common import facts
from citygrid.common.errors import Refusal
from citygrid.common.facts import Subject


class WrongCredentials(Refusal):
    """Unknown name, wrong password, closed account or a demo account outside the demo: never told apart."""

    status = 401
    code = "wrong_credentials"


class Locked(Refusal):
    """Too many failures; a wait runs."""

    status = 429
    code = "locked"


def check_password(request: HttpRequest, *, username: str, password: str, at: datetime) -> User:
    """Return the account, not yet signed in. Raises ``Locked`` or ``WrongCredentials``; both are journaled."""
    gate = FailedSignins()
    if gate.blocks(request):
        raise Locked(_("Too many failed sign-ins from this address. Wait a minute, then try again."), code="throttled")
    credentials = {"username": username}
    was_locked = not AxesProxyHandler.is_allowed(request, credentials)
    user = auth.authenticate(request, username=username, password=password)
    if isinstance(user, User):
        return user
    gate.note(request)
    is_locked = not AxesProxyHandler.is_allowed(request, credentials)
    _record_failure(username, at, locked_now=is_locked and not was_locked)
    if is_locked:
        raise Locked(lock_sentence())
    raise WrongCredentials(_("Login name or password is wrong. Check both; capital letters count."))


def lock_sentence() -> str:
    """Say how long the lock lasts and who lifts it."""
    return _(
        "Too many failed sign-ins. Wait %(minutes)s minutes, then try again, or ask the security administrator to lift "
        "the lock."
    ) % {"minutes": round(settings.AXES_COOLOFF_TIME * 60)}


def open_session(request: HttpRequest, *, user: User, at: datetime, device: Any = None) -> None:
    """Sign the browser in. ``device`` is the second factor that was proved, if one was."""
    with transaction.atomic():
        auth.login(request, user)
        if device is not None:
            mark_verified(request, device)
        sessions.begin(
            user=user,
            session_key=request.session.session_key or "",
            at=at,
            ip=request.META.get("REMOTE_ADDR", ""),
            user_agent=request.headers.get("User-Agent", ""),
        )
        facts.record("account.signed_in", user, at=at, by=user, second_factor=device is not None)


def close_session(request: HttpRequest, *, at: datetime) -> None:
    """Sign the browser out."""
    user, key = request.user, request.session.session_key
    with transaction.atomic():
        if isinstance(user, User):
            user.sessions.filter(session_key=key).delete()
            facts.record("account.signed_out", user, at=at, by=user)
        auth.logout(request)


def forget_failures(request: HttpRequest, username: str) -> None:
    """Begin counting anew after a success that opened no session, as a token does."""
    reset(username=username, ip=request.META.get("REMOTE_ADDR"))


@transaction.atomic
def lift_lock(*, user: User, at: datetime, by: Any) -> None:
    """Let a locked person try again at once; needs ``Perm.SESSION_END`` there."""
    require_over(by, Perm.SESSION_END, user)
    reset(username=user.username)
    facts.record("account.lock_lifted", user, at=at, by=by)


def _record_failure(username: str, at: datetime, *, locked_now: bool) -> None:
    known = User.objects.filter(username=username).first()
    given = username[:60]
    subject = known or Subject("accounts.unknown", given[:40], given)
    with transaction.atomic():
        facts.record("account.sign_in_failed", subject, at=at, given_name=given)
        if locked_now:
            facts.record("account.locked", subject, at=at, given_name=given)
