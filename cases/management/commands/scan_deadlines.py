"""``manage.py scan_deadlines``: do at once what the worker does every minute, and say what came of it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from cases.casework import timely
from cases.deadlines import escalation
from citygrid.common import clock


class Command(BaseCommand):
    """For where no worker runs, such as from cron. It may run beside one."""

    help = _("Warn of limits nearly used up, note those that have passed, and wake what waits for a date.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Scan once."""
        at = clock.now()
        found, moved = escalation.run(at), timely.run(at)
        self.stdout.write(
            _("%(warned)d warned, %(overdue)d overdue; %(moved)d moved on by their date.")
            % {"warned": found.warned, "overdue": found.overdue, "moved": moved}
        )
