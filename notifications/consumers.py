"""The websocket on which an open page hears what concerns its account."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.contrib.sessions.models import Session
from django.db import Error
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _

from cases.journal.kinds import label_of
from citygrid.accounts.models import User, UserSession
from citygrid.accounts.sessions import over_at
from citygrid.common import clock
from notifications.publisher import group_of

SIGN_IN_FIRST = 4401  # the private range of close codes, after HTTP's 401
OUR_FAULT = 1011
LOOK_AT_LEAST_EVERY = timedelta(minutes=5)


class InboxConsumer(AsyncJsonWebsocketConsumer):
    """One connection of one signed-in browser. It only listens: whatever the browser sends is ignored.

    It does not outlive the session. Signing out, the end of a session by somebody else and the closing of the account
    are facts about the account, which every connection of it hears and then looks. Nobody says when a session has
    idled or lasted for too long, so a guard looks at that very moment, and now and then besides.
    """

    group = ""
    guard: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Let signed-in people in; everybody else is refused before the connection stands."""
        user = self.scope.get("user")
        if isinstance(user, User):  # hear first and look then, so that an end between the two is not missed
            self.group = group_of(user.pk)
            await self.channel_layer.group_add(self.group, self.channel_name)
        until = await self._until()
        if until is None:
            await self.disconnect(SIGN_IN_FIRST)
            await self.close(code=SIGN_IN_FIRST)
            return
        await self.accept()
        self.guard = asyncio.create_task(self._leave_with_the_session(until))

    async def disconnect(self, code: int) -> None:
        """Leave the group."""
        if self.guard:
            self.guard.cancel()
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, *args: Any, **kwargs: Any) -> None:
        """Ignore what the browser says."""

    async def journal_event(self, message: dict[str, Any]) -> None:
        """Tell one event in the browser's language, unless the session has ended since the connection was made."""
        if await self._until() is None:
            await self.close(code=SIGN_IN_FIRST)
            return
        with translation.override(self._language()):
            text = _("Your account: %(what)s.") % {"what": label_of(message["kind"])}
        await self.send_json({**{name: message[name] for name in ("event", "kind", "at")}, "text": text})

    async def _leave_with_the_session(self, until: datetime | None) -> None:
        code = SIGN_IN_FIRST
        try:
            while until is not None:
                wait = min(until - clock.now(), LOOK_AT_LEAST_EVERY)
                await asyncio.sleep(max(wait.total_seconds(), 0) + 0.05)
                until = await self._until()
        except Error:  # InterfaceError, of a connection that broke, is no DatabaseError
            code = OUR_FAULT  # unguarded it must not stay; the page comes back when it can be looked again
        await self.close(code=code)

    async def _until(self) -> datetime | None:
        user, session = self.scope.get("user"), self.scope.get("session")
        if not isinstance(user, User):
            return None
        return await _open_until(user.pk, session.session_key if session else None, clock.now())

    def _language(self) -> str:
        """Return the language that a page asked for by the same browser would have."""
        request = HttpRequest()
        request.COOKIES = self.scope.get("cookies", {})
        request.META["HTTP_ACCEPT_LANGUAGE"] = (
            dict(self.scope["headers"]).get(b"accept-language", b"").decode("latin-1")
        )
        return translation.get_language_from_request(request)


@database_sync_to_async
def _open_until(user_id: int, session_key: str | None, at: datetime) -> datetime | None:
    """Return when the session will be over unless it is used; ``None`` if it is, or the account is closed."""
    if not User.objects.filter(pk=user_id, is_active=True).exists():
        return None
    if not Session.objects.filter(session_key=session_key, expire_date__gt=at).exists():
        return None
    noted = UserSession.objects.filter(session_key=session_key, user_id=user_id).first()
    until = over_at(noted) if noted is not None else None
    return until if until is not None and until > at else None
