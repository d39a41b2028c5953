"""The map of an import of cases: a TOML file that says what columns and words of an older system mean here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from cases.casework.states import State
from cases.casework.taking_over import STATES
from cases.catalogue.models import Category
from cases.history.maps import FileMap, columns_of, common, folded, known, one_of, raw_of, table, text, wrong

NEEDED = ("number", "opened", "status", "category")
TEXTS = ("description", "result", "address", "department", "channel")
PLACES = ("longitude", "latitude", "position")
FIELDS = (*NEEDED, "due", "closed", *TEXTS, *PLACES)
# Who called is for the hotline to keep, encrypted and masked; a case of history has no place for it.
PERSONAL = ("caller", "caller_name", "citizen", "complainant", "contact", "id_number", "name", "phone", "reporter")
_TOP = ("system", "encoding", "delimiter", "sheet", "other_category", "columns", "time", "place", "status", "category")


@dataclass(frozen=True, slots=True)
class CaseMap(FileMap):
    """A checked map."""

    states: dict[str, State]
    categories: dict[str, Category]
    other_category: Category | None


def read(path: Path) -> CaseMap:
    """Return the map in a file. Raises ``Invalid`` with a sentence for whatever cannot be used in it."""
    return understood(raw_of(path))


def understood(raw: dict[str, Any]) -> CaseMap:
    """Return the map that these values make. Raises ``Invalid``."""
    known(raw, _TOP, "")
    columns = _columns(table(raw, "columns"))
    words = {word: _code(word, code) for word, code in table(raw, "category").items()}
    other = text(raw, "other_category")
    codes = _categories({*words.values(), *([other] if other else [])})
    return CaseMap(
        **common(raw, columns), states=_states(table(raw, "status")),
        categories={folded(word): codes[code] for word, code in words.items()},
        other_category=codes[other] if other else None,
    )  # fmt: skip


def _columns(given: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    if personal := [name for name in given if name in PERSONAL]:
        raise wrong(
            _("“%(field)s” is personal data of a caller, and cases of history have no place for it. Take it out of the"
              " map, and leave its column out of the file.") % {"field": personal[0]}
        )  # fmt: skip
    return columns_of(given, fields=FIELDS, needed=NEEDED, several_of=TEXTS)


def _states(given: dict[str, Any]) -> dict[str, State]:
    if not given:
        raise wrong(_('Say in [status] what each word of the older system means here, such as Done = "closed".'))
    allowed = tuple(state.value for state in STATES)
    return {folded(word): State(one_of(value, allowed, f"status.{word}")) for word, value in given.items()}


def _code(word: str, code: Any) -> str:
    if not isinstance(code, str):
        raise wrong(_("“%(key)s” is text in quotes.") % {"key": f"category.{word}"})
    return code


def _categories(codes: Iterable[str]) -> dict[str, Category]:
    wanted = set(codes)
    found = {category.code: category for category in Category.objects.filter(code__in=wanted)}
    if missing := sorted(wanted - set(found)):
        raise wrong(
            _("The catalogue has no category %(codes)s. Use codes of the catalogue, such as CJ214-E0102.")
            % {"codes": ", ".join(missing)}
        )
    return found
