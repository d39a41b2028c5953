"""Signs people in by login name and password. Rights are the posts' business."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend


class PasswordBackend(ModelBackend):
    """Django's password check without Django's model permissions."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Refuse closed accounts and, outside the demo, its accounts, whose password everybody knows.

        Django asks this at sign-in and at every request of a session.
        """
        return super().user_can_authenticate(user) and (settings.DEMO or not user.is_demo)

    def has_perm(self, user_obj: object, perm: str, obj: object = None) -> bool:
        """Know nothing of rights."""
        return False

    def has_module_perms(self, user_obj: object, app_label: str) -> bool:
        """Know nothing of rights."""
        return False
