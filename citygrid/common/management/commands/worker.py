"""Run the periodic jobs: ``manage.py worker`` until it is told to stop, ``worker --once`` for one round."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from citygrid.common import clock, worker


class Command(BaseCommand):
    """A thin edge around :mod:`citygrid.common.worker`."""

    help = "Run the periodic jobs until SIGTERM or Ctrl-C; any number of workers may run side by side."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--once", action="store_true", help="run what is due now, then end; fails if a job failed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        if options["once"]:
            self._once()
            return
        loop = worker.Worker()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: loop.stop())
        loop.run()

    def _once(self) -> None:
        at = clock.now()
        runs = worker.run_due(worker=worker.own_name(), at=at)
        worker.prune(at=at)
        for run in runs:
            self.stdout.write(f"{run.job}: {run.fault or 'done'}")
        if any(run.fault for run in runs):
            raise CommandError("At least one job failed; the log has its trace.")
