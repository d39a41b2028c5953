"""Tie uploaded evidence to the move it proves. Connected to the engine, so that no move can forget it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from cases.evidence.models import Evidence, Remark
from cases.workflow.engine import Move, takes
from cases.workflow.table import InputType
from citygrid.common.errors import Conflict
from citygrid.common.prepared import Prepared
from citygrid.common.saving import change
from gridmap.measure import distance_m

FRESH = timedelta(hours=24)  # a photo older than this when it is used is remarked on, not refused
AHEAD = timedelta(minutes=5)  # by how much a camera's clock may be fast
_ONE = Prepared(lambda key: Evidence.objects.filter(pk=key))
_USED = Prepared(
    lambda seals: (
        Evidence.objects.filter(sha256__in=seals, used_at__isnull=False)
        .values_list("sha256", "case", "holder_type", "holder_id")
        .distinct()
    )
)
_OF_THE_CASE = {Remark.FAR, Remark.OLD, Remark.FUTURE, Remark.USED_BEFORE}  # judged when it is used


def resolve(key: str, by: Any, at: datetime) -> Evidence | None:
    """Return an upload of the person that is not used yet."""
    try:
        wanted = uuid.UUID(key)
    except ValueError:
        return None
    found: list[Evidence] = _ONE(key=wanted)
    ours = found and not found[0].move and found[0].uploaded_by_id == getattr(by, "pk", None)
    return found[0] if ours else None


def attach(move: Move) -> None:
    """Tie every piece of evidence among the move's inputs to the case, or to what else is moved.

    Raises ``Conflict`` for one used meanwhile.
    """
    given = [
        (item.name, piece)
        for item in takes(move.row, move.subject)
        if item.type == InputType.EVIDENCE
        for piece in _listed(move.inputs.get(item.name))
    ]
    if not given:
        return
    holder = move.subject.holder_of_evidence()
    of_it = _tied_to(holder)
    its = (getattr(of_it.get("case"), "pk", None), of_it.get("holder_type", ""), of_it.get("holder_id"))
    everywhere = _USED(seals=sorted({piece.sha256 for _name, piece in given}))
    used = {seal for seal, *tied_to in everywhere if tuple(tied_to) != its}
    for name, piece in given:
        _tie(move, holder, of_it, name, piece, used_before=piece.sha256 in used)


def _tied_to(holder: Any) -> dict[str, Any]:
    """Return the columns that say what a piece belongs to."""
    if holder._meta.label_lower == "cases.case":
        return {"case": holder}
    return {"holder_type": holder._meta.label_lower, "holder_id": holder.pk}


def _listed(value: Any) -> list[Evidence]:
    return value if isinstance(value, list) else [value] if value else []


def _tie(move: Move, holder: Any, of_it: dict[str, Any], purpose: str, piece: Evidence, *, used_before: bool) -> None:
    distance = None
    if piece.place is not None and holder.geom is not None:
        distance = round(distance_m(holder.geom.x, holder.geom.y, piece.place.x, piece.place.y), 1)
    remarks = _remarks(piece, distance, move.at) + ([Remark.USED_BEFORE] if used_before else [])
    # Unused is what was never used: this column has no index that could look better than the key.
    tied = change(
        Evidence, {"id": piece.pk, "used_at": None}, **of_it, used_at=move.at,
        move=f"{move.life.name}.{move.row.name}", purpose=purpose,
        round_number=holder.round_number, distance_m=distance, remarks=[str(remark) for remark in remarks],
    )  # fmt: skip
    if not tied:
        raise Conflict(_("This photo was used already. Take or choose another one."), code="evidence_used")


def _remarks(piece: Evidence, distance: float | None, at: datetime) -> list[str]:
    """Return what looks odd about a piece that is used at ``at``, at ``distance`` metres from the case."""
    found = [remark for remark in piece.remarks if remark not in _OF_THE_CASE]
    if piece.media_type == "application/pdf":
        return found
    # A claim of the device is no more than a claim, but the better of two nothings; both stay visible.
    if piece.place is None and Remark.NO_PLACE not in found:
        found.append(Remark.NO_PLACE)
    if piece.time is None and Remark.NO_TIME not in found:
        found.append(Remark.NO_TIME)
    if distance is not None and distance > settings.FIELD_CHECK_METRES:
        found.append(Remark.FAR)
    if piece.time is not None and piece.time > at + AHEAD:
        found.append(Remark.FUTURE)
    elif piece.time is not None and piece.time < at - FRESH:
        found.append(Remark.OLD)
    return found
