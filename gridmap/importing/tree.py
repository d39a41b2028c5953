"""The stored tree in memory, to find parents and known units of a file by code or by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from gridmap.areas.models import CODE_DIGITS, RANK, Area, Level


@dataclass(frozen=True, slots=True)
class Node:
    """A stored area."""

    id: int
    code: str
    name: str
    level: Level
    parent_id: int | None
    provisional: bool
    in_force: bool
    name_en: str
    kind: str

    @property
    def label(self) -> str:
        """How a report names it."""
        return f"{self.code} {self.name}"


class Tree:
    """All areas, also abolished ones, whose codes are never given again."""

    def __init__(self, at: datetime) -> None:
        living = set(Area.objects.in_force(at).values_list("id", flat=True))
        rows = Area.objects.order_by("code").values_list(
            "id", "code", "name", "level", "parent_id", "code_is_provisional", "name_en", "kind"
        )
        self.nodes = {
            pk: Node(pk, code, name, Level(level), parent_id, provisional, pk in living, name_en, kind)
            for pk, code, name, level, parent_id, provisional, name_en, kind in rows
        }
        self.by_code = {node.code: node for node in self.nodes.values()}
        self._by_name: dict[str, list[Node]] = defaultdict(list)
        self._below: dict[int | None, list[Node]] = defaultdict(list)
        for node in self.nodes.values():
            if node.in_force:
                self._by_name[node.name].append(node)
                self._below[node.parent_id].append(node)

    def up(self, node: Node) -> Iterator[Node]:
        """The node and everything above it."""
        step: Node | None = node
        while step:
            yield step
            step = self.nodes.get(step.parent_id) if step.parent_id else None

    def below(self, node: Node) -> Iterator[Node]:
        """Everything in force below the node."""
        for child in self._below[node.id]:
            yield child
            yield from self.below(child)

    def children(self, parent_id: int | None) -> Sequence[Node]:
        """The areas in force directly below."""
        return self._below[parent_id]

    def named(self, path: Sequence[str], *, above: Level, root: Node | None) -> list[Node]:
        """Areas above a level that a path of names or codes means, the highest first: the nearest level of them.

        The last word names the area; the words before it must each be somewhere above it, as far as they are stored
        at all. With ``root`` only it and what is below it counts.
        """
        *higher, last = path
        found = [self.by_code[last]] if last in self.by_code else self._by_name[last]
        known = {name for name in higher if self._by_name[name] or name in self.by_code}
        fitting = []
        for node in found:
            line = list(self.up(node))
            words = {word for one in line for word in (one.name, one.code)}
            inside = root is None or root in line
            if node.in_force and RANK[node.level] < RANK[above] and inside and known <= words:
                fitting.append(node)
        nearest = max((RANK[node.level] for node in fitting), default=0)
        return [node for node in fitting if RANK[node.level] == nearest]

    def by_prefix(self, code: str, *, above: Level, root: Node | None) -> Node | None:
        """The nearest stored area whose code begins this one."""
        for level in reversed(Level):
            if RANK[level] < RANK[above] and level in CODE_DIGITS:
                node = self.by_code.get(code[: CODE_DIGITS[level]])
                if node and node.in_force and (root is None or root in self.up(node)):
                    return node
        return None

    def known(self, *, level: Level, parent_id: int | None, name: str) -> list[Node]:
        """Areas in force of that level and name below that parent."""
        return [one for one in self._by_name[name] if one.level == level and one.parent_id == parent_id]

    def numbering(self, node: Node | None) -> Node | None:
        """The area whose code begins those of units below ``node``: itself, or above a group, whose code is free."""
        return next((one for one in self.up(node) if one.level != Level.GROUP), None) if node else None
