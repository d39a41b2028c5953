"""Encryption of single columns: identity numbers, phones. AES-128-CBC with HMAC (Fernet), keys rotate.

``FIELD_KEYS`` holds the keys, newest first: the first encrypts, all decrypt. :func:`blind` gives a keyed digest by
which an encrypted value can still be looked up, for equality only.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


def _fernet() -> MultiFernet:
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(k.encode()).digest())) for k in settings.FIELD_KEYS]
    )


def encrypt(value: str) -> str:
    """Return the token for ``value``; the empty string stays empty."""
    return _fernet().encrypt(value.encode()).decode() if value else ""


def decrypt(token: str) -> str:
    """Return the value behind ``token``. Raises ``ValueError`` when no key of ``FIELD_KEYS`` opens it."""
    if not token:
        return ""
    try:
        return _fernet().decrypt(token.encode()).decode()
    except InvalidToken:
        raise ValueError("A stored value cannot be decrypted: is the key that wrote it still in FIELD_KEYS?") from None


def blind(value: str) -> str:
    """Return a 64-digit keyed digest of ``value`` for equality look-ups; empty for the empty string.

    It uses the *last* key, the oldest, so that adding a new key in front does not break look-ups.
    """
    if not value:
        return ""
    return hmac.new(settings.FIELD_KEYS[-1].encode(), value.encode(), hashlib.sha256).hexdigest()


class EncryptedTextField(models.TextField):
    """Text that is encrypted in the database and plain in Python. It cannot be filtered by; store ``blind()`` too."""

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way in."""
        return encrypt(value) if isinstance(value, str) else value

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Decrypt on the way out."""
        return decrypt(value) if isinstance(value, str) else value
