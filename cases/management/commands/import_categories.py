"""``manage.py import_categories FILE [--dry-run]``: bring the catalogue in line with a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from cases.catalogue.importing import COLUMNS, Report, import_categories
from citygrid.common import clock
from citygrid.common.errors import Invalid

_SHOWN = 20


class Command(BaseCommand):
    """Prints what changed, or every fault of the table and ends with 1."""

    help = _("Add, rename and retire categories as a CSV table says. Nothing is ever deleted.")

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the table, and whether to keep nothing."""
        parser.add_argument(
            "file", type=Path, metavar="FILE",
            help=_("CSV in UTF-8 or GB 18030 with the columns: %(columns)s") % {"columns": ", ".join(COLUMNS)},
        )  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help=_("Say what would change, and change nothing."))

    def handle(self, *args: Any, **options: Any) -> str:
        """Import and report."""
        try:
            report = import_categories(path=options["file"], at=clock.now(), dry_run=options["dry_run"])
        except Invalid as refusal:
            for fault in refusal.fields.get("rows", []):
                self.stderr.write(fault)
            raise CommandError(str(refusal)) from None
        for sign, codes in (("+", report.added), ("~", report.renamed), ("-", report.retired), ("↺", report.restored)):
            for code in codes[:_SHOWN]:
                self.stdout.write(f"{sign} {code}")
            if len(codes) > _SHOWN:
                self.stdout.write(_("%(sign)s … and %(count)d more") % {"sign": sign, "count": len(codes) - _SHOWN})
        return _summary(report, dry_run=options["dry_run"])


def _summary(report: Report, *, dry_run: bool) -> str:
    counts = {
        "added": len(report.added), "renamed": len(report.renamed), "retired": len(report.retired),
        "restored": len(report.restored), "unchanged": report.unchanged,
    }  # fmt: skip
    if dry_run:
        return (
            _("Nothing was changed. The table would add %(added)d, rename %(renamed)d, retire %(retired)d and restore"
              " %(restored)d categories; %(unchanged)d are as listed.") % counts
        )  # fmt: skip
    return (
        _("%(added)d categories added, %(renamed)d renamed, %(retired)d retired, %(restored)d restored;"
          " %(unchanged)d were as listed.") % counts
    )  # fmt: skip
