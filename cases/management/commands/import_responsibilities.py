"""``manage.py import_responsibilities FILE``: bring the responsibility matrix in line with a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from cases.routing.importing import COLUMNS, import_responsibilities
from citygrid.common import clock
from citygrid.common.errors import Invalid


class Command(BaseCommand):
    """Prints what changed, or every fault of the table and ends with 1."""

    help = _("Add and change rows of the responsibility matrix as a CSV table says. Nothing is ever deleted.")

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the table."""
        parser.add_argument(
            "file", type=Path, metavar="FILE",
            help=_("CSV in UTF-8 or GB 18030 with the columns: %(columns)s") % {"columns": ", ".join(COLUMNS)},
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> str:
        """Import and report."""
        try:
            report = import_responsibilities(path=options["file"], at=clock.now())
        except Invalid as refusal:
            for fault in refusal.fields.get("rows", []):
                self.stderr.write(fault)
            raise CommandError(str(refusal)) from None
        counts = {"added": report.added, "changed": report.changed, "unchanged": report.unchanged}
        return _("%(added)d rows added, %(changed)d changed; %(unchanged)d were as listed.") % counts
