"""The key that an authenticator app shares with us (TOTP, RFC 6238): stored encrypted, unlike django-otp's own."""

from __future__ import annotations

import time
from base64 import b32encode
from binascii import unhexlify
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, DeviceManager, ThrottlingMixin
from django_otp.oath import TOTP
from django_otp.util import random_hex

from citygrid.common.crypto import EncryptedTextField

KEY_BYTES = 20  # RFC 4226 recommends the length of an HMAC-SHA-1
STEP = 30  # seconds that a code is shown; what all apps take for granted, as they do six digits
DIGITS = 6
TOLERANCE = 1  # steps that the phone's clock may be off, either way


def new_key() -> str:
    """Return a random key in hexadecimal digits."""
    return str(random_hex(KEY_BYTES))


class TotpDevice(ThrottlingMixin, Device):
    """One app on one phone. Whoever reads the database alone learns no code from it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("account"))
    name = models.CharField(_("name"), max_length=64)
    confirmed = models.BooleanField(_("in use"), default=False)
    key = EncryptedTextField(_("key"), default=new_key)
    drift = models.SmallIntegerField(_("steps its clock is off"), default=0)
    last_t = models.BigIntegerField(_("step of the last code used"), default=-1)

    throttling_failure_count = models.PositiveIntegerField(_("wrong codes in a row"), default=0)
    throttling_failure_timestamp = models.DateTimeField(_("last wrong code at"), null=True, blank=True)

    objects: ClassVar[Any] = DeviceManager()

    class Meta:
        verbose_name = _("authenticator app")
        verbose_name_plural = _("authenticator apps")

    @property
    def bin_key(self) -> bytes:
        """The key as bytes."""
        return unhexlify(self.key)

    @property
    def config_url(self) -> str:
        """The address that an app reads from the QR code."""
        query = urlencode(
            {"secret": b32encode(self.bin_key), "algorithm": "SHA1", "digits": DIGITS, "period": STEP},
        )
        return f"otpauth://totp/{quote(self.user.get_username())}?{query}"

    def verify_token(self, token: str) -> bool:
        """Whether the app shows ``token`` now. Each is good once, and a wrong one doubles the wait (django-otp).

        Call it in a transaction that holds the row.
        """
        if not self.verify_is_allowed()[0]:
            return False
        totp = TOTP(self.bin_key, STEP, 0, DIGITS, self.drift)
        totp.time = time.time()
        proved = token.isascii() and token.isdigit() and totp.verify(int(token), TOLERANCE, self.last_t + 1)
        if not proved:
            self.throttle_increment(commit=True)
            return False
        self.last_t, self.drift = totp.t(), totp.drift
        self.throttle_reset(commit=False)
        self.save()
        return True

    def get_throttle_factor(self) -> Any:
        """Seconds of the first wait."""
        return 1
