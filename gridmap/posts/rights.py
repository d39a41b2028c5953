"""``can(user, right, thing)``: the one question code asks about people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import roles_with
from citygrid.common import clock
from citygrid.common.errors import NotAllowed
from gridmap.posts.models import Post
from gridmap.scope import area_ids

_AND = gettext_lazy(", ")


def can(user: Any, perm: Perm, thing: Any = None, at: datetime | None = None) -> bool:
    """Whether a post in force gives ``user`` the right; for a ``thing`` with an area, whether it gives it there."""
    if not getattr(user, "is_active", False):
        return False
    at = at or clock.now()
    if thing is None:
        return Post.objects.in_force(at).holding(user, perm).exists()
    area_id = thing.pk if thing._meta.label_lower == "gridmap.area" else getattr(thing, "scope_area_id", None)
    if area_id is None:
        area_id = getattr(thing, "area_id", None)
    if area_id is None:
        raise TypeError(f"{thing!r} has no area by which to judge a right.")
    return area_ids(user, perm, at).filter(descendant=area_id).exists()


def require(user: Any, perm: Perm, thing: Any = None, at: datetime | None = None) -> None:
    """Raise ``NotAllowed``, naming the roles that may, unless :func:`can`."""
    if can(user, perm, thing, at):
        return
    who = format_lazy("{}", str(_AND).join(str(role.label) for role in roles_with(perm)))
    raise NotAllowed(
        _("You may not do this: it needs the right “%(right)s”, held by: %(roles)s. Ask the security administrator.")
        % {"right": str(perm.label).rstrip("."), "roles": who}
    )
