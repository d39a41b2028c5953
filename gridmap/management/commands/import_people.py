"""Brings people and their posts in from a CSV or XLSX table."""

from __future__ import annotations

import csv
import os
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from citygrid.common import clock
from citygrid.common.commands import progress
from citygrid.common.errors import Invalid
from gridmap.posts.importing import Report, import_people


class Command(BaseCommand):
    """Prints what was done; first passwords go to a file that only its owner can read."""

    help = "Open accounts and grant posts from a table, wholly or not at all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path, help="CSV (UTF-8 or GB 18030) or XLSX")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and keep nothing")
        parser.add_argument(
            "--passwords", type=Path, help="file for the first passwords; it must not exist (default: below var/)"
        )

    def handle(self, *args: Any, file: Path, dry_run: bool, passwords: Path | None, **options: Any) -> None:
        """Import the table."""
        at = clock.now()
        target = passwords or settings.HOME / f"first-passwords-{at:%Y%m%d-%H%M%S}.csv"
        if target.exists():
            raise CommandError(_("%(file)s exists already. Name another file for the passwords.") % {"file": target})

        def track(names: Sequence[str]) -> Iterable[str]:
            return progress(names, len(names), _("Making passwords"), verbosity=options["verbosity"])

        try:
            # The passwords are on disk before the accounts are committed: else a full disk would lose them for good.
            report = import_people(
                path=file, at=at, dry_run=dry_run, track=track, keep=lambda made: _write(target, made)
            )
        except Invalid as refused:
            raise CommandError("\n".join([str(refused), *refused.fields.get("rows", [])[1:]])) from None
        except OSError as error:
            raise CommandError(
                _("%(file)s cannot be written, so nothing was changed: %(reason)s.")
                % {"file": target, "reason": error.strerror}
            ) from None
        self._tell(report, target if report.first_passwords else None, dry_run=dry_run)

    def _tell(self, report: Report, target: Path | None, *, dry_run: bool) -> None:
        self.stdout.write(
            _("%(opened)d accounts opened, %(changed)d changed, %(granted)d posts granted, %(same)d rows unchanged.")
            % {
                "opened": len(report.opened),
                "changed": len(report.changed),
                "granted": len(report.granted),
                "same": report.unchanged,
            }
        )
        if dry_run:
            self.stdout.write(_("This was a trial: nothing was kept."))
        if target:
            self.stdout.write(
                _("First passwords are in %(file)s. Hand them over, then delete the file.") % {"file": target}
            )


def _write(target: Path, first_passwords: dict[str, str]) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["username", "first_password"])
        writer.writerows(first_passwords.items())
