"""Proof that the journal is whole: recompute every hash, every chain and every seal.

What is found, and the row named: a changed row; a removed, moved or doubled row inside a chain; rows missing from a
sealed range; a changed, forged or removed seal; a missing trigger. On SQLite, which hands out keys without gaps, also
every row removed since the last seal, unless SQLite's own counter of keys was set back as well.

What cannot be found: on PostgreSQL, the removal of a subject's *last* events since the last seal (a rolled back
transaction leaves the same gap in the keys); on both, the removal of the last seals together with all they covered,
unless one of those seals was kept elsewhere and is shown as a witness. Whoever holds the key of the installation as
well as its database can write any history that no witness contradicts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from cases.journal import guards
from cases.journal.canonical import digest
from cases.journal.models import Event, Seal
from cases.journal.seals import SealHash
from citygrid.common.facts import Subject

Progress = Callable[[Iterable[Any], int, str], Iterable[Any]]
_CHUNK = 2000
_GAPS_NAMED = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong. ``what`` is a stable word, ``sentence`` is for people."""

    what: str
    sentence: str
    event_id: int | None = None
    subject: str = ""
    sequence: int | None = None

    def __str__(self) -> str:
        return self.sentence


class Verification:
    """One run over the journal. Iterate over :meth:`faults`; the counts are true afterwards."""

    def __init__(self, *, progress: Progress = lambda rows, _total, _label: rows) -> None:
        self.events = self.subjects = self.seals = self.unsealed = 0
        self._progress = progress

    def faults(self, *, subject: Subject | None = None, witnesses: Mapping[int, str] | None = None) -> Iterator[Fault]:
        """Yield each fault. With ``subject``, its chain alone is verified; ``witnesses`` are seals kept elsewhere."""
        rows = Event.objects.of(subject) if subject else Event.objects.all()
        yield from self._chains(rows)
        if subject is None:
            seals = list(Seal.objects.order_by("up_to"))
            yield from self._sealed(seals)
            yield from _witnessed(seals, witnesses or {})
            for name in guards.missing(connection):
                text = _(
                    "The trigger %(name)s is missing or switched off: the database accepts changes to the journal."
                )
                yield Fault("unguarded", text % {"name": name})

    def _chains(self, rows: Any) -> Iterator[Fault]:
        before: Event | None = None
        ordered = rows.order_by("subject_type", "subject_id", "sequence", "id").iterator(chunk_size=_CHUNK)
        for event in self._progress(ordered, rows.count(), _("chains")):
            self.events += 1
            if before is not None and (before.subject_type, before.subject_id) != (
                event.subject_type,
                event.subject_id,
            ):
                before = None
            if before is None:
                self.subjects += 1
            true_hash = digest(event)
            if true_hash != event.hash:
                yield _fault("altered", _("%(row)s was altered: its contents do not match its hash."), event)
            yield from _link(before, event)
            before = event

    def _sealed(self, seals: list[Seal]) -> Iterator[Fault]:
        highest = _highest_key()  # before the rows are read, so that what is written meanwhile is not missed
        rows = Event.objects.order_by("id").values_list("id", "hash")
        stream = iter(self._progress(rows.iterator(chunk_size=5000), rows.count(), _("seals")))
        row = next(stream, None)
        count, last_id, previous = 0, 0, ""
        for sealed in seals:
            self.seals += 1
            due, gaps, start = SealHash(sealed.previous_hash), [], last_id
            while row is not None and row[0] <= sealed.up_to:
                gaps += [(last_id + 1, row[0] - 1)] if row[0] > last_id + 1 else []
                due.add(*row)
                count, last_id, row = count + 1, row[0], next(stream, None)
            gaps += [(last_id + 1, sealed.up_to)] if last_id < sealed.up_to else []
            last_id = sealed.up_to
            short = sealed.events - count
            true_hash = due.close(up_to=sealed.up_to, events=sealed.events, sealed_at=sealed.sealed_at)
            yield from _seal_faults(sealed, true_hash == sealed.hash, short, gaps, previous, start)
            yield from _removed_keys(gaps)
            count, previous = sealed.events, sealed.hash
        gaps = []
        while row is not None:
            self.unsealed += 1
            gaps += [(last_id + 1, row[0] - 1)] if row[0] > last_id + 1 else []
            last_id, row = row[0], next(stream, None)
        yield from _removed_keys([*gaps, *([(last_id + 1, highest)] if last_id < highest else [])])


def _link(before: Event | None, event: Event) -> Iterator[Fault]:
    """Judge one step of a chain."""
    number = before.sequence if before else 0
    if event.sequence == number:
        yield _fault("doubled", _("%(row)s stands in the chain twice: one of the two was put there later."), event)
    elif event.sequence > number + 1:
        text = _("%(subject)s lacks the numbers %(first)s to %(last)s, just before the event with the key %(id)s.")
        yield _fault("gap", text, event, first=number + 1, last=event.sequence - 1)
    # An altered row with its old contents' hash is named already; the next one followed from those contents.
    elif event.previous_hash != (before.hash if before else "") and (
        before is None or event.previous_hash != digest(before)
    ):
        yield _fault(
            "unlinked", _("%(row)s does not follow from the event before it: one of the two was replaced."), event
        )


def _fault(what: str, text: str, event: Event, **more: Any) -> Fault:
    subject = f"{event.subject_type}/{event.subject_id}"
    row = _("The event with the key %(id)s (%(subject)s, number %(sequence)s)") % {
        "id": event.pk, "subject": subject, "sequence": event.sequence,
    }  # fmt: skip
    return Fault(
        what, text % {"row": row, "subject": subject, "id": event.pk, **more}, event.pk, subject, event.sequence
    )


def _seal_faults(
    sealed: Seal, agrees: bool, short: int, gaps: list[tuple[int, int]], previous: str, start: int
) -> Iterator[Fault]:
    told: dict[str, Any] = {
        "seal": f"{sealed.pk} ({sealed.sealed_at:%Y-%m-%d %H:%M}Z)",
        "first": start + 1,
        "last": sealed.up_to,
    }
    if sealed.previous_hash != previous:
        text = _("Seal %(seal)s does not follow from the one before it: a seal was removed, replaced or put in.")
        yield Fault("seal_unlinked", text % told)
        agrees = True  # where the range began is not known, so nothing can be said about it
    if short:
        keys = ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in gaps[:_GAPS_NAMED]) or "–"
        text = _(
            "Seal %(seal)s covers %(short)s more events, up to key %(last)s, than there are. Missing keys: %(keys)s."
        )
        if short < 0:
            text = _(
                "Seal %(seal)s covers %(short)s fewer events, up to key %(last)s, than there are: some were put in."
            )
        yield Fault("seal_count", text % {**told, "short": abs(short), "keys": keys})
    elif not agrees:
        text = _("Seal %(seal)s does not match the events with keys %(first)s to %(last)s, or was itself changed.")
        yield Fault("seal_mismatch", text % told)


def _highest_key() -> int:
    """Return the highest key ever given on SQLite; 0 elsewhere, where it tells nothing."""
    if connection.vendor != "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'cases_event'")
        return int(cursor.fetchone()[0])


def _removed_keys(gaps: list[tuple[int, int]]) -> Iterator[Fault]:
    """SQLite gives the key of a rolled back row to the next one, so a key without a row is a removed row."""
    if connection.vendor != "sqlite":
        return
    for first, last in gaps:
        text = _("The events with the keys %(first)s to %(last)s were removed.")
        if first == last:
            text = _("The event with the key %(first)s was removed.")
        yield Fault("removed", text % {"first": first, "last": last}, first)


def _witnessed(seals: list[Seal], witnesses: Mapping[int, str]) -> Iterator[Fault]:
    known = {sealed.up_to: sealed.hash for sealed in seals}
    for up_to, hash_ in witnesses.items():
        if known.get(up_to) != hash_:
            text = _(
                "The seal kept elsewhere, up to key %(up_to)s, is not among the seals here: history was rewritten."
            )
            yield Fault("witness", text % {"up_to": up_to})
