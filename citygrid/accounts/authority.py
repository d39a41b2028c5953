"""Who may act upon another person's account. The posts judge; this room only asks Django's ``has_perm``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth import get_backends
from django.utils.translation import gettext as _

from citygrid.accounts.models import User
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import roles_with
from citygrid.common.errors import NotAllowed


def lacking(perm: Perm) -> NotAllowed:
    """Return the refusal that names the right and the roles that hold it."""
    return NotAllowed(
        _("You may not do this: it needs the right “%(right)s”, held by: %(roles)s. Ask the security administrator.")
        % {
            "right": str(perm.label).rstrip("."),
            "roles": str(_(", ")).join(str(role.label) for role in roles_with(perm)),
        }
    )


def require_over(by: Any, perm: Perm, user: User) -> None:
    """Raise ``NotAllowed`` unless ``by`` holds ``perm`` wherever ``user`` has a post. ``None`` is the system itself."""
    if by is not None and not by.has_perm(perm, user):
        raise lacking(perm)


def will_have(user: User, perm: Perm, at: datetime) -> bool:
    """Whether ``user`` has the right at that time or gets it later, by what is decided already.

    Asks every backend that can look ahead, as Django asks them for ``has_perm``.
    """
    return any(backend.will_have(user, perm, at) for backend in get_backends() if hasattr(backend, "will_have"))
