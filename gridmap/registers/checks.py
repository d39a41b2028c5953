"""Formats of the numbers in the registers (handbook §9.3): each check returns the tidy value or says what is wrong.

What a standard makes impossible is refused. What is merely odd is accepted and told as a doubt: division codes get
abolished, and numbers made for tests and demonstrations carry the region 999999 on purpose (handbook §9.3).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from django.utils.translation import gettext as _

from citygrid.common.errors import Invalid

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_ID_FORM = re.compile(r"[0-9]{17}[0-9X]")
# First two digits: provinces (GB/T 2260), residence permits of Hong Kong, Macao, Taiwan (81–83), foreigners (9…).
_ID_REGIONS = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9[1-8]")
_FIRST_BIRTH_YEAR = 1850
_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z
_CREDIT_FORM = re.compile(f"[{_CREDIT_SIGNS}]{{18}}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
# Two-digit area codes (010, 020 … 029) are the only ones that begin with 01 or 02.
_LANDLINE = re.compile(r"(0[12][0-9]|0[3-9][0-9]{2})([2-9][0-9]{6,7})")
_IN_TEXT = re.compile(r"(?<!\d)(?:1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)|\d{6}[ -]?\d{8}[ -]?\d{3}[\dXx](?![\dXx]))")
_SEPARATORS = re.compile(r"[\s\-‐–—()().·]+")


def identity_number(value: str, *, today: date) -> str:
    """Return the 18 characters of a citizen's identity number (GB 11643), the ``X`` in upper case.

    Raises ``Invalid`` for another length or sign, a day of birth that never was or is still to come at ``today``, or
    a check digit that does not belong to the rest.
    """
    number = _tidy(value)
    if not _ID_FORM.fullmatch(number):
        raise Invalid(_("An identity number has 18 characters: 17 digits and a digit or X. Compare it with the card."))
    born = _date(number[6:14])
    if born is None or not date(_FIRST_BIRTH_YEAR, 1, 1) <= born <= today:
        raise Invalid(_("Digits 7 to 14 of an identity number are the day of birth; this one names no such day."))
    if identity_check_digit(number[:17]) != number[17]:
        raise Invalid(
            _("The last character does not fit the other 17, so one of them is mistyped. Compare each digit.")
        )
    return number


def identity_doubts(value: str) -> list[str]:
    """Return sentences about what is odd, though possible, in a number that :func:`identity_number` accepted."""
    if _ID_REGIONS.match(value):
        return []
    return [_("The identity number begins with no known province; numbers made for tests do so on purpose.")]


def identity_check_digit(first_17: str) -> str:
    """Return the 18th character for the other 17 (ISO 7064 MOD 11-2)."""
    return _ID_CHECKS[sum(int(digit) * weight for digit, weight in zip(first_17, _ID_WEIGHTS, strict=True)) % 11]


def credit_code(value: str) -> str:
    """Return a unified social credit code (GB 32100-2015) in upper case. Raises ``Invalid``."""
    number = _tidy(value)
    if not _CREDIT_FORM.fullmatch(number):
        raise Invalid(
            _("A unified social credit code has 18 digits and capital letters, never I, O, S, V or Z. Compare it with"
              " the licence.")
        )  # fmt: skip
    if credit_check_sign(number[:17]) != number[17]:
        raise Invalid(_("The last sign of the credit code does not fit the other 17, so one of them is mistyped."))
    return number


def credit_check_sign(first_17: str) -> str:
    """Return the 18th sign for the other 17 (weights 3^i mod 31)."""
    total = sum(_CREDIT_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(first_17))
    return _CREDIT_SIGNS[-total % 31]


def mobile(value: str) -> str:
    """Return the 11 digits of a mobile number; ``+86`` and separators are dropped. Raises ``Invalid``."""
    number = _number(value)
    if not _MOBILE.fullmatch(number):
        raise Invalid(_("A mobile number has 11 digits and begins with 13 to 19, for example 199 0000 1234."))
    return number


def phone(value: str) -> str:
    """Return a mobile number, or a landline with its area code as ``0593-7654321``. Raises ``Invalid``."""
    number = tidy(value)
    if _MOBILE.fullmatch(number) or "-" in number:
        return number
    raise Invalid(_("Write a mobile number with 11 digits, or a landline with its area code, such as 0593-7654321."))


def tidy(value: str) -> str:
    """Return a typed phone or identity number as the registers keep it, without judging it."""
    number = _number(value)
    landline = _LANDLINE.fullmatch(number)
    return f"{landline[1]}-{landline[2]}" if landline else number


def hide_numbers(text: str) -> str:
    """Replace mobile and identity numbers in a free text by asterisks; other numbers, such as a case's, stay."""

    def hide(found: re.Match[str]) -> str:
        number = _tidy(found[0])
        own = _MOBILE.fullmatch(number) or (
            _ID_FORM.fullmatch(number) and identity_check_digit(number[:17]) == number[17]
        )
        return "*" * len(found[0]) if own else found[0]

    return _IN_TEXT.sub(hide, text)


def by_field(checks: Mapping[str, Callable[[], str]]) -> dict[str, str]:
    """Run the checks and return the tidy values; raise one ``Invalid`` that names every field that fails."""
    values, faults = {}, {}
    for name, check in checks.items():
        try:
            values[name] = check()
        except Invalid as fault:
            faults[name] = [str(fault)]
    if faults:
        raise Invalid(_("Some fields cannot be used; each is explained."), fields=faults)
    return values


def _tidy(value: str) -> str:
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", value)).upper()


def _number(value: str) -> str:
    plain = _tidy(value)
    bare = plain.removeprefix("+86").removeprefix("0086")
    # Behind the country code, a landline has lost the 0 of its area code.
    return "0" + bare if bare != plain and not _MOBILE.fullmatch(bare) and not bare.startswith("0") else bare


def _date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
