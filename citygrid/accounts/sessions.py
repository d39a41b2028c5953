"""Signed-in browsers: begin, keep alive, list, end, and time out (handbook §9.1: automatic exit after idling)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from citygrid.accounts.authority import require_over
from citygrid.accounts.models import User, UserSession
from citygrid.accounts.permissions import Perm
from citygrid.common import facts
from citygrid.common.errors import NotFound

_TOUCH_EVERY = timedelta(minutes=1)


def begin(*, user: User, session_key: str, at: datetime, ip: str = "", user_agent: str = "") -> UserSession:
    """Note a signed-in browser. A second call for the same key returns the row of the first."""
    fields = {
        "user": user, "ip": ip or None, "user_agent": user_agent[:300], "started_at": at, "seen_at": at,
    }  # fmt: skip
    try:
        with transaction.atomic():
            return UserSession.objects.get_or_create(session_key=session_key, defaults=fields)[0]
    except IntegrityError:
        return UserSession.objects.get(session_key=session_key)


def over_at(session: UserSession) -> datetime:
    """Return when it will have idled for ``SESSION_IDLE_MINUTES``, or lasted ``SESSION_MAX_HOURS``, unless used."""
    return min(
        session.seen_at + timedelta(minutes=settings.SESSION_IDLE_MINUTES),
        session.started_at + timedelta(seconds=settings.SESSION_COOKIE_AGE),
    )


def is_over(session: UserSession, at: datetime) -> bool:
    """Whether it has idled or lasted for too long."""
    return over_at(session) <= at


def touch(session: UserSession, at: datetime) -> None:
    """Note that it is in use; written at most once a minute, so that reading pages costs no write."""
    if session.seen_at + _TOUCH_EVERY <= at:
        UserSession.objects.filter(pk=session.pk, seen_at__lt=at).update(seen_at=at)


def rename(*, old_key: str, new_key: str) -> None:
    """Follow a session whose key Django has changed, as it does when its rights change."""
    UserSession.objects.filter(session_key=old_key).update(session_key=new_key)


@transaction.atomic
def end(*, session: UserSession, at: datetime, by: Any = None, why: str = "ended") -> None:
    """Sign that browser out. Ending another person's needs ``Perm.SESSION_END`` there."""
    if by is not None and by.pk != session.user_id:
        require_over(by, Perm.SESSION_END, session.user)
    Session.objects.filter(session_key=session.session_key).delete()
    if UserSession.objects.filter(pk=session.pk).delete()[0]:
        facts.record("account.session_ended", session.user, at=at, by=by, why=why, ip=session.ip or "")


@transaction.atomic
def end_own(*, user: User, session_id: int, at: datetime) -> None:
    """End one of one's own sessions. Raises ``NotFound`` for anybody else's."""
    session = UserSession.objects.filter(user=user, pk=session_id).select_related("user").first()
    if session is None:
        raise NotFound(_("There is no such session of yours; it may have ended already."))
    end(session=session, at=at, by=user)


@transaction.atomic
def end_all(*, user: User, at: datetime, by: Any = None, but: str | None = None) -> int:
    """Sign out every browser of ``user`` but the one with the key ``but``; return how many.

    The caller has judged the right: this is a part of closing, handing over and setting passwords.
    """
    found = UserSession.objects.filter(user=user)
    if but:
        found = found.exclude(session_key=but)
    keys = list(found.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    found.filter(session_key__in=keys).delete()
    if keys:
        facts.record("account.sessions_ended", user, at=at, by=by, count=len(keys))
    return len(keys)


def purge(at: datetime) -> int:
    """Remove sessions that are over, and Django's expired ones; return how many. Nobody needs to be told."""
    idle = at - timedelta(minutes=settings.SESSION_IDLE_MINUTES)
    oldest = at - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    over = UserSession.objects.filter(seen_at__lte=idle) | UserSession.objects.filter(started_at__lte=oldest)
    keys = list(over.values_list("session_key", flat=True))
    with transaction.atomic():
        Session.objects.filter(session_key__in=keys).delete()
        Session.objects.filter(expire_date__lte=at).delete()
        return UserSession.objects.filter(session_key__in=keys).delete()[0]
