from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommonConfig(AppConfig):
    """The shared kernel at the bottom of the house."""

    name = "citygrid.common"
    label = "common"
    verbose_name = _("shared kernel")

    def ready(self) -> None:
        """Have old answers to repeated commands forgotten daily."""
        from citygrid.common import idempotency, periodic  # noqa: PLC0415 - models are not ready at import time

        periodic.register("forget kept answers", timedelta(days=1), idempotency.purge)
