"""The second factor: one-time codes of an authenticator app (TOTP, RFC 6238), and recovery codes for a lost phone."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from citygrid.accounts.authority import require_over
from citygrid.accounts.models import User
from citygrid.accounts.permissions import Perm
from citygrid.accounts.totp import TotpDevice
from citygrid.common import facts
from citygrid.common.crypto import blind
from citygrid.common.errors import Conflict, Invalid, Refusal

RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class WrongCode(Refusal):
    """The second step of signing in failed."""

    status = 401
    code = "wrong_code"


class TooManyCodes(Refusal):
    """Codes were tried too fast; each wrong one doubles the wait."""

    status = 429
    code = "throttled"


def is_enrolled(user: User) -> bool:
    """Whether signing in asks for a code."""
    return TotpDevice.objects.filter(user=user, confirmed=True).exists()


def recovery_codes_left(user: User) -> int:
    """Return how many recovery codes were not used yet."""
    return StaticToken.objects.filter(device__user=user).count()


@transaction.atomic
def begin(user: User) -> TotpDevice:
    """Make the key to be enrolled, in place of one that was never confirmed: somebody else may have seen that.

    Raises ``Conflict`` when one is in use.
    """
    if is_enrolled(user):
        raise Conflict(_("A second factor is in use already. Switch it off before you set up another."))
    TotpDevice.objects.filter(user=user).delete()
    return TotpDevice.objects.create(user=user, confirmed=False, name="totp")


def pending(user: User, key: Any) -> TotpDevice | None:
    """Return the key that is being enrolled, if ``key`` is its primary key."""
    return TotpDevice.objects.filter(user=user, confirmed=False, pk=key).first() if key else None


def confirm(*, device: TotpDevice, code: str, at: datetime) -> list[str]:
    """Take the pending key into use, proved by one of its codes; return the recovery codes, shown this once.

    Raises ``TooManyCodes``, ``Invalid`` for a wrong code.
    """
    user = device.user
    with transaction.atomic():
        device = TotpDevice.objects.select_for_update().get(pk=device.pk)
        _check_wait(device)
        proved = device.verify_token(_plain(code))
        if proved:
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            facts.record("account.second_factor_on", user, at=at, by=user)
    # Refused outside the transaction, so that the count of wrong codes is kept.
    if not proved:
        raise Invalid(_wrong(), fields={"code": [_wrong()]})
    return new_recovery_codes(user=user, at=at)


@transaction.atomic
def new_recovery_codes(*, user: User, at: datetime) -> list[str]:
    """Replace the recovery codes. Only their keyed digests are stored."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery")
    codes = ["".join(secrets.choice(_ALPHABET) for _n in range(10)) for _i in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_digest(code)) for code in codes)
    facts.record("account.recovery_codes_made", user, at=at, by=user, count=len(codes))
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def verify(*, user: User, code: str, at: datetime) -> Device:
    """Return the device that accepts ``code``: six digits of the app, or one recovery code, which is then spent.

    Raises ``TooManyCodes`` while a wait runs, else ``WrongCode``.
    """
    plain = _plain(code)
    with transaction.atomic():
        model: Any = TotpDevice if plain.isdigit() and len(plain) == 6 else StaticDevice
        device = model.objects.select_for_update().filter(user=user, confirmed=True).first()
        _check_wait(device)
        proved = device is not None and device.verify_token(plain if model is TotpDevice else _digest(plain))
        if proved and model is StaticDevice:
            facts.record("account.recovery_code_used", user, at=at, by=user)
        if not proved:
            facts.record("account.second_factor_failed", user, at=at, by=user)
    if not proved or device is None:
        raise WrongCode(_wrong())
    return device


def switch_off(*, user: User, code: str, at: datetime) -> None:
    """Remove one's own second factor, proved by a code. Raises ``TooManyCodes``, ``WrongCode``."""
    verify(user=user, code=code, at=at)
    _remove(user, at, user, "account.second_factor_off")


def reset(*, user: User, at: datetime, by: Any) -> None:
    """Remove the second factor of a person who lost phone and recovery codes; needs ``Perm.SESSION_END`` there."""
    require_over(by, Perm.SESSION_END, user)
    if by is not None and by.pk == user.pk:
        raise Conflict(_("This is your own account. Ask another administrator to do this for you."), code="own_account")
    _remove(user, at, by, "account.second_factor_reset")


@transaction.atomic
def _remove(user: User, at: datetime, by: Any, kind: str) -> None:
    TotpDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    facts.record(kind, user, at=at, by=by)


def _check_wait(device: Any) -> None:
    if device is None:
        return
    allowed, details = device.verify_is_allowed()
    if not allowed:
        raise TooManyCodes(
            _("Too many wrong codes. Wait until %(time)s, then try the code shown at that moment.")
            % {"time": _clock_time(details["locked_until"])}
        )


def _clock_time(moment: datetime) -> str:
    return f"{moment.astimezone():%H:%M:%S}"


def _wrong() -> str:
    return _("This code is not right. Use the newest code of your app, or a recovery code that was not used yet.")


def _plain(code: str) -> str:
    return "".join(sign for sign in code.lower() if sign.isalnum())


def _digest(code: str) -> str:
    """Return what is stored of a recovery code: 64 of 256 bits, as many as the column holds."""
    return blind("recovery:" + code)[:16]
