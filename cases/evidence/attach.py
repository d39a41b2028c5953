"""Tie uploaded evidence to the move it proves. Connected to the engine, so that no move can forget it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from cases.evidence.models import Evidence
from cases.workflow.engine import Move, takes
from cases.workflow.table import InputType
from citygrid.common.errors import Conflict
from gridmap.measure import distance_m

FRESH = timedelta(hours=24)  # a photo older than this when it is used is remarked on, not refused


def resolve(key: str, by: Any, at: datetime) -> Evidence | None:
    """Return an upload of the person that is not used yet."""
    try:
        wanted = uuid.UUID(key)
    except ValueError:
        return None
    return Evidence.objects.filter(pk=wanted, case=None, uploaded_by=getattr(by, "pk", None)).first()


def attach(move: Move) -> None:
    """Tie every piece of evidence among the move's inputs to the case. Raises ``Conflict`` for one used meanwhile."""
    for item in takes(move.row):
        if item.type != InputType.EVIDENCE:
            continue
        given = move.inputs.get(item.name) or []
        for piece in given if isinstance(given, list) else [given]:
            _tie(move, item.name, piece)


def _tie(move: Move, purpose: str, piece: Evidence) -> None:
    case = getattr(move.subject, "case", move.subject)
    remarks, distance = [], None
    if piece.taken_geom is None:
        remarks.append("no_place")
    else:
        distance = round(distance_m(case.geom.x, case.geom.y, piece.taken_geom.x, piece.taken_geom.y), 1)
        if distance > settings.FIELD_CHECK_METRES:
            remarks.append("far")
    if piece.taken_at is None:
        remarks.append("no_time")
    elif not move.at - FRESH <= piece.taken_at <= move.at + timedelta(minutes=5):
        remarks.append("old")
    if Evidence.objects.filter(sha256=piece.sha256, case__isnull=False).exclude(case=case).exists():
        remarks.append("used_before")
    tied = Evidence.objects.filter(pk=piece.pk, case=None).update(
        case=case, move=f"{move.life.name}.{move.row.name}", purpose=purpose, round_number=case.round_number,
        distance_m=distance, remarks=remarks,
    )  # fmt: skip
    if not tied:
        raise Conflict(_("This photo was used already. Take or choose another one."), code="evidence_used")
