"""What the person wants from an import."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from citygrid.common.errors import Invalid
from gridmap.areas.models import Level

FIELDS = ("code", "name", "name_en", "parent", "parent_code", "population", "households", "kind")


@dataclass(frozen=True, slots=True)
class Options:
    """Choices of one run; empty means: find out from the file."""

    level: Level
    mapping: dict[str, str] = field(default_factory=dict)  # our field → column, or "=constant", or "" for none
    crs: str = "auto"  # auto, EPSG:n, gcj02, bd09, cgcs2000, wgs84
    encoding: str = ""
    layer: str = ""
    parent: str = ""  # code of the area below which everything hangs
    parent_level: str = ""
    adopt_codes: bool = False
    retire_missing: bool = False
    abroad: bool = False  # the area need not lie in China


def mapping_of(words: Iterable[str]) -> dict[str, str]:
    """Read ``field=column`` words (``field==text`` sets the same text for every row).

    Raises ``Invalid`` for a word of another form or an unknown field.
    """
    found: dict[str, str] = {}
    for word in words:
        name, equals, column = word.partition("=")
        if not equals or name.strip() not in FIELDS:
            raise Invalid(
                _("“%(word)s” is no mapping. Write field=column with one of the fields: %(fields)s.")
                % {"word": word, "fields": ", ".join(FIELDS)},
                fields={"mapping": [word]},
            )
        found[name.strip()] = column.strip()
    return found
