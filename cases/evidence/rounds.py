"""The evidence of a case as people compare it: before and after, round by round (handbook §9.4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cases.evidence.models import Evidence

_AFTER_MOVES = {"case.submit", "case.finish_part"}  # what a department shows for its work


@dataclass(slots=True)
class Shown:
    """The pictures of one round: the state before, the work done, and what a check or comment added."""

    number: int
    before: list[Evidence] = field(default_factory=list)
    after: list[Evidence] = field(default_factory=list)
    others: list[Evidence] = field(default_factory=list)


def rounds_of(case: Any) -> list[Shown]:
    """Return the rounds that have evidence, in order. Round 0 is what came before the first dispatch."""
    shown: dict[int, Shown] = {}
    for piece in Evidence.objects.of_case(case).select_related("uploaded_by"):
        entry = shown.setdefault(piece.round_number, Shown(piece.round_number))
        getattr(entry, _side(piece)).append(piece)
    return [shown[number] for number in sorted(shown)]


def pair_of(rounds: Iterable[Shown]) -> tuple[Evidence | None, Evidence | None]:
    """Return the pair to compare: the first picture before, and the last one after any round."""
    rounds = list(rounds)
    before = [piece for entry in rounds for piece in entry.before if piece.is_photo]
    after = [piece for entry in rounds for piece in entry.after if piece.is_photo]
    return before[0] if before else None, after[-1] if after else None


def used_elsewhere(piece: Evidence, *, viewer: Any, at: datetime) -> list[str]:
    """Return the numbers of other cases that show the same file, as far as the viewer may see those cases."""
    twins = Evidence.objects.filter(sha256=piece.sha256, case__isnull=False).exclude(pk=piece.pk)
    if piece.case_id:
        twins = twins.exclude(case=piece.case_id)
    twins = twins.visible_to(viewer, at)
    return list(twins.order_by("case__number").values_list("case__number", flat=True).distinct())


def _side(piece: Evidence) -> str:
    if piece.purpose == "after_photos" or piece.move in _AFTER_MOVES:
        return "after"
    return "before" if piece.purpose == "before_photos" or piece.move in ("case.report", "case.receive") else "others"
