"""``can(user, right, thing)``: the one question code asks about people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from citygrid.accounts.authority import lacking
from citygrid.accounts.models import User
from citygrid.accounts.permissions import Perm
from citygrid.common import clock
from gridmap.posts.models import Post
from gridmap.scope import area_ids


def can(user: Any, perm: Perm, thing: Any = None, at: datetime | None = None) -> bool:
    """Whether a post in force gives ``user`` the right; for a ``thing``, whether it gives it there.

    A ``thing`` is an area, something with an area (its queryset's ``scope_path`` says where), or a person: then the
    right must reach every place where that person has a post or gets one, so that a street cannot act upon a city's
    manager who also helps out there, nor upon one who begins tomorrow. Raises ``TypeError`` without an area.
    """
    if not getattr(user, "is_active", False):
        return False
    at = at or clock.now()
    if thing is None:
        return Post.objects.in_force(at).holding(user, perm).exists()
    if isinstance(thing, User):
        return _can_everywhere(user, perm, thing, at)
    return area_ids(user, perm, at).filter(descendant=area_id_of(thing)).exists()


def area_id_of(thing: Any) -> int:
    """Return the key of the area by which rights over ``thing`` are judged. Raises ``TypeError`` when it has none."""
    if thing._meta.label_lower == "gridmap.area":
        return int(thing.pk)
    found = getattr(thing, "scope_area_id", None)
    if found is None:
        path = getattr(type(thing)._default_manager.all(), "scope_path", "area_id")
        found = thing
        for step in path.split("__"):
            found = getattr(found, step, None)
    if found is None:
        raise TypeError(f"{thing!r} has no area by which to judge a right.")
    return int(found)


def _can_everywhere(user: Any, perm: Perm, person: User, at: datetime) -> bool:
    places = {post.scope_area_id for post in person.posts.overlapping(at, None).select_related("department")}
    if not places:
        return can(user, perm, at=at)
    return area_ids(user, perm, at).filter(descendant__in=places).values("descendant").distinct().count() == len(places)


def require(user: Any, perm: Perm, thing: Any = None, at: datetime | None = None) -> None:
    """Raise ``NotAllowed``, naming the roles that may, unless :func:`can`."""
    if not can(user, perm, thing, at):
        raise lacking(perm)
