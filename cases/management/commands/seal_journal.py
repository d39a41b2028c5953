"""``manage.py seal_journal``: tie all chains together now, without waiting for the daily run."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from cases.journal.seals import seal
from citygrid.common import clock
from citygrid.common.errors import Refusal


class Command(BaseCommand):
    """Prints the new seal in the form that ``verify_journal --seal`` takes."""

    help = "Seal everything recorded so far; the worker does this daily."

    def handle(self, *args: Any, **options: Any) -> str:
        """Seal, and say what was sealed."""
        try:
            new = seal(clock.now())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if new is None:
            return _("There is nothing new to seal.")
        return _("Sealed %(events)s events in all. Keep this elsewhere: %(key)s:%(hash)s") % {
            "events": new.events, "key": new.up_to, "hash": new.hash,
        }  # fmt: skip
