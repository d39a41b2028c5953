"""What a person must do before anything else: change a due password, set up a demanded second factor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from citygrid.accounts import passwords, secondfactor
from citygrid.accounts.models import User
from citygrid.accounts.permissions import Perm
from citygrid.common.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Hold:
    """One thing that is due."""

    code: str  # as the API names it
    message: str
    url_name: str  # the page where it is done

    def refusal(self) -> NotAllowed:
        """Return it as the API answers it."""
        return NotAllowed(self.message, code=self.code)


def find(user: User, at: datetime, *, proved: bool = False) -> Hold | None:
    """Return what holds ``user``, if anything. ``proved``: this session was opened with a second factor."""
    if passwords.is_due(user, at):
        return Hold(
            "password_change_due",
            _("Your password must be changed before you go on. Choose a new one on the page “Change password”."),
            "password_change",
        )
    if settings.ADMIN_SECOND_FACTOR and not proved and not secondfactor.is_enrolled(user) and administers(user):
        return Hold(
            "second_factor_due",
            _("Administrators sign in with a second factor here. Set yours up on the page “Second factor”."),
            "second_factor",
        )
    return None


def administers(user: User) -> bool:
    """Whether one of the person's posts opens the administration pages."""
    return user.has_perm(Perm.ADMIN_ENTER)
