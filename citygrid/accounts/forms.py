"""The forms of one's own account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Long enough for any pass phrase, short enough that hashing it costs nothing extra.
_LONGEST = 200


class SignInForm(forms.Form):
    """Login name and password."""

    username = forms.CharField(
        label=_("Login name"), max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}),
    )  # fmt: skip
    password = forms.CharField(
        label=_("Password"), max_length=_LONGEST, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip


class CodeForm(forms.Form):
    """A code of the second factor."""

    code = forms.CharField(
        label=pgettext_lazy("of the second factor", "Code"), max_length=20,
        help_text=_("The six digits that your app shows now, or one of your recovery codes."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text", "autocapitalize": "none"}),
    )  # fmt: skip


class FirstCodeForm(CodeForm):
    """The code that proves a key while it is set up; there are no recovery codes yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("The six digits that your app shows now.")


class ChangePasswordForm(forms.Form):
    """The old password, and the new one twice. The service judges the rules."""

    old = forms.CharField(
        label=_("Present password"), max_length=_LONGEST, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip
    password = forms.CharField(
        label=_("New password"), max_length=_LONGEST, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "aria-describedby": "password-rules"}),
    )  # fmt: skip
    again = forms.CharField(
        label=_("New password once more"), max_length=_LONGEST, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    @staticmethod
    def rules() -> list[str]:
        """Return the rules in words."""
        return password_validators_help_texts()

    def clean(self) -> dict[str, Any] | None:
        """Compare the two."""
        cleaned = super().clean()
        if cleaned and cleaned.get("again") is not None and cleaned.get("password") != cleaned["again"]:
            self.add_error("again", _("The two new passwords differ. Type the same one twice."))
        return cleaned


class TokenForm(forms.Form):
    """What a new token is for."""

    name = forms.CharField(label=_("What is it for?"), max_length=80, help_text=_("For example: street screen."))
