from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Who should know, and did it reach them?"""

    name = "notifications"
    verbose_name = _("notifications")

    def ready(self) -> None:
        """Follow the journal: at once where facts are recorded, and by a sweep for what was missed."""
        from citygrid.common import facts, periodic  # noqa: PLC0415 - models are not ready at import time
        from notifications import publisher  # noqa: PLC0415

        facts.follow(publisher.heed)
        periodic.register("publish the journal", publisher.SWEEP_EVERY, publisher.sweep)
