"""``manage.py verify_journal [--subject TYPE/ID] [--seal KEY:HASH]``: prove that the journal was not altered."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from cases.journal.verify import Verification
from citygrid.common.commands import progress
from citygrid.common.facts import Subject

_SHOWN = 100


class Command(BaseCommand):
    """Prints one sentence per fault and ends with 1 where there is any."""

    help = "Recompute every hash, chain and seal of the journal and name each row that is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a single subject, and seals kept elsewhere."""
        parser.add_argument("--subject", metavar="TYPE/ID", help="verify this chain alone, e.g. gridmap.area/17")
        parser.add_argument(
            "--seal", metavar="KEY:HASH", action="append", default=[],
            help="a seal kept elsewhere, as the log line journal_sealed shows it; may be given several times",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> str:
        """Run, print the faults, return the summary."""
        subject, witnesses = _subject(options["subject"]), _witnesses(options["seal"])
        run = Verification(progress=partial(progress, verbosity=options["verbosity"]))
        started = time.perf_counter()
        count = 0
        for fault in run.faults(subject=subject, witnesses=witnesses):
            count += 1
            if count <= _SHOWN:
                self.stderr.write(str(fault))
        counts = {
            "events": run.events, "subjects": run.subjects, "seals": run.seals, "unsealed": run.unsealed,
            "seconds": f"{time.perf_counter() - started:.1f}", "faults": count, "shown": _SHOWN,
        }  # fmt: skip
        if subject and not run.events:
            raise CommandError(_("The journal knows nothing of %(subject)s.") % {"subject": options["subject"]})
        if count > _SHOWN:
            self.stderr.write(_("Only the first %(shown)s of %(faults)s faults are shown.") % counts)
        if count:
            raise CommandError(
                _("The journal is not whole: %(faults)s faults in %(events)s events and %(seals)s seals"
                  " (%(seconds)s s).") % counts
            )  # fmt: skip
        if subject:
            return _("The chain is whole: %(events)s events (%(seconds)s s). Seals were not looked at.") % counts
        return (
            _("The journal is whole: %(events)s events about %(subjects)s subjects, %(seals)s seals,"
              " %(unsealed)s events not sealed yet (%(seconds)s s).") % counts
        )  # fmt: skip


def _subject(text: str | None) -> Subject | None:
    if not text:
        return None
    kind, slash, key = text.partition("/")
    if not (kind and slash and key):
        raise CommandError(_("--subject is written as TYPE/ID, for example gridmap.area/17."))
    return Subject(kind, key, "")


def _witnesses(texts: list[str]) -> dict[int, str]:
    found = {}
    for text in texts:
        key, _colon, hash_ = text.partition(":")
        if not (key.isdecimal() and len(hash_) == 64):
            raise CommandError(_("--seal is written as KEY:HASH, as the log line “journal_sealed” shows it."))
        found[int(key)] = hash_
    return found
