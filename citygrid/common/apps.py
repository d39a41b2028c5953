from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommonConfig(AppConfig):
    """The shared kernel at the bottom of the house."""

    name = "citygrid.common"
    label = "common"
    verbose_name = _("shared kernel")
