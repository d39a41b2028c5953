"""Encryption of single columns: identity numbers, phones. AES-128-CBC with HMAC (Fernet), keys rotate.

``FIELD_KEYS`` holds the keys, newest first: the first encrypts, all decrypt. What must stay the same for ever, the
digests for look-up (:func:`blind`) and the seals of the journal (:func:`mac`), uses the *last* key, the oldest. So a
new key is put in front, and the last one is never dropped.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

_LOOKUPS = frozenset({"isnull"})


@lru_cache(maxsize=8)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in keys])


@lru_cache(maxsize=16)
def _subkey(key: str, purpose: str) -> bytes:
    return hmac.new(key.encode(), f"citygrid/{purpose}".encode(), hashlib.sha256).digest()


def encrypt(value: str) -> str:
    """Return the token for ``value``; the empty string stays empty."""
    return _fernet(tuple(settings.FIELD_KEYS)).encrypt(value.encode()).decode() if value else ""


def decrypt(token: str) -> str:
    """Return the value behind ``token``. Raises ``ValueError`` when no key of ``FIELD_KEYS`` opens it."""
    if not token:
        return ""
    try:
        return _fernet(tuple(settings.FIELD_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken:
        raise ValueError("A stored value cannot be decrypted: is the key that wrote it still in FIELD_KEYS?") from None


def blind(value: str) -> str:
    """Return a 64-digit keyed digest of ``value`` for equality look-ups; empty for the empty string.

    It uses the last key, so that adding a new key in front does not break look-ups.
    """
    if not value:
        return ""
    return hmac.new(settings.FIELD_KEYS[-1].encode(), value.encode(), hashlib.sha256).hexdigest()


def mac(purpose: str) -> hmac.HMAC:
    """Return a fresh HMAC-SHA256 for one purpose, to be fed with ``update`` and read with ``hexdigest``.

    Its key is derived from the last of ``FIELD_KEYS``, so what it proves stays provable after a rotation, and cannot
    be forged by somebody who holds the database alone.
    """
    return hmac.new(_subkey(settings.FIELD_KEYS[-1], purpose), digestmod=hashlib.sha256)


class EncryptedTextField(models.TextField):
    """Text that is encrypted in the database and plain in Python. It cannot be filtered by; store ``blind()`` too."""

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way in."""
        return encrypt(value) if isinstance(value, str) else value

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Decrypt on the way out."""
        return decrypt(value) if isinstance(value, str) else value

    def get_lookup(self, lookup_name: str) -> Any:
        """Refuse every comparison: the same text is encrypted differently each time, so none would ever match."""
        if lookup_name not in _LOOKUPS:
            raise FieldError(f"“{self.name}” is encrypted and cannot be searched. Keep a blind() digest beside it.")
        return super().get_lookup(lookup_name)
