"""What tickets and whistles of the demonstration are about: lines of their tables, and which of them fit a story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from cases.deadlines.limits import Limit
from cases.demo.storylines import Storyline

PLATFORM, OUTSIDE = "PT", "OUT"  # units that are no department: the platform takes it; nobody here is competent
QUICK = ("h2", "h24")  # levels whose tickets run out within days
NO_PLACE = ("consultation", "praise")
FEWEST = 2  # departments of a whistle that needs no more
KINDS = ("emergency", "enforcement", "key_work")


@dataclass(frozen=True, slots=True)
class Demand:
    """What a caller wants: a line of the table of demands, with the limits of its level."""

    type: str
    category: str
    unit: str  # code; nothing for the street, PLATFORM or OUTSIDE
    condition: str  # of the case that it may become; the competent channel where nobody here is
    look: str
    text: str
    measures: str
    answer: str
    level: str
    limits: Mapping[str, Limit]  # by clock

    @property
    def has_place(self) -> bool:
        """Whether it happened somewhere."""
        return self.unit not in (PLATFORM, OUTSIDE) and self.type not in NO_PLACE

    def fits(self, line: Storyline) -> bool:
        """Whether it can be told by that storyline."""
        needs, department = line.needs, self.unit not in ("", PLATFORM, OUTSIDE)
        if "outside" in needs or self.unit == OUTSIDE:
            return "outside" in needs and self.unit == OUTSIDE
        for kind in ("consultation", "praise", "report"):
            if kind in needs or self.type == kind:
                return kind in needs and self.type == kind and ("street" not in needs or not self.unit)
        return (
            ("platform" in needs) == (self.unit == PLATFORM)
            and ("department" not in needs or department)
            and (not {"street", "supervised", "case"} & needs or not self.unit)
            and ("case" not in needs or bool(self.condition))
            and ("quick" not in needs or self.level in QUICK)
        )


@dataclass(frozen=True, slots=True)
class Summons:
    """What a whistle is about: a line of the table of summons, with the limits of its kind."""

    kind: str
    departments: tuple[str, ...]  # the lead first
    condition: str
    look: str
    description: str
    why: str
    asked: str
    conclusion: str
    feedback: str
    limits: Mapping[str, Limit]  # by clock
    coming: Limit  # the one that decides absence

    def fits(self, line: Storyline, demands: Sequence[Demand]) -> bool:
        """Whether it can be told by that storyline."""
        kind = next((kind for kind in KINDS if kind in line.needs), "enforcement")
        known = {demand.condition for demand in demands if not demand.unit}
        return (
            self.kind == kind
            and ("case" not in line.needs or bool(self.condition))
            and ("ticket" not in line.needs or self.condition in known)
            and ("three" not in line.needs or len(self.departments) > FEWEST)
        )


def topics(
    line: Storyline, demands: Sequence[Demand], summons: Sequence[Summons], random: Random
) -> tuple[Demand | None, Summons | None]:
    """Choose what a storyline is about. A ticket that leads to a whistle is about the same."""
    whistles = line.about == "whistle" or "whistle" in line.needs
    call = _one([one for one in summons if one.fits(line, demands)], random) if whistles else None
    if line.about == "ticket":
        return _one([one for one in demands if one.fits(line)], random), call
    if call is not None and "ticket" in line.needs:
        return _one([one for one in demands if not one.unit and one.condition == call.condition], random), call
    return None, call


def _one(fitting: Sequence[Any], random: Random) -> Any:
    return random.choice(fitting)
