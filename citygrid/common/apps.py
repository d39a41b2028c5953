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
        """Have old answers to repeated commands forgotten daily; announce the API's description."""
        from citygrid.common import generated, idempotency, periodic, times  # noqa: PLC0415 - models are not ready before
        from citygrid.common.api import schema  # noqa: PLC0415

        times.install()
        generated.register("docs/openapi.yaml", schema.as_yaml)
        periodic.register("forget kept answers", timedelta(days=1), idempotency.purge)
