"""``manage.py import_tickets FILE --map MAP.toml``: take over the tickets of an older hotline."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from cases.history import ticket_mapping
from cases.history.kinds import Weight
from cases.history.report import Report
from cases.history.ticket_run import Planned, import_tickets
from citygrid.common import clock
from citygrid.common.commands import progress
from citygrid.common.errors import Refusal

_SHOWN = 5  # findings of one kind; the report in a file has all


class Command(BaseCommand):
    """Prints what was found, of each kind the first rows and how many; with refused rows it ends with 1."""

    help = _(
        "Take over tickets of an older hotline from CSV or XLSX. Rows that cannot be used are reported and the others"
        " taken over; running it again continues, and changes nothing that is there."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, the map, and whether to keep anything."""
        parser.add_argument("file", type=Path, metavar="FILE", help=_("CSV or XLSX"))
        parser.add_argument(
            "--map", type=Path, required=True, metavar="MAP.toml",
            help=_("what columns and words mean here; the operator's guide shows one"),
        )  # fmt: skip
        parser.add_argument("--report", type=Path, metavar="FILE.csv", help=_("write every finding into this file"))
        parser.add_argument(
            "--preview", action="store_true", help=_("Say row by row what would be taken over, and change nothing.")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and report."""
        preview = options["preview"]
        try:
            report, plan = import_tickets(
                path=options["file"], given=ticket_mapping.read(options["map"]), at=clock.now(),
                apply_it=not preview, watch=partial(progress, verbosity=options["verbosity"]),
            )  # fmt: skip
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        if preview:
            for one in sorted(plan, key=lambda one: one.draft.row):
                self.stdout.write(_row(one))
        self._print(report)
        if options["report"]:
            try:
                report.write(options["report"])
            except OSError as error:
                words = {"name": options["report"], "reason": error.strerror}
                self.stderr.write(_("The report %(name)s could not be written: %(reason)s") % words)
        self.stdout.write(_summary(report, preview=preview))
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


def _row(one: Planned) -> str:
    """Return one row of the preview; without who called, as any terminal may be looked at."""
    ticket = one.ticket
    parts = [ticket.state.label, ticket.demand_type.label, ticket.category.label if ticket.category else "–"]
    parts += [str(ticket.unit)] if ticket.unit else []
    parts += [_("repeats %(number)s") % {"number": one.repeats}] if one.repeats else []
    return _("Row %(row)d, %(number)s: %(message)s") % {
        "row": one.draft.row, "number": ticket.number, "message": " · ".join(str(part) for part in parts),
    }  # fmt: skip


def _summary(report: Report, *, preview: bool) -> str:
    counts = {
        "rows": report.rows, "taken": report.taken_over, "unchanged": report.unchanged,
        "different": report.different, "refused": report.refused,
    }  # fmt: skip
    if preview:
        return (
            _("Nothing was changed. Of %(rows)d rows %(taken)d would be taken over, %(unchanged)d are there already,"
              " %(different)d are there but differ, %(refused)d are refused.") % counts
        )  # fmt: skip
    return (
        _("Of %(rows)d rows %(taken)d were taken over, %(unchanged)d were there already, %(different)d are there but"
          " differ, %(refused)d were refused.") % counts
    )  # fmt: skip
