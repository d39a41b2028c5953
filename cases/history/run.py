"""One import from file to journal: read everything, judge every row, then take over the good ones batch by batch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.casework.history import OldCase, known, take_over
from cases.history import tables
from cases.history.kinds import Kind, Weight
from cases.history.mapping import CaseMap
from cases.history.reading import Draft, Reader
from cases.history.report import Report
from citygrid.common import facts
from citygrid.common.errors import Invalid
from gridmap.importing.report import Watch, unwatched
from gridmap.spatial import Hit, place_many

BATCH = 500  # cases of one transaction: what a killed run may lose of its work, and how long others wait


def import_cases(
    *, path: Path, given: CaseMap, at: datetime, apply_it: bool = True, watch: Watch[Any] = unwatched
) -> Report:  # fmt: skip
    """Take over the cases of a file; with ``apply_it`` false only look and report.

    A row that cannot be used is refused and reported, and the others are taken over all the same. Each batch is a
    transaction of its own; as a case is known again by the system's name and its number, a run that was killed is
    simply started again, and a second run of the same file changes nothing. A row that says something else than what
    was taken over is reported and not applied. Places are looked up in the outlines in force at ``at``.

    Raises ``Invalid`` for a file that cannot be used as a whole, ``Conflict`` when somebody else takes over the same
    cases at the same moment; what earlier batches took over stays.
    """
    table = tables.read(path, given.layout)
    if not table.has_points and not {"longitude", "position"} & set(given.columns):
        raise Invalid(_("Say in the map where a case lies: columns of longitude and latitude, or of position."))
    reader = Reader(given, at)
    drafts = [reader.read(row) for row in watch(table.rows, len(table.rows), _("Reading rows"))]
    placed = _placed(drafts, given, at)
    report = Report(rows=len(drafts))
    before = known(given.system, [draft.number for draft in drafts if not draft.refused])
    fresh = list(_fresh(drafts, placed, before, report))
    batches = [fresh[start : start + BATCH] for start in range(0, len(fresh), BATCH)]
    if apply_it and fresh:
        try:
            for batch in watch(batches, len(batches), _("Taking over cases")):
                take_over(batch, system=given.system, at=at)
                report.taken_over += len(batch)
        finally:
            _tell(path, given, report, at)
    else:
        report.taken_over = len(fresh)
    return report


def _placed(drafts: list[Draft], given: CaseMap, at: datetime) -> dict[int, Hit]:
    """Return where the drafts lie, by their index; those outside every area get that finding."""
    wanted = [(index, draft.point) for index, draft in enumerate(drafts) if draft.point is not None]
    hits = place_many([point for _index, point in wanted], crs=given.crs, at=at)
    found = {}
    for (index, point), hit in zip(wanted, hits, strict=True):
        draft = drafts[index]
        if hit.area is None:
            words = {"lon": f"{point[0]:.6f}", "lat": f"{point[1]:.6f}"}
            draft.find(Kind.OUTSIDE, "", _("%(lon)s, %(lat)s lies outside every area of the city.") % words)
            continue
        found[index] = hit
        if hit.tie:
            sentence = _("The place lies on the border of %(areas)s; it is given to the first.")
            draft.find(Kind.BORDER, "", sentence % {"areas": ", ".join(hit.tie)})
    return found


def _fresh(
    drafts: Iterable[Draft], placed: dict[int, Hit], before: dict[str, str], report: Report
) -> Iterator[OldCase]:  # fmt: skip
    """Yield what is to be taken over, and note what becomes of the other rows."""
    for index, draft in enumerate(drafts):
        case = None if draft.refused else _case(draft, placed[index])
        if case is None:
            report.refused += 1
            report.findings += [one for one in draft.findings if one.kind.weight == Weight.REFUSED]
        elif case.number not in before:
            report.findings += draft.findings
            yield case
        elif before[case.number] == case.fingerprint:
            report.unchanged += 1
        else:
            report.different += 1
            sentence = _("The row says something else than what was taken over under this number; nothing was changed.")
            draft.find(Kind.CHANGED, "", sentence)
            report.findings.append(draft.findings[-1])


def _case(draft: Draft, hit: Hit) -> OldCase:
    if draft.state is None or draft.category is None or draft.opened is None or hit.area is None:
        raise ValueError(f"Row {draft.row} lacks what a case needs, and nothing was found against it.")
    texts = draft.texts
    return OldCase(
        number=draft.number, state=draft.state, category=draft.category, description=texts["description"],
        lon=hit.lon, lat=hit.lat, area_id=hit.area, area_version_id=hit.version, opened_at=draft.opened,
        due_at=draft.due, ended_at=draft.ended, address=texts["address"], result=texts["result"],
        old_status=texts["status"], old_category=texts["category"], old_department=texts["department"],
        old_channel=texts["channel"],
    )  # fmt: skip


def _tell(path: Path, given: CaseMap, report: Report, at: datetime) -> None:
    """Write the import as a whole into the journal; a run that is stopped by a fault still says how far it came."""
    if not report.taken_over:
        return
    with path.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    with transaction.atomic():
        facts.record(
            "cases.imported", facts.Subject("cases.import", sha256[:16], path.name[:200]), at=at,
            system=given.system, sha256=sha256, rows=report.rows, taken_over=report.taken_over,
            unchanged=report.unchanged, different=report.different, refused=report.refused,
            findings={kind.value: count for kind, count in report.counts.items()},
        )  # fmt: skip
