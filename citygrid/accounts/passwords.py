"""Password rules beyond Django's own (practice for level-3 systems, handbook §9.1)."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_KINDS = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]")


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
    """None of the last ``PASSWORD_HISTORY`` passwords, nor the present one."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ``ValidationError`` for a password used before."""
        if user is None or user.pk is None:
            return
        used = [
            user.password,
            *user.old_passwords.order_by("-pk").values_list("password", flat=True)[: settings.PASSWORD_HISTORY],
        ]
        if any(check_password(password, old) for old in used):
            raise ValidationError(self.get_help_text(), code="used_before")

    def get_help_text(self) -> str:
        """Say the rule."""
        return _("Do not use one of your last passwords again.")
