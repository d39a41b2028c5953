"""One upgrade of the tree by a code table: read, compare, tell, and only on demand apply."""

from __future__ import annotations

import hashlib
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from citygrid.common import facts
from gridmap.areas import bulk
from gridmap.areas.models import Area, AreaVersion
from gridmap.areas.tree import move_area
from gridmap.divisions import tables
from gridmap.divisions.compare import Addition, Diff, compare
from gridmap.divisions.proposals import Pair, propose
from gridmap.importing.lock import one_import
from gridmap.importing.report import Report, Watch, some, unwatched
from gridmap.importing.run import Result
from gridmap.importing.tree import Tree
from gridmap.importing.units import kind_of
from gridmap.places.index import catch_up

_CODES_IN_FACT = 5000
_MOST_SHOWN = 40


def import_divisions(
    *, path: Path, at: datetime, by: Any = None, level: str = "auto", year: str = "", apply_it: bool = False,
    keep_missing: bool = False, accept_renames: bool = False, watch: Watch[Any] = unwatched,
) -> Result:  # fmt: skip
    """Compare a code table with the tree; with ``apply_it`` and without errors write the difference.

    ``keep_missing`` abolishes nothing; ``accept_renames`` takes proposals of equal stem as renames, so the area keeps
    its identity. Raises ``Invalid`` for an unreadable file, ``Conflict`` while another import runs.
    """
    began = time.monotonic()
    report = Report()
    table = tables.read(path, level=level, year=year, report=report)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    report.about = {
        "file": path.name, "sha256": digest, "level": table.level.value, "year": table.year, "at": at.isoformat(),
    }  # fmt: skip
    report.counts["rows"] = len(table.rows)
    with one_import():
        tree = Tree(at)
        diff = compare(table, tree, report)
        pairs = propose(diff, tree, report)
        if accept_renames:
            _accept(diff, pairs)
        if keep_missing:
            diff.abolished = []
        _tell(diff, report)
        applied = apply_it and not report.errors
        if applied:
            _write(diff, report.about, at, by, watch)
    report.counts.update(diff.counts())
    report.about.update(applied=applied, seconds=round(time.monotonic() - began, 2))
    return Result(report, applied)


def _accept(diff: Diff, pairs: list[Pair]) -> None:
    for pair in pairs:
        diff.abolished.remove(pair.old)
        diff.added.remove(pair.new)
        diff.renamed.append((pair.old, pair.new.name))
        if not pair.new.provisional:
            diff.recoded.append((pair.old, pair.new.code))


def _tell(diff: Diff, report: Report) -> None:
    lists: list[tuple[str, str, list[str]]] = [
        ("added", _("%(count)s are added: %(some)s."), [_named(one) for one in (*diff.towns, *diff.added)]),
        ("renamed", _("%(count)s are renamed: %(some)s."), [f"{one.label} → {name}" for one, name in diff.renamed]),
        (
            "recoded",
            _("%(count)s get their official code: %(some)s."),
            [f"{one.label} → {code}" for one, code in diff.recoded],
        ),
        ("moved", _("%(count)s belong elsewhere: %(some)s."), [f"{one.label} → {code}" for one, code in diff.moved]),
        ("abolished", _("%(count)s are abolished: %(some)s."), [one.label for one in diff.abolished]),
    ]  # fmt: skip
    for kind, sentence, entries in lists:
        if entries:
            report.note(kind, sentence % {"count": len(entries), "some": some(entries, _MOST_SHOWN)}, entries=entries)


def _named(one: Addition) -> str:
    return f"{one.code} {one.name}"


@transaction.atomic
def _write(diff: Diff, about: dict[str, Any], at: datetime, by: Any, watch: Watch[Any]) -> None:
    for some_added in watch((diff.towns, diff.added), 2, _("Adding divisions")):
        _add(some_added, at)
    stored = Area.objects.in_bulk([node.id for node, _word in (*diff.renamed, *diff.moved)])
    for node, name in diff.renamed:
        stored[node.id].name = name
        stored[node.id].kind = kind_of(name, diff.level) or stored[node.id].kind
    bulk.update_areas([stored[node.id] for node, _name in diff.renamed], ["name", "kind"])
    _redraw([(node.id, name) for node, name in diff.renamed], at)
    bulk.recode((node.id, code) for node, code in diff.recoded)
    for node, code in diff.moved:
        move_area(area=stored[node.id], parent=Area.objects.get(code=code), at=at, by=by)
    bulk.retire([node.id for node in diff.abolished], at=at)
    facts.record(
        "divisions.imported", facts.Subject("gridmap.import", about["sha256"][:16], about["file"][:200]), at=at, by=by,
        level=about["level"], year=about["year"], sha256=about["sha256"], counts=diff.counts(),
        added=[one.code for one in (*diff.towns, *diff.added)][:_CODES_IN_FACT],
        renamed={node.code: [node.name, name] for node, name in diff.renamed[:_CODES_IN_FACT]},
        recoded={node.code: code for node, code in diff.recoded[:_CODES_IN_FACT]},
        moved={node.code: code for node, code in diff.moved[:_CODES_IN_FACT]},
        abolished=[node.code for node in diff.abolished][:_CODES_IN_FACT],
    )  # fmt: skip
    catch_up(at)


def _add(additions: list[Addition], at: datetime) -> None:
    codes = sorted({one.parent for one in additions} - {""})
    ids: dict[str, int] = {}
    for part in bulk.batches(codes):
        ids.update(Area.objects.filter(code__in=part).values_list("code", "id"))
    bulk.add_areas(
        [
            Area(
                code=one.code, code_is_provisional=one.provisional, name=one.name, level=one.level,
                kind=kind_of(one.name, one.level), parent_id=ids.get(one.parent), established_at=at,
            )
            for one in additions
        ]
    )  # fmt: skip


def _redraw(renamed: list[tuple[int, str]], at: datetime) -> None:
    """An outline carries the name, so a new name begins a new version of it."""
    names = dict(renamed)
    versions = list(AreaVersion.objects.filter(area__in=names, valid_to=None))
    for version in versions:
        version.pk, version.name = None, names[version.area_id]
    bulk.add_versions(versions, at=at)
