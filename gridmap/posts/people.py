"""Which people a person may see."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from citygrid.accounts.models import User
from citygrid.accounts.permissions import Perm
from gridmap.posts.models import Post
from gridmap.posts.rights import can


def people_visible_to(user: Any, at: datetime) -> QuerySet[User]:
    """Return the accounts with a post that ``user`` may see, and oneself.

    Accounts that never had a post belong to no place yet: who opens accounts, or gives posts, sees them all.
    """
    if not getattr(user, "is_active", False):
        return User.objects.none()
    seen = Q(pk__in=Post.objects.all().visible_to(user, at).values("user")) | Q(pk=user.pk)
    if can(user, Perm.ACCOUNT_MANAGE, at=at) or can(user, Perm.POST_MANAGE, at=at):
        seen |= Q(posts=None)
    return User.objects.filter(seen).distinct()
