from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GridmapConfig(AppConfig):
    """Where is it, and who is responsible there?"""

    name = "gridmap"
    verbose_name = _("grid map")
