"""One import of tickets: read everything, judge every row, take over the good ones, link those that repeat others."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from cases.history import tables
from cases.history.kinds import Kind, Weight
from cases.history.report import Finding, Report
from cases.history.ticket_mapping import TicketMap
from cases.history.ticket_reading import Draft, Reader
from cases.hotline.older import OldTicket, firsts, known, take_over
from cases.hotline.origins import TicketOrigin
from cases.hotline.services import SAME_WITHIN
from citygrid.common import facts
from gridmap.areas.models import Area
from gridmap.importing.report import Watch, unwatched
from gridmap.spatial import place_many

BATCH = 200  # tickets of one transaction: what a killed run may lose of its work, and how long others wait


@dataclass(frozen=True, slots=True)
class Planned:
    """A row that is to be taken over. ``repeats`` is what it repeats: a number there, or here; empty for a first."""

    draft: Draft
    ticket: OldTicket
    repeats: str = ""
    here: bool = False  # whether `repeats` is a number of this system


def import_tickets(
    *, path: Path, given: TicketMap, at: datetime, apply_it: bool = True, watch: Watch[Any] = unwatched
) -> tuple[Report, list[Planned]]:  # fmt: skip
    """Take over the tickets of a file; with ``apply_it`` false only look. Return the report and what is taken over.

    A row that cannot be used is refused and reported, and the others are taken over all the same. Each batch is a
    transaction of its own; as a ticket is known again by the system's name and its number, a run that was killed is
    simply started again, and a second run of the same file changes nothing. A row with the same words as one received
    up to 30 days before, in the file or here, is linked to that one; the firsts are taken over before those that hang
    on them. Raises as :func:`cases.history.run.import_cases` does.
    """
    rows = tables.read(path, given.layout).rows
    reader = Reader(given, at)
    drafts = [reader.read(row) for row in watch(rows, len(rows), _("Reading rows"))]
    report = Report(rows=len(drafts))
    fresh = _fresh(drafts, _places(drafts, given, at), given, report)
    plan = _linked(sorted(fresh, key=lambda one: (one.ticket.received_at, one.draft.row)), report)
    report.findings.sort(key=lambda one: one.row)
    if not apply_it or not plan:
        report.taken_over = len(plan)
        return report, plan
    try:
        for group in ([one for one in plan if not one.repeats], [one for one in plan if one.repeats]):
            batches = [group[start : start + BATCH] for start in range(0, len(group), BATCH)]
            for batch in watch(batches, len(batches), _("Taking over tickets")):
                _take(batch, given, at)
                report.taken_over += len(batch)
    finally:
        _tell(path, given, report, at)
    return report, plan


def _take(batch: Sequence[Planned], given: TicketMap, at: datetime) -> None:
    wanted = [one.repeats for one in batch if one.repeats and not one.here]
    numbers = _numbers(given.system, wanted) if wanted else {}
    mains = [(one.repeats if one.here else numbers[one.repeats]) if one.repeats else None for one in batch]
    take_over([one.ticket for one in batch], system=given.system, at=at, mains=mains)


def _numbers(system: str, wanted: Sequence[str]) -> dict[str, str]:
    """Return the numbers here of tickets that were taken over, by their numbers there."""
    rows = TicketOrigin.objects.filter(system=system, number__in=set(wanted))
    return dict(rows.values_list("number", "ticket__number"))


def _places(drafts: Sequence[Draft], given: TicketMap, at: datetime) -> dict[int, tuple[int, float, float]]:
    """Return area, longitude and latitude by the drafts' index; a place outside every area is left out, and said."""
    wanted = [(index, draft.point) for index, draft in enumerate(drafts) if draft.point is not None]
    found = {}
    for (index, point), hit in zip(wanted, place_many([p for _i, p in wanted], crs=given.crs, at=at), strict=True):
        if hit.area is None:
            words = {"lon": f"{point[0]:.6f}", "lat": f"{point[1]:.6f}"}
            sentence = _("%(lon)s, %(lat)s lies outside every area of the city.") % words
            drafts[index].find(Kind.PLACE_DROPPED, "", sentence)
        else:
            found[index] = (hit.area, hit.lon, hit.lat)
    return found


def _fresh(
    drafts: Sequence[Draft], places: dict[int, tuple[int, float, float]], given: TicketMap, report: Report
) -> list[Planned]:
    """Return what is to be taken over, and note what becomes of the other rows."""
    city = Area.objects.values_list("pk", flat=True).get(code=settings.CITY_CODE)
    before = known(given.system, [draft.number for draft in drafts if not draft.refused])
    found = []
    for index, draft in enumerate(drafts):
        ticket = None if draft.refused else _ticket(draft, places.get(index), city)
        if ticket is None:
            report.refused += 1
            report.findings += [one for one in draft.findings if one.kind.weight == Weight.REFUSED]
        elif ticket.number not in before:
            found.append(Planned(draft, ticket))
            report.findings += draft.findings
        elif before[ticket.number] == ticket.fingerprint:
            report.unchanged += 1
        else:
            report.different += 1
            sentence = _("The row says something else than what was taken over under this number; nothing was changed.")
            draft.find(Kind.CHANGED, "", sentence)
            report.findings.append(draft.findings[-1])
    return found


def _linked(fresh: Sequence[Planned], report: Report) -> list[Planned]:
    """Say of each what it repeats: the oldest with the same words that came in up to 30 days before."""
    before = {digest: [(at, number, True) for at, number in rows] for digest, rows in
              firsts([one.ticket for one in fresh], SAME_WITHIN).items()} if fresh else {}  # fmt: skip
    plan = []
    for one in fresh:
        at, said = one.ticket.received_at, before.setdefault(one.ticket.digest, [])
        main = min((entry for entry in said if at - SAME_WITHIN <= entry[0] <= at), default=None)
        if main is None:
            said.append((at, one.ticket.number, False))
            plan.append(one)
            continue
        plan.append(replace(one, repeats=main[1], here=main[2]))
        sentence = _("The same words as %(number)s; linked to it.") % {"number": main[1]}
        report.findings.append(Finding(one.draft.row, one.draft.number, Kind.REPEAT, "", sentence))
    return plan


def _ticket(draft: Draft, place: tuple[int, float, float] | None, city: int) -> OldTicket:
    if draft.state is None or draft.demand_type is None or draft.received is None:
        raise ValueError(f"Row {draft.row} lacks what a ticket needs, and nothing was found against it.")
    area, lon, lat = place or (city, None, None)
    texts = draft.texts
    return OldTicket(
        number=draft.number, state=draft.state, demand_type=draft.demand_type, content=texts["content"],
        received_at=draft.received, area_id=area, title=texts["title"], category=draft.category, unit=draft.unit,
        level=draft.level, lon=lon, lat=lat, ended_at=draft.ended, answer=texts["answer"], address=texts["address"],
        caller=draft.caller, confidential=draft.confidential, old_status=texts["status"],
        old_category=texts["category"], old_unit=texts["unit"], old_channel=texts["channel"],
    )  # fmt: skip


def _tell(path: Path, given: TicketMap, report: Report, at: datetime) -> None:
    """Write the import as a whole into the journal; a run that is stopped by a fault still says how far it came."""
    if not report.taken_over:
        return
    with path.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    with transaction.atomic():
        facts.record(
            "tickets.imported", facts.Subject("cases.ticket_import", sha256[:16], path.name[:200]), at=at,
            system=given.system, sha256=sha256, rows=report.rows, taken_over=report.taken_over,
            unchanged=report.unchanged, different=report.different, refused=report.refused,
            findings={kind.value: count for kind, count in report.counts.items()},
        )  # fmt: skip
