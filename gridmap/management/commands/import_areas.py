"""``manage.py import_areas``: real boundaries of one level from a file."""

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
from gridmap.importing.options import FIELDS, Options, mapping_of
from gridmap.importing.run import import_areas
from gridmap.importing.show import conclude, moment


class Command(BaseCommand):
    """Parses, runs the service, prints its report; exit code 1 and one sentence when nothing could be imported."""

    help = "Import outlines of areas from GeoJSON, Shapefile (also zipped), GeoPackage or KML, all or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--level", required=True, choices=Level.values)
        parser.add_argument(
            "--map", nargs="+", action="extend", default=[], metavar="field=column",
            help=f"columns of {', '.join(FIELDS)}; parent may be a path a/b; field==text sets one text for all rows",
        )  # fmt: skip
        parser.add_argument("--crs", default="auto", help="auto, EPSG:number, gcj02, bd09, cgcs2000 or wgs84")
        parser.add_argument("--encoding", default="", help="text encoding of a Shapefile, for example gb18030")
        parser.add_argument("--layer", default="", help="which layer, when the file holds several")
        parser.add_argument("--parent", default="", metavar="CODE", help="everything belongs to or below this area")
        parser.add_argument("--parent-level", default="", choices=["", *Level.values], help="level of the parents")
        parser.add_argument("--at", type=moment, default=None, help="ISO time from which it is valid, default now")
        parser.add_argument("--adopt-codes", action="store_true", help="real codes replace provisional ones above")
        parser.add_argument("--retire-missing", action="store_true", help="end stored areas that the file lacks")
        parser.add_argument("--abroad", action="store_true", help="accept outlines outside China")
        parser.add_argument("--dry-run", action="store_true", help="report only, write nothing")
        parser.add_argument("--report", type=Path, metavar="FILE", help="write the report as JSON")

    def handle(self, *args: Any, **given: Any) -> str:
        """Run the import."""
        try:
            options = Options(
                level=Level(given["level"]), mapping=mapping_of(given["map"]), crs=given["crs"],
                encoding=given["encoding"], layer=given["layer"], parent=given["parent"],
                parent_level=given["parent_level"], adopt_codes=given["adopt_codes"],
                retire_missing=given["retire_missing"], abroad=given["abroad"],
            )  # fmt: skip
            result = import_areas(
                path=given["file"], options=options, at=given["at"] or clock.now(), apply_it=not given["dry_run"],
                watch=partial(progress, verbosity=given["verbosity"]),
            )  # fmt: skip
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        return conclude(self, result, given["report"])
