"""``manage.py import_cases FILE --map MAP.toml``: take over the cases of an older system."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from cases.history import mapping
from cases.history.kinds import Weight
from cases.history.report import Report
from cases.history.run import import_cases
from citygrid.common import clock
from citygrid.common.commands import progress
from citygrid.common.errors import Refusal

_SHOWN = 5  # findings of one kind; the report in a file has all


class Command(BaseCommand):
    """Prints what was found, of each kind the first rows and how many; with refused rows it ends with 1."""

    help = _(
        "Take over cases of an older system from CSV, XLSX or GeoJSON. Rows that cannot be used are reported and the"
        " others taken over; running it again continues, and changes nothing that is there."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, the map, and whether to keep anything."""
        parser.add_argument("file", type=Path, metavar="FILE", help=_("CSV, XLSX or GeoJSON"))
        parser.add_argument(
            "--map", type=Path, required=True, metavar="MAP.toml",
            help=_("what columns and words mean here: system, [columns], [status], [category], [time], [place]"),
        )  # fmt: skip
        parser.add_argument("--report", type=Path, metavar="FILE.csv", help=_("write every finding into this file"))
        parser.add_argument("--dry-run", action="store_true", help=_("Say what would change, and change nothing."))

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and report."""
        try:
            report = import_cases(
                path=options["file"], given=mapping.read(options["map"]), at=clock.now(),
                apply_it=not options["dry_run"], watch=partial(progress, verbosity=options["verbosity"]),
            )  # fmt: skip
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        self._print(report)
        if options["report"]:
            try:
                report.write(options["report"])
            except OSError as error:
                words = {"name": options["report"], "reason": error.strerror}
                self.stderr.write(_("The report %(name)s could not be written: %(reason)s") % words)
        self.stdout.write(_summary(report, dry_run=options["dry_run"]))
        if report.refused:
            raise CommandError(_("%(count)d rows were refused; the reasons are above.") % {"count": report.refused})

    def _print(self, report: Report) -> None:
        for kind, count in report.counts.items():
            out = self.stderr if kind.weight == Weight.REFUSED else self.stdout
            out.write(f"{count} × {kind.label}")
            for one in report.of(kind)[:_SHOWN]:
                out.write("  " + _("Row %(row)d, %(number)s: %(message)s") % {
                    "row": one.row, "number": one.number or "–", "message": one.message,
                })  # fmt: skip


def _summary(report: Report, *, dry_run: bool) -> str:
    counts = {
        "rows": report.rows, "taken": report.taken_over, "unchanged": report.unchanged,
        "different": report.different, "refused": report.refused,
    }  # fmt: skip
    if dry_run:
        return (
            _("Nothing was changed. Of %(rows)d rows %(taken)d would be taken over, %(unchanged)d are there already,"
              " %(different)d are there but differ, %(refused)d are refused.") % counts
        )  # fmt: skip
    return (
        _("Of %(rows)d rows %(taken)d were taken over, %(unchanged)d were there already, %(different)d are there but"
          " differ, %(refused)d were refused.") % counts
    )  # fmt: skip
