"""The websocket on which an open page hears what concerns its account."""

from __future__ import annotations

from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _

from cases.journal.kinds import label_of
from citygrid.accounts.models import User, UserSession
from citygrid.accounts.sessions import is_over
from citygrid.common import clock
from notifications.publisher import group_of

SIGN_IN_FIRST = 4401  # the private range of close codes, after HTTP's 401


class InboxConsumer(AsyncJsonWebsocketConsumer):
    """One connection of one signed-in browser. It only listens: whatever the browser sends is ignored."""

    group = ""

    async def connect(self) -> None:
        """Let signed-in people in; everybody else is refused before the connection stands."""
        if not await self._may_listen():
            await self.close(code=SIGN_IN_FIRST)
            return
        self.group = group_of(self.scope["user"].pk)
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        """Leave the group."""
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, *args: Any, **kwargs: Any) -> None:
        """Ignore what the browser says."""

    async def journal_event(self, message: dict[str, Any]) -> None:
        """Tell one event in the browser's language, unless the session has ended since the connection was made."""
        if not await self._may_listen():
            await self.close(code=SIGN_IN_FIRST)
            return
        with translation.override(self._language()):
            text = _("Your account: %(what)s.") % {"what": label_of(message["kind"])}
        await self.send_json({**{name: message[name] for name in ("event", "kind", "at")}, "text": text})

    async def _may_listen(self) -> bool:
        user, session = self.scope.get("user"), self.scope.get("session")
        if not isinstance(user, User):
            return False
        return bool(await _is_open(user.pk, session.session_key if session else None))

    def _language(self) -> str:
        """Return the language that a page asked for by the same browser would have."""
        request = HttpRequest()
        request.COOKIES = self.scope.get("cookies", {})
        request.META["HTTP_ACCEPT_LANGUAGE"] = (
            dict(self.scope["headers"]).get(b"accept-language", b"").decode("latin-1")
        )
        return translation.get_language_from_request(request)


@database_sync_to_async
def _is_open(user_id: int, session_key: str | None) -> bool:
    """Whether the account may still sign in, and its session is neither ended nor over."""
    at = clock.now()
    if not User.objects.filter(pk=user_id, is_active=True).exists():
        return False
    if not Session.objects.filter(session_key=session_key, expire_date__gt=at).exists():
        return False
    noted = UserSession.objects.filter(session_key=session_key, user_id=user_id).first()
    return noted is not None and not is_over(noted, at)
