"""Administration pages of the kernel: is everything alive, and what has run?"""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from citygrid.common.models import Heartbeat, PeriodicRun
from citygrid.common.perm_admin import ReadOnlyAdmin


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """The workers' signs of life."""

    view_perm = "admin.enter"
    scoped = False
    list_display = ["worker", "beat_at"]
    ordering = ["worker"]


@admin.register(PeriodicRun)
class PeriodicRunAdmin(ReadOnlyAdmin):
    """What ran when, and what failed."""

    view_perm = "admin.enter"
    scoped = False
    list_display = ["job", "slot", "worker", "finished_at", "went_well"]
    list_filter = ["job"]
    date_hierarchy = "slot"
    ordering = ["-slot"]

    @admin.display(description=_("went well"), boolean=True)
    def went_well(self, run: PeriodicRun) -> bool | None:
        """Yes, no, or not known while it still runs."""
        return None if run.finished_at is None else not run.fault
