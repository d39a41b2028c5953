"""Codes: the prefix rule (handbook §1.1), local codes for units without one, real codes from a lower level's file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import count

from django.utils.translation import gettext as _

from gridmap.areas.models import CODE_DIGITS, Level
from gridmap.importing.report import Report, some
from gridmap.importing.tree import Node, Tree
from gridmap.importing.units import Unit

# No official part of a code begins with a nine; behind 99 or 999 letters follow, which no official code has at all.
_LEADS = "9ABCDEFGHJKLMNPQRSTUVWXYZ"


def local_codes(prefix: str, width: int, taken: set[str]) -> Iterator[str]:
    """Yield free local codes below ``prefix``: 901, 902 … 999, A01 …; each is added to ``taken``."""
    for lead in _LEADS:
        for number in count(1):
            tail = f"{lead}{number:0{max(width - 1, 1)}}"
            if len(tail) > width:
                break
            if prefix + tail not in taken:
                taken.add(prefix + tail)
                yield prefix + tail


def give_local_codes(units: Iterable[Unit], tree: Tree, level: Level, report: Report) -> None:
    """Give each unit without a code a local one, in the order of the file; a unit known by name keeps its code."""
    taken = set(tree.by_code) | {unit.code for unit in units if unit.code}
    makers: dict[str, Iterator[str]] = {}
    given = []
    for unit in units:
        if unit.code:
            continue
        if unit.node:
            unit.code, unit.provisional = unit.node.code, unit.node.provisional
            continue
        above = tree.numbering(unit.parent)
        prefix = above.code if above else ""
        width = CODE_DIGITS.get(level, 3) - (CODE_DIGITS[above.level] if above else 0)
        maker = makers.setdefault(prefix, local_codes(prefix, width if width > 0 else 3, taken))
        code = next(maker, "")
        if not code:
            report.error(
                "codes_used_up",
                _("No local code is left below %(parent)s. Send a file with codes.") % {"parent": prefix},
            )
            return
        unit.code, unit.provisional = code, True
        given.append(unit)
    if given:
        report.note(
            "local_codes",
            _("%(count)s units have no code and get a provisional one: %(some)s.")
            % {"count": len(given), "some": some(unit.label for unit in given)},
            codes=[unit.code for unit in given],
        )


def check_prefixes(units: Iterable[Unit], tree: Tree, report: Report) -> None:
    """Tell which official codes do not begin with the official code of what they belong to."""
    odd = []
    for unit in units:
        above = tree.numbering(unit.parent)
        if above and not above.provisional and not unit.provisional and not unit.code.startswith(above.code):
            odd.append((unit, above))
    if odd:
        report.warn(
            "prefix",
            _("%(count)s codes do not begin with the code of the area they belong to: %(some)s.")
            % {"count": len(odd), "some": some(f"{unit.code} ({above.label})" for unit, above in odd)},
            codes=[{"code": unit.code, "parent": above.code} for unit, above in odd],
        )


def said_of_parents(units: Iterable[Unit], tree: Tree, report: Report, *, adopt: bool) -> dict[int, str]:
    """Compare what the file says the parents' codes are with what they are; return codes to adopt by parent id.

    Only a provisional code gives way, and only to a single code that no other area has or is said to have.
    """
    said: dict[Node, set[str]] = defaultdict(set)
    meant: dict[str, set[int]] = defaultdict(set)
    for unit in units:
        if unit.parent:
            for code in unit.parent_codes:
                said[unit.parent].add(code)
                meant[code].add(unit.parent.id)
    other = {node: codes for node, codes in said.items() if codes != {node.code}}
    adopted: dict[int, str] = {}
    unclear = []
    for node, codes in other.items():
        code = min(codes)
        sole = len(codes) == 1 and len(meant[code]) == 1 and code not in tree.by_code
        if sole and node.provisional and len(code) == CODE_DIGITS.get(node.level, len(code)):
            adopted[node.id] = code
        else:
            unclear.append(node)
    if unclear:
        report.warn(
            "parent_code_differs",
            _("The file gives %(count)s areas another code than they have, or several: %(some)s.")
            % {"count": len(unclear), "some": some(f"{one.label} ← {'/'.join(sorted(said[one]))}" for one in unclear)},
            codes=[{"code": one.code, "name": one.name, "said": sorted(said[one])} for one in unclear],
        )
    if adopted:
        pairs = [{"code": tree.nodes[pk].code, "name": tree.nodes[pk].name, "real": adopted[pk]} for pk in adopted]
        words = {"count": len(adopted), "some": some(f"{one['code']} → {one['real']}" for one in pairs)}
        report.note(
            "codes_adopted" if adopt else "codes_offered",
            _("%(count)s provisional codes give way to those of the file: %(some)s.") % words
            if adopt
            else _("%(count)s provisional codes could give way to those of the file (adopt codes): %(some)s.") % words,
            codes=pairs,
        )
    return adopted if adopt else {}
