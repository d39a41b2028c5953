"""``manage.py import_standards FILE``: read a city's sheet of filing conditions as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from cases.catalogue.models import CategoryKind
from cases.catalogue.standard_import import Report, import_standards
from citygrid.common import clock
from citygrid.common.errors import Invalid

_SHOWN = 20


class Command(BaseCommand):
    """Prints what changed, and every row that could not be used; with such rows it ends with 1 unless told not to."""

    help = _("Read filing conditions with their limits from a city's sheet (XLSX or CSV). Nothing is ever deleted.")

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the sheet, the standard it belongs to, and what to do with what does not fit."""
        parser.add_argument("file", type=Path, metavar="FILE", help=_("the sheet, as the city keeps it"))
        parser.add_argument(
            "--standard", default="GB30428", metavar="KEY", help=_("short key of the standard (GB30428 unless told)")
        )
        parser.add_argument("--sheet", default="", help=_("one table of the workbook; all that fit unless told"))
        parser.add_argument(
            "--kind", default="", choices=CategoryKind.values, help=_("where the sheet does not say it")
        )
        parser.add_argument(
            "--retire", action="store_true", help=_("retire what the sheet no longer lists under its categories")
        )
        parser.add_argument("--skip-faulty", action="store_true", help=_("take the good rows although others are not"))
        parser.add_argument("--dry-run", action="store_true", help=_("Say what would change, and change nothing."))

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and report."""
        names = ("standard", "sheet", "kind", "retire", "skip_faulty", "dry_run")
        try:
            report = import_standards(path=options["file"], at=clock.now(), **{name: options[name] for name in names})
        except Invalid as refusal:
            for fault in refusal.fields.get("rows", []):
                self.stderr.write(fault)
            raise CommandError(str(refusal)) from None
        for fault in report.faults:
            self.stderr.write(fault)
        for sign, codes in (("+", report.added), ("~", report.changed), ("-", report.retired)):
            for code in codes[:_SHOWN]:
                self.stdout.write(f"{sign} {code}")
            if len(codes) > _SHOWN:
                self.stdout.write(_("%(sign)s … and %(count)d more") % {"sign": sign, "count": len(codes) - _SHOWN})
        if report.categories:
            self.stdout.write(_("New categories: %(codes)s") % {"codes": ", ".join(report.categories)})
        if options["dry_run"]:
            self.stdout.write(_("Nothing was changed; this is what would be."))
        self.stdout.write(_summary(report))


def _summary(report: Report) -> str:
    return (
        _("%(rows)d rows: %(added)d conditions added, %(changed)d changed, %(retired)d retired, %(unchanged)d as they"
          " were, %(continued)d continue a merged row, %(faults)d could not be used.")
        % {
            "rows": report.rows, "added": len(report.added), "changed": len(report.changed),
            "retired": len(report.retired), "unchanged": report.unchanged, "continued": report.continued,
            "faults": len(report.faults),
        }
    )  # fmt: skip
