"""What a code table changes in the stored tree, told before anything is applied.

What codes or equal names prove is a change; what only looks alike is a proposal for a person.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from gridmap.areas.models import CODE_DIGITS, Level
from gridmap.divisions.tables import Row, Table
from gridmap.importing.codes import local_codes
from gridmap.importing.report import Report, some
from gridmap.importing.tree import Node, Tree


@dataclass(frozen=True, slots=True)
class Addition:
    """A division to be stored."""

    code: str
    name: str
    level: Level
    parent: str  # code
    provisional: bool = False


@dataclass(slots=True)
class Diff:
    """All changes of one table."""

    level: Level
    towns: list[Addition] = field(default_factory=list)  # parents that a village list brings along
    added: list[Addition] = field(default_factory=list)
    renamed: list[tuple[Node, str]] = field(default_factory=list)  # new name
    recoded: list[tuple[Node, str]] = field(default_factory=list)  # official code for a provisional one
    moved: list[tuple[Node, str]] = field(default_factory=list)  # code of the new parent
    abolished: list[Node] = field(default_factory=list)
    unchanged: int = 0

    def counts(self) -> dict[str, int]:
        """Return the figures of the summary."""
        return {
            "added": len(self.added), "towns_added": len(self.towns), "renamed": len(self.renamed),
            "recoded": len(self.recoded), "moved": len(self.moved), "abolished": len(self.abolished),
            "unchanged": self.unchanged,
        }  # fmt: skip


def compare(table: Table, tree: Tree, report: Report) -> Diff:
    """Return the difference between a table and the areas in force; rows that cannot stand become errors."""
    diff = Diff(table.level)
    parents = _parents(table, tree, diff, report)
    if table.coded:
        _by_code(table, tree, parents, diff, report)
    else:
        _by_name(table, tree, parents, diff)
    _abolished(table, tree, parents, diff, report)
    return diff


def home_of(row: Row) -> str:
    """The parent's code; a placeholder county such as 441900 stands for its prefecture (直筒子市, handbook §1.1)."""
    return row.parent[:4] if _placeholder(row.parent) else row.parent


def _placeholder(code: str) -> bool:
    return len(code) == CODE_DIGITS[Level.COUNTY] and code.endswith("00")


def _parents(table: Table, tree: Tree, diff: Diff, report: Report) -> set[str]:
    """Codes of all parents of the table; a village list may bring its towns along when their county is stored."""
    wanted = {home_of(row) for row in table.rows} - {""}
    known = {code for code in wanted if code in tree.by_code and tree.by_code[code].in_force}
    for code in sorted(wanted - known):
        county = tree.by_code.get(code[:6]) or tree.by_code.get(code[:4])
        if code in table.towns and code not in tree.by_code and county and county.in_force:
            diff.towns.append(Addition(code, table.towns[code], Level.STREET, county.code))
            known.add(code)
    if lost := sorted(wanted - known):
        report.error(
            "no_parent",
            _("%(count)s areas to which rows belong are not stored: %(some)s. Import the table of their level first.")
            % {"count": len(lost), "some": some(lost)},
            codes=lost,
        )
    return known


def _by_code(table: Table, tree: Tree, parents: set[str], diff: Diff, report: Report) -> None:
    left_out = []
    for row in table.rows:
        home = home_of(row)
        node = tree.by_code.get(row.code)
        if table.level == Level.COUNTY and _placeholder(row.code) and node is None:
            left_out.append(row)
        elif node and (not node.in_force or node.level != table.level):
            report.error(
                "code_taken",
                _("The code of %(code)s %(name)s belongs to another area, abolished or of another level: %(node)s.")
                % {"code": row.code, "name": row.name, "node": node.label},
                code=row.code,
            )
        elif node:
            _known(row, home, node, tree, diff)
        else:
            _unknown(row, home, tree, parents, diff)
    if left_out:
        report.note(
            "placeholder",
            _("%(count)s rows only stand for a prefecture without counties and are left out: %(some)s.")
            % {"count": len(left_out), "some": some(f"{row.code} {row.name}" for row in left_out)},
            codes=[row.code for row in left_out],
        )


def _known(row: Row, home: str, node: Node, tree: Tree, diff: Diff) -> None:
    same = True
    if node.name != row.name:
        diff.renamed.append((node, row.name))
        same = False
    above = tree.nodes.get(node.parent_id) if node.parent_id else None
    # A virtual node such as 福鼎市区 may stand between; it is ours and no table knows it.
    above = tree.numbering(above)
    if home and (above is None or above.code != home):
        diff.moved.append((node, home))
        same = False
    diff.unchanged += same


def _unknown(row: Row, home: str, tree: Tree, parents: set[str], diff: Diff) -> None:
    parent = tree.by_code.get(home)
    twins = tree.known(level=diff.level, parent_id=parent.id if parent else None, name=row.name)
    local = [node for node in twins if node.provisional]
    if len(local) == 1:
        diff.recoded.append((local[0], row.code))
    elif not home or home in parents:
        diff.added.append(Addition(row.code, row.name, diff.level, home))


def _by_name(table: Table, tree: Tree, parents: set[str], diff: Diff) -> None:
    """Villages without codes: equal names below the same town are the same village."""
    taken = set(tree.by_code)
    width = CODE_DIGITS[Level.COMMUNITY] - CODE_DIGITS[Level.STREET]
    makers = {code: local_codes(code, width, taken) for code in parents}
    stored: dict[str, set[str]] = defaultdict(set)
    for code in parents & set(tree.by_code):
        stored[code] = {one.name for one in tree.below(tree.by_code[code]) if one.level == table.level}
    for row in table.rows:
        if row.parent not in parents:
            continue
        if row.name in stored[row.parent]:
            diff.unchanged += 1
        else:
            diff.added.append(Addition(next(makers[row.parent]), row.name, table.level, row.parent, provisional=True))


def _abolished(table: Table, tree: Tree, parents: set[str], diff: Diff, report: Report) -> None:
    """Stored areas of the level that the table, which is whole for these parents, no longer has."""
    kept = {row.code for row in table.rows if row.code} | {node.code for node, _code in diff.recoded}
    named = {(row.parent, row.name) for row in table.rows} if not table.coded else set()
    scope = {node.id: node for code in parents if code in tree.by_code for node in _direct(tree, code)}
    for county in table.counties & set(tree.by_code):
        scope.update((node.id, node) for node in tree.below(tree.by_code[county]))
    if table.level == Level.PROVINCE:
        scope = {node.id: node for node in tree.nodes.values() if node.in_force}
    used = []
    for node in sorted(scope.values(), key=lambda one: one.code):
        above = tree.numbering(tree.nodes.get(node.parent_id or 0))
        gone = node.level == table.level and (
            node.code not in kept if table.coded else (above.code if above else "", node.name) not in named
        )
        if gone and tree.children(node.id):
            used.append(node)
        elif gone:
            diff.abolished.append(node)
    if used:
        report.warn(
            "kept",
            _(
                "%(count)s areas are not in the table but still have areas below them and stay: %(some)s. "
                "Move those first."
            )
            % {"count": len(used), "some": some(node.label for node in used)},
            codes=[node.code for node in used],
        )


def _direct(tree: Tree, code: str) -> list[Node]:
    """Children, looking through virtual groups."""
    found: list[Node] = []
    for child in tree.children(tree.by_code[code].id):
        found += [child] if child.level != Level.GROUP else _direct(tree, child.code)
    return found
