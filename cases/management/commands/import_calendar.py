"""``manage.py import_calendar FILE [--confirm]``: enter the days off and make-up days of one or more years."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from cases.deadlines.calendar_import import COLUMNS, import_calendar
from citygrid.common import clock
from citygrid.common.errors import Invalid


class Command(BaseCommand):
    """Prints which years changed, or every fault of the file and ends with 1."""

    help = _("Enter the calendar of one or more years, from CSV or from the JSON of holiday-cn.")

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, and whether it is the official notice."""
        parser.add_argument(
            "file", type=Path, metavar="FILE",
            help=_("CSV in UTF-8 with %(columns)s, or JSON of holiday-cn.") % {"columns": ", ".join(COLUMNS)},
        )  # fmt: skip
        parser.add_argument(
            "--confirm", action="store_true",
            help=_("These are the days of the official notice. Until confirmed, only weekends count as free."),
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and report."""
        try:
            report = import_calendar(path=options["file"], confirm=options["confirm"], at=clock.now())
        except Invalid as refusal:
            for fault in refusal.fields.get("days", []):
                self.stderr.write(fault)
            raise CommandError(str(refusal)) from None
        for year in report.changed:
            self.stdout.write(_("%(year)s was entered.") % {"year": year})
        for year in report.unchanged:
            self.stdout.write(_("%(year)s is as it was.") % {"year": year})
        if not options["confirm"] and report.changed:
            self.stdout.write(_("Look at the days and confirm them; until then only weekends count as free."))
