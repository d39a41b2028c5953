"""``manage.py import_divisions``: code tables of divisions, without outlines."""

from __future__ import annotations

from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from citygrid.common import clock
from citygrid.common.commands import progress
from citygrid.common.errors import Refusal
from gridmap.areas.models import Level
from gridmap.divisions.run import import_divisions
from gridmap.importing.show import conclude, moment


class Command(BaseCommand):
    """Shows what a code table would change; writes only with ``--apply``."""

    help = "Compare a code table of divisions (CSV, also gzipped) with the stored tree and apply it on demand."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--level", default="auto", choices=["auto", *Level.values])
        parser.add_argument("--year", default="", help="which year, when the table holds several")
        parser.add_argument("--at", type=moment, default=None, help="ISO time from which it is valid, default now")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--dry-run", action="store_true", help="only show the changes (the default)")
        what.add_argument("--apply", action="store_true", help="write the changes")
        parser.add_argument("--keep-missing", action="store_true", help="abolish nothing")
        parser.add_argument("--accept-renames", action="store_true", help="take equal stems as renames")
        parser.add_argument("--report", type=Path, metavar="FILE", help="write the report as JSON")

    def handle(self, *args: Any, **given: Any) -> str:
        """Run the comparison."""
        try:
            result = import_divisions(
                path=given["file"], at=given["at"] or clock.now(), level=given["level"], year=given["year"],
                apply_it=given["apply"], keep_missing=given["keep_missing"], accept_renames=given["accept_renames"],
                watch=partial(progress, verbosity=given["verbosity"]),
            )  # fmt: skip
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        return conclude(self, result, given["report"])
