"""The right that an address asks for, judged by the posts in force."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission, IsAuthenticated

from gridmap.posts.rights import require


class HoldsRight(BasePermission):
    """Asks for the view's ``right``; the answer 403 names who holds it."""

    def has_permission(self, request: Any, view: Any) -> bool:
        """Return True or raise ``NotAllowed``."""
        require(request.user, view.right)
        return True


# First who, then what: a program that is not signed in gets 401, never 403.
SIGNED_IN_WITH_RIGHT = [IsAuthenticated, HoldsRight]
