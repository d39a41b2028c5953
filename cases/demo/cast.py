"""Who acts: found by the posts of the demo accounts, never by a login written down somewhere."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from citygrid.accounts.roles import Role
from gridmap.areas.models import Area, AreaLink, Level
from gridmap.demo.fixtures import CITY
from gridmap.departments.models import Department, DepartmentKind
from gridmap.posts.models import Post


@dataclass(frozen=True, slots=True)
class Player:
    """One post of a demo account."""

    user: Any
    role: str
    area: Area | None
    department: str  # code, or nothing
    guest: bool  # of another district or a level above: whom only whistles reach


class Cast:
    """The demo accounts by role, place and department."""

    def __init__(self, at: datetime) -> None:
        found = Post.objects.in_force(at).filter(user__is_demo=True)
        posts = found.select_related("user", "area", "department__area_served")
        people: dict[int, Any] = {}  # one object for each person, whatever number of posts
        self._by_role: dict[str, list[Player]] = defaultdict(list)
        for post in posts.order_by("user_id", "pk"):
            user = people.setdefault(post.user_id, post.user)
            department = post.department.code if post.department else ""
            place: Any = post.area or (post.department and post.department.area_served)
            guest = not place.code.startswith(CITY)
            self._by_role[post.role].append(Player(user, post.role, post.area, department, guest))
        self._above: dict[int, set[int]] = {}
        staffed = set(self.streets().values())
        offices = Department.objects.filter(kind=DepartmentKind.STREET_OFFICE, area_served__code__in=staffed)
        self.offices: dict[str, str] = dict(offices.values_list("area_served__code", "code"))  # by their street

    def somebody(self, role: Role, random: Random, *, area: Any = None, department: str = "") -> Any:
        """Return a person with that role: at that department, or with a post in or above that area.

        Raises ``LookupError`` where there is nobody.
        """
        found = [
            player.user for player in self._by_role[role]
            if (player.department == department if department else not player.guest)
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
        return sorted({player.department for player in self._by_role[role] if player.department and not player.guest})

    def holders(self) -> dict[Role, list[tuple[str, str]]]:
        """Return login and department of everybody at home, by role, each person once for a role and department."""
        return {
            role: list(
                dict.fromkeys(
                    (player.user.username, player.department) for player in self._by_role[role] if not player.guest
                )
            )
            for role in Role
        }

    def streets(self) -> dict[str, str]:
        """Return where people of streets work: login → code of the street."""
        return {
            player.user.username: player.area.code for role in (Role.STREET_STAFF, Role.STREET_LEADER)
            for player in self._by_role[role] if player.area is not None
        }  # fmt: skip

    def platform(self, area_id: int, random: Random) -> Any:
        """Return somebody at the platform of exactly that area. Raises ``LookupError``."""
        found = [one.user for one in self._by_role[Role.PLATFORM_CLERK] if one.area and one.area.pk == area_id]
        if not found:
            raise LookupError(f"The demonstration has no platform for the area {area_id}.")
        return random.choice(found)

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
