"""What an import of history found and did."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from cases.history.kinds import Kind, Weight

COLUMNS = ("row", "number", "weight", "kind", "column", "message")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in one row. ``row`` is the row's number as an office program shows it."""

    row: int
    number: str
    kind: Kind
    column: str
    message: str


@dataclass(slots=True)
class Report:
    """All findings in the order of the rows, and how many rows went which way."""

    findings: list[Finding] = field(default_factory=list)
    rows: int = 0
    taken_over: int = 0  # or, in a dry run, that would be
    unchanged: int = 0
    different: int = 0
    refused: int = 0

    def of(self, kind: Kind) -> list[Finding]:
        """Findings of one kind."""
        return [one for one in self.findings if one.kind == kind]

    @property
    def counts(self) -> dict[Kind, int]:
        """How many findings there are of each kind that was found, the heaviest first."""
        found = Counter(one.kind for one in self.findings)
        order = list(Weight)
        return {kind: found[kind] for kind in sorted(found, key=lambda kind: (order.index(kind.weight), -found[kind]))}

    def write(self, path: Path) -> None:
        """Write the findings as CSV in UTF-8, with the mark that office programs need to see it.

        A cell that a spreadsheet would take for a formula gets an apostrophe in front.
        """
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            sheet = csv.writer(out)
            sheet.writerow(COLUMNS)
            for one in self.findings:
                cells = (str(one.row), one.number, one.kind.weight.value, one.kind.value, one.column, one.message)
                sheet.writerow(["'" + cell if cell.startswith(_FORMULA) else cell for cell in cells])
