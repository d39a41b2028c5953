"""Open and close accounts, and set their passwords. What a person may then do is granted with posts, elsewhere."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from citygrid.accounts import passwords, sessions, tokens
from citygrid.accounts.authority import lacking, require_over, will_have
from citygrid.accounts.models import OldPassword, User
from citygrid.accounts.permissions import Perm
from citygrid.common import facts
from citygrid.common.errors import Conflict, Invalid, NotAllowed

_MOBILE = re.compile(r"1[3-9]\d{9}")  # handbook §9.3
_FIELDS = ("display_name", "mobile", "email")


@transaction.atomic
def open_account(
    *,
    username: str,
    display_name: str,
    at: datetime,
    by: Any = None,
    mobile: str = "",
    email: str = "",
    password: str | None = None,
    password_hash: str | None = None,
    must_change_password: bool = True,
    is_demo: bool = False,
) -> User:
    """Create an account. Without ``password`` nobody can sign in until :func:`set_first_password`.

    ``password_hash`` takes its place for an import, which hashes thousands of made-up passwords before it begins to
    write: hashing is slow on purpose, and other writers wait meanwhile.

    Raises ``NotAllowed``; ``Conflict`` for a login name in use; ``Invalid`` with each field's faults. The password
    rules are not applied to demo accounts, which exist only where nothing can be lost.
    """
    if by is not None and not by.has_perm(Perm.ACCOUNT_MANAGE):
        raise lacking(Perm.ACCOUNT_MANAGE)
    user = User(username=User.normalize_username(username.strip()), is_demo=is_demo)
    _fill(user, display_name=display_name, mobile=mobile, email=email)
    if User.objects.filter(username=user.username).exists():
        raise Conflict(_("The login name %(name)s is taken. Choose another.") % {"name": user.username})
    if password is not None and not is_demo:
        _check_rules(password, user)
    if password_hash is not None:
        user.password = password_hash
    else:
        user.set_password(password)
    if user.has_usable_password():
        user.password_set_at = at
        user.must_change_password = must_change_password
    _save(user)
    facts.record("account.opened", user, at=at, by=by, username=user.username, demo=is_demo)
    return user


@transaction.atomic
def change_account(*, user: User, at: datetime, by: Any = None, **fields: str) -> bool:
    """Change name, mobile or e-mail. Return whether anything was different. Raises ``NotAllowed``, ``Invalid``."""
    require_over(by, Perm.ACCOUNT_MANAGE, user)
    changed = sorted(name for name, value in fields.items() if getattr(user, name) != value.strip())
    if not changed:
        return False
    _fill(user, **fields)
    _save(user)
    # Names of the fields alone: the journal is kept for ever and is no place for phone numbers.
    facts.record("account.changed", user, at=at, by=by, fields=changed)
    return True


@transaction.atomic
def set_first_password(*, user: User, at: datetime, by: Any = None, password: str | None = None) -> str:
    """Give the account a made-up password (or the one given), to be changed at once, and return it to be handed over.

    Every session and token of the person ends. Raises ``NotAllowed``, also for an administrator who has a password
    already: who could replace it could sign in as that administrator, and the three would be one (handbook §9.1).
    ``Conflict`` for oneself; ``Invalid`` for a weak one. ``by`` of ``None`` is somebody on the server.
    """
    require_over(by, Perm.ACCOUNT_MANAGE, user)
    if by is not None and by.pk == user.pk:
        raise _own_account()
    if by is not None and user.has_usable_password() and will_have(user, Perm.ADMIN_ENTER, at):
        raise NotAllowed(
            _(
                "The password of an administrator is not replaced by another administrator. Ask the security "
                "administrator to hand the posts over to a new account, or use “manage.py reset_administrator” on the "
                "server."
            )
        )
    if password is None:
        password = passwords.make()
    _set_password(user, password, at)
    user.must_change_password = True
    user.save(update_fields=["password", "password_set_at", "must_change_password"])
    sessions.end_all(user=user, at=at, by=by)
    tokens.revoke_all(user=user, at=at, by=by)
    facts.record("account.first_password_set", user, at=at, by=by)
    return password


@transaction.atomic
def change_password(*, user: User, password: str, at: datetime, session_key: str | None = None) -> None:
    """Change one's own password. Every token and every other session ends; ``session_key`` names what stays.

    Raises ``Invalid`` with the broken rules in words.
    """
    _set_password(user, password, at)
    user.must_change_password = False
    user.save(update_fields=["password", "password_set_at", "must_change_password"])
    sessions.end_all(user=user, at=at, by=user, but=session_key)
    tokens.revoke_all(user=user, at=at, by=user)
    facts.record("account.password_changed", user, at=at, by=user)


@transaction.atomic
def close_account(*, user: User, at: datetime, by: Any = None) -> None:
    """Let nobody sign in to the account any more; its history stays. Nothing happens to a closed one.

    The person's posts are ended by :func:`gridmap.posts.services.close_person`, which calls this.
    """
    require_over(by, Perm.ACCOUNT_MANAGE, user)
    if by is not None and by.pk == user.pk:
        raise _own_account()
    if not user.is_active:
        return
    user.is_active = False
    user.save(update_fields=["is_active"])
    sessions.end_all(user=user, at=at, by=by)
    tokens.revoke_all(user=user, at=at, by=by)
    facts.record("account.closed", user, at=at, by=by)


@transaction.atomic
def reopen_account(*, user: User, at: datetime, by: Any = None) -> None:
    """Let the person sign in again. Posts that were ended stay ended."""
    require_over(by, Perm.ACCOUNT_MANAGE, user)
    if user.is_active:
        return
    user.is_active = True
    user.save(update_fields=["is_active"])
    facts.record("account.reopened", user, at=at, by=by)


def _fill(user: User, **fields: str) -> None:
    for name, value in fields.items():
        if name not in _FIELDS:
            raise TypeError(f"An account has no changeable field {name!r}.")
        setattr(user, name, value.strip())
    if user.mobile and not _MOBILE.fullmatch(user.mobile):
        raise Invalid(
            _("A mobile number has 11 digits and begins with 13 to 19."),
            fields={"mobile": [_("This is not a mobile number.")]},
        )


def _save(user: User) -> None:
    try:
        user.full_clean(exclude=["password"], validate_unique=False)
    except ValidationError as error:
        raise Invalid(_("Some fields cannot be used; each is explained."), fields=error.message_dict) from None
    user.save()


def _check_rules(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(_("This password breaks a rule."), fields={"password": error.messages}) from None


def _set_password(user: User, password: str, at: datetime) -> None:
    """Check the rules, keep the old hash as history, and set the new one; the caller saves."""
    _check_rules(password, user)
    if user.has_usable_password():
        OldPassword.objects.create(user=user, password=user.password, set_at=user.password_set_at or at)
    keep = user.old_passwords.order_by("-set_at", "-pk").values("pk")[: max(settings.PASSWORD_HISTORY - 1, 0)]
    user.old_passwords.exclude(pk__in=list(keep.values_list("pk", flat=True))).delete()
    user.set_password(password)
    user.password_set_at = at


def _own_account() -> Conflict:
    return Conflict(_("This is your own account. Ask another administrator to do this for you."), code="own_account")
