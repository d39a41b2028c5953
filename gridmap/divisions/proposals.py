"""Guesses about additions and abolitions of one table: renamed, split, merged, moved. For a person to judge."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.translation import gettext as _

from gridmap.divisions.compare import Addition, Diff
from gridmap.importing.report import Report, some
from gridmap.importing.tree import Node, Tree

# 五里牌村委会 and 五里牌社区居民委员会 are one place: only the kind of committee changed.
_PEOPLES = (
    "畲|回|满|苗|侗|瑶|壮|彝|藏|白|傣|羌|黎|水|土|土家|蒙古|朝鲜|哈尼|傈僳|布依|仡佬|锡伯|哈萨克|达斡尔|鄂温克|维吾尔"
)
_ENDING = re.compile(
    r"(?:(?:社区)?(?:居民委员会|居委会)|村民委员会|村委会|社区|街道办事处|街道|镇|村"
    rf"|(?:(?:{_PEOPLES})族)*(?:民族)?乡)$"
)
_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Pair:
    """One abolished area and the one addition that seems to be it."""

    old: Node
    new: Addition


def stem(name: str) -> str:
    """Return a name without the words for its kind."""
    return _ENDING.sub("", name) or name


def propose(diff: Diff, tree: Tree, report: Report) -> list[Pair]:
    """Tell what additions and abolitions may belong together; return those that look like mere renames."""
    old: dict[str, list[Node]] = defaultdict(list)
    new: dict[str, list[Addition]] = defaultdict(list)
    for node in diff.abolished:
        above = tree.numbering(tree.nodes.get(node.parent_id or 0))
        old[above.code if above else ""].append(node)
    for addition in diff.added:
        new[addition.parent].append(addition)
    pairs: list[Pair] = []
    for home in sorted(old):
        pairs += _within(old[home], new[home], report)
    _moves(old, new, report)
    return pairs


def _within(old: list[Node], new: list[Addition], report: Report) -> list[Pair]:
    """Below one parent: first equal stems, then what is left over."""
    pairs = [
        Pair(node, same[0])
        for node in old
        if len(same := [one for one in new if stem(one.name) == stem(node.name)]) == 1
    ]
    rest_old = [node for node in old if node not in [pair.old for pair in pairs]]
    rest_new = [one for one in new if one not in [pair.new for pair in pairs]]
    for pair in pairs:
        _tell(report, "rename_proposed", [pair.old], [pair.new], _("%(old)s seems to be renamed to %(new)s."))
    if len(rest_old) == 1 and len(rest_new) > 1:
        _tell(report, "split_proposed", rest_old, rest_new, _("%(old)s may have been split into %(new)s."))
    elif len(rest_old) > 1 and len(rest_new) == 1:
        _tell(report, "merge_proposed", rest_old, rest_new, _("%(old)s may have been merged into %(new)s."))
    else:
        for node in rest_old:
            like = max(rest_new, key=lambda one: _likeness(node.name, one.name), default=None)
            if like and _likeness(node.name, like.name) >= _ALIKE:
                _tell(report, "rename_proposed", [node], [like], _("%(old)s seems to be renamed to %(new)s."))
    return pairs


def _moves(old: dict[str, list[Node]], new: dict[str, list[Addition]], report: Report) -> None:
    """The same name gone from one parent and new below another one."""
    coming: dict[str, list[Addition]] = defaultdict(list)
    for added in new.values():
        for addition in added:
            coming[addition.name].append(addition)
    for home, nodes in old.items():
        for node in nodes:
            there = [one for one in coming[node.name] if one.parent != home]
            if len(there) == 1:
                _tell(
                    report, "move_proposed", [node], there,
                    _("%(old)s seems to have moved and to be %(new)s now."),
                )  # fmt: skip


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, stem(one), stem(other)).ratio()


def _tell(report: Report, kind: str, old: list[Node], new: list[Addition], sentence: str) -> None:
    words = {
        "old": some(node.label for node in old), "new": some(f"{one.code} {one.name}" for one in new),
    }  # fmt: skip
    report.note(
        kind, sentence % words,
        old=[{"code": node.code, "name": node.name} for node in old],
        new=[{"code": one.code, "name": one.name} for one in new],
    )  # fmt: skip
