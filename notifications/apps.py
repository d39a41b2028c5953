from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Who should know, and did it reach them?"""

    name = "notifications"
    verbose_name = _("notifications")
