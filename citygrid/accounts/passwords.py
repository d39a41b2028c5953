"""Password rules beyond Django's own (practice for level-3 systems, handbook §9.1), and passwords made by us."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from citygrid.accounts.models import User

_KINDS = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]")
# Without the signs that are mistaken for each other on paper: first passwords are handed over in writing.
_SMALL, _CAPITAL, _DIGIT = "abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"


class ThreeKindsValidator:
    """At least three of: small letters, capitals, digits, other signs."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ``ValidationError`` otherwise."""
        if sum(bool(re.search(kind, password)) for kind in _KINDS) < 3:
            raise ValidationError(self.get_help_text(), code="too_few_kinds")

    def get_help_text(self) -> str:
        """Say the rule."""
        return _("Use at least three of these: small letters, capitals, digits, other signs.")


class NotUsedBeforeValidator:
    """Neither the present password nor the ones before it, ``PASSWORD_HISTORY`` in all."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ``ValidationError`` for a password used before."""
        if user is None or user.pk is None or not settings.PASSWORD_HISTORY:
            return
        older = user.old_passwords.order_by("-set_at", "-pk").values_list("password", flat=True)
        used = [user.password, *older[: settings.PASSWORD_HISTORY - 1]]
        if any(check_password(password, old) for old in used):
            raise ValidationError(self.get_help_text(), code="used_before")

    def get_help_text(self) -> str:
        """Say the rule."""
        return _("Do not use one of your last passwords again.")


def is_due(user: User, at: datetime) -> bool:
    """Whether the password must be changed: asked for by an administrator, or older than ``PASSWORD_MAX_AGE_DAYS``."""
    if user.must_change_password:
        return True
    days = settings.PASSWORD_MAX_AGE_DAYS
    return bool(days) and (user.password_set_at or user.created_at) + timedelta(days=days) <= at


def make() -> str:
    """Return a random first password that every rule accepts: about 80 bits, in groups that can be read out."""
    while True:
        signs = "".join(secrets.choice(_SMALL + _CAPITAL + _DIGIT) for _n in range(14))
        if all(re.search(kind, signs) for kind in _KINDS[:3]):
            return "-".join((signs[:5], signs[5:10], signs[10:]))
