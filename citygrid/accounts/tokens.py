"""API tokens: create, use, revoke. Only the digest is stored, so a lost token is replaced, never looked up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from citygrid.accounts.models import ApiToken, User
from citygrid.common import facts
from citygrid.common.errors import NotFound

_TOUCH_EVERY = timedelta(minutes=1)


@transaction.atomic
def create(*, user: User, at: datetime, name: str = "") -> tuple[ApiToken, str]:
    """Return a new token, valid for ``TOKEN_DAYS``, and its secret, which is never shown again."""
    secret = ApiToken.new_secret()
    token = ApiToken.objects.create(
        user=user,
        name=name.strip()[:80],
        prefix=secret[:8],
        digest=ApiToken.digest_of(secret),
        created_at=at,
        expires_at=at + timedelta(days=settings.TOKEN_DAYS),
    )
    facts.record("account.token_created", user, at=at, by=user, token=token.prefix, name=token.name)
    return token, secret


def touch(token: ApiToken, at: datetime) -> None:
    """Note that it was used; written at most once a minute."""
    if token.used_at is None or token.used_at + _TOUCH_EVERY <= at:
        ApiToken.objects.filter(Q(used_at=None) | Q(used_at__lt=at), pk=token.pk).update(used_at=at)


@transaction.atomic
def revoke(*, user: User, token_id: int, at: datetime) -> None:
    """Revoke one of one's own tokens. Raises ``NotFound`` for anybody else's and for a dead one."""
    token = ApiToken.objects.filter(user=user, pk=token_id, revoked_at=None).first()
    if token is None or not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        raise NotFound(_("There is no such token of yours; it may have been revoked already."))
    facts.record("account.token_revoked", user, at=at, by=user, token=token.prefix, name=token.name)


@transaction.atomic
def revoke_all(*, user: User, at: datetime, by: Any = None) -> int:
    """Revoke every token of ``user``; return how many. The caller has judged the right."""
    count = ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=at)
    if count:
        facts.record("account.tokens_revoked", user, at=at, by=by, count=count)
    return count
