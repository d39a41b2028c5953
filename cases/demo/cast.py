"""Who acts: found by the posts of the demo accounts, never by a login written down somewhere."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from citygrid.accounts.roles import Role
from gridmap.areas.models import Area, AreaLink, Level
from gridmap.posts.models import Post


@dataclass(frozen=True, slots=True)
class Player:
    """One post of a demo account."""

    user: Any
    role: str
    area: Area | None
    department: str  # code, or nothing


class Cast:
    """The demo accounts by role, place and department."""

    def __init__(self, at: datetime) -> None:
        posts = Post.objects.in_force(at).filter(user__is_demo=True).select_related("user", "area", "department")
        people: dict[int, Any] = {}  # one object for each person, whatever number of posts
        self._by_role: dict[str, list[Player]] = defaultdict(list)
        for post in posts.order_by("user_id", "pk"):
            user = people.setdefault(post.user_id, post.user)
            department = post.department.code if post.department else ""
            self._by_role[post.role].append(Player(user, post.role, post.area, department))
        self._above: dict[int, set[int]] = {}

    def somebody(self, role: Role, random: Random, *, area: Any = None, department: str = "") -> Any:
        """Return a person with that role: at that department, or with a post in or above that area.

        Raises ``LookupError`` where there is nobody.
        """
        found = [
            player.user for player in self._by_role[role]
            if (not department or player.department == department)
            and (area is None or player.area is None or player.area.pk in self._path(area.pk))
        ]  # fmt: skip
        if not found:
            raise LookupError(f"The demonstration has no {role} for {department or area}.")
        return random.choice(found)

    def person(self, login: str) -> Any:
        """Return the person with that login. Raises ``LookupError``."""
        for players in self._by_role.values():
            for player in players:
                if player.user.username == login:
                    return player.user
        raise LookupError(login)

    def departments(self, role: Role) -> list[str]:
        """Return the codes of the departments that have somebody in that role."""
        return sorted({player.department for player in self._by_role[role] if player.department})

    def holders(self) -> dict[Role, list[tuple[str, str]]]:
        """Return login and department of everybody, by role, each person once for a role and department."""
        return {
            role: list(dict.fromkeys((player.user.username, player.department) for player in self._by_role[role]))
            for role in Role
        }

    def grids(self) -> dict[str, str]:
        """Return the grids that have a grid worker: code of the grid → login."""
        return {
            player.area.code: player.user.username for player in self._by_role[Role.GRID_WORKER]
            if player.area is not None and player.area.level == Level.GRID
        }  # fmt: skip

    def _path(self, area: int) -> set[int]:
        if area not in self._above:
            self._above[area] = set(AreaLink.objects.filter(descendant=area).values_list("ancestor", flat=True))
        return self._above[area]
