"""The map of an import of tickets: a TOML file that says what columns and words of an older hotline mean here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from cases.history.maps import FileMap, columns_of, common, folded, known, one_of, raw_of, table, text, wrong
from cases.hotline.reference import DemandType, TicketCategory
from cases.hotline.states import Level, TicketState
from cases.hotline.taking_over import STATES
from gridmap.departments.models import Department

NEEDED = ("number", "received", "content")
TEXTS = ("content", "title", "answer", "address")
CALLER = ("caller_name", "caller_phone", "caller_address")
WORDS = ("status", "demand_type", "category", "unit", "level", "confidential", "channel")
PLACES = ("longitude", "latitude", "position")
FIELDS = (*NEEDED, "title", "closed", "answer", "address", *WORDS, *CALLER, *PLACES)
TABLES = ("status", "demand_type", "category", "unit", "level")
_TOP = (
    "system", "encoding", "delimiter", "sheet", "state", "other_demand_type", "other_category", "other_unit",
    "columns", "time", "place", *TABLES,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TicketMap(FileMap):
    """A checked map. The tables hold what a word of the older system means here, by the folded word."""

    states: dict[str, TicketState]
    state: TicketState | None  # of all rows, where no column says it
    demand_types: dict[str, DemandType]
    other_demand_type: DemandType
    categories: dict[str, TicketCategory]
    other_category: TicketCategory | None
    units: dict[str, Department]
    other_unit: Department | None
    levels: dict[str, Level]


def read(path: Path) -> TicketMap:
    """Return the map in a file. Raises ``Invalid`` with a sentence for whatever cannot be used in it."""
    return understood(raw_of(path))


def understood(raw: dict[str, Any]) -> TicketMap:
    """Return the map that these values make. Raises ``Invalid``."""
    known(raw, _TOP, "")
    columns = columns_of(table(raw, "columns"), fields=FIELDS, needed=NEEDED, several_of=TEXTS)
    state = text(raw, "state")
    if ("status" in columns) == bool(state):
        raise wrong(_("Say what became of the tickets: by a column “status” and the table [status], or by “state”."))
    allowed = tuple(one.value for one in STATES)
    states = {folded(word): one_of(value, allowed, f"status.{word}") for word, value in table(raw, "status").items()}
    levels = {folded(word): one_of(value, tuple(Level.values), f"level.{word}")
              for word, value in table(raw, "level").items()}  # fmt: skip
    types, other_type = _named(raw, "demand_type", DemandType)
    categories, other_category = _named(raw, "category", TicketCategory)
    units, other_unit = _named(raw, "unit", Department)
    if other_type is None:
        raise wrong(_('Name the type of demands that [demand_type] does not list: other_demand_type = "complaint".'))
    return TicketMap(
        **common(raw, columns), states={word: TicketState(value) for word, value in states.items()},
        state=TicketState(one_of(state, allowed, "state")) if state else None,
        demand_types=types, other_demand_type=other_type, categories=categories, other_category=other_category,
        units=units, other_unit=other_unit, levels={word: Level(value) for word, value in levels.items()},
    )  # fmt: skip


def _named(raw: dict[str, Any], name: str, model: Any) -> tuple[dict[str, Any], Any]:
    """Return what words stand for, and what stands for all others. Raises ``Invalid`` for a code that is not there."""
    words, other = table(raw, name), text(raw, f"other_{name}")
    wanted = {str(code) for code in (*words.values(), *([other] if other else []))}
    found = {one.code: one for one in model.objects.filter(code__in=wanted)}
    if missing := sorted(wanted - set(found)):
        raise wrong(
            _("The map names %(codes)s in “%(key)s”, which does not exist here.")
            % {"codes": ", ".join(missing), "key": name}
        )
    return {folded(word): found[str(code)] for word, code in words.items()}, found.get(other)
