"""Lets Django's own ``user.has_perm`` ask the posts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.backends import BaseBackend

from citygrid.accounts.permissions import Perm
from gridmap.posts.models import Post
from gridmap.posts.rights import can


class PostBackend(BaseBackend):
    """Answers for rights of :class:`~citygrid.accounts.permissions.Perm`; knows no others and signs nobody in."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Whether one of the person's posts in force gives the right (at ``obj``, where one is named)."""
        return perm in Perm.values and can(user_obj, Perm(perm), obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """The administration pages as a whole are one right."""
        return can(user_obj, Perm.ADMIN_ENTER)

    def will_have(self, user_obj: Any, perm: Perm, at: datetime) -> bool:
        """Whether a post in force or to come gives the right, also while the account is closed."""
        return Post.objects.holding(user_obj, perm).overlapping(at, None).exists()
