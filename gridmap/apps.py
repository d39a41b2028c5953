from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GridmapConfig(AppConfig):
    """Where is it, and who is responsible there?"""

    name = "gridmap"
    verbose_name = _("grid map")

    def ready(self) -> None:
        """Have the names of places follow the registers."""
        from citygrid.common import periodic  # noqa: PLC0415 - models are not ready at import time
        from gridmap.places.index import catch_up  # noqa: PLC0415

        periodic.register("follow the names of places", timedelta(minutes=5), catch_up)
