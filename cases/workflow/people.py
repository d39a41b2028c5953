"""Which posts tie a person to a subject. Loaded once for a request, asked many times without a query."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any

from cases.workflow.table import Actor, Relation
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import roles_with
from citygrid.common.prepared import Prepared
from gridmap.areas.models import Area, AreaLink
from gridmap.departments.models import Department
from gridmap.posts.models import Post

_POSTS = Prepared(lambda at, user: Post.objects.in_force(at).filter(user=user).select_related("department"))
_BELOW = Prepared(lambda parents: Department.objects.filter(parent__in=parents).values_list("pk"))
_PATH = Prepared(lambda area: AreaLink.objects.filter(descendant=area).select_related("ancestor").order_by("-depth"))


class Acting:
    """A person at a time, with the posts then in force."""

    def __init__(self, user: Any, at: datetime) -> None:
        self.user = user
        self.at = at
        self._paths: dict[int, tuple[Area, ...]] = {}
        self._departments: dict[Perm, list[int]] = {}

    @classmethod
    def of(cls, user: Any, at: datetime) -> Acting:
        """Return the person at that time; asked again for the same instant by one request, the same one."""
        found: Acting | None = getattr(user, "_acting", None)
        if found is None or found.at != at:
            found = cls(user, at)
            if user is not None:
                user._acting = found
        return found

    @cached_property
    def posts(self) -> list[tuple[str, int | None, int | None, int | None]]:
        """(role, area, department, area the department serves) of every post in force."""
        if not getattr(self.user, "is_active", False):
            return []
        found = _POSTS(at=self.at, user=self.user.pk)
        return [
            (post.role, post.area_id, post.department_id, post.department.area_served_id if post.department else None)
            for post in found
        ]

    def roots(self, perm: Perm) -> list[int]:
        """Return the areas at which posts give the right: it holds there and below."""
        roles = roles_with(perm)
        places = {
            area if area is not None else served for role, area, _department, served in self.posts if role in roles
        }
        return sorted(place for place in places if place is not None)

    def departments(self, perm: Perm) -> list[int]:
        """Return the departments at which posts give the right, with those below them."""
        if perm not in self._departments:
            roles = roles_with(perm)
            own = {post[2] for post in self.posts if post[0] in roles and post[2] is not None}
            found = set(own)
            while own:  # the tree of departments is two or three deep
                own = {row[0] for row in _BELOW(parents=sorted(own))} - found
                found |= own
            self._departments[perm] = sorted(found)
        return self._departments[perm]

    def holds_role(self, role: str) -> bool:
        """Whether one of the posts has this role."""
        return any(post[0] == role for post in self.posts)

    def holds(self, perm: Perm) -> bool:
        """Whether one of the posts gives this right, wherever it stands."""
        return any(self.holds_role(role) for role in roles_with(perm))

    def path(self, area_id: int) -> tuple[Area, ...]:
        """The areas from the top of the tree down to this one."""
        if area_id not in self._paths:
            self._paths[area_id] = tuple(link.ancestor for link in _PATH(area=area_id))
        return self._paths[area_id]

    def know_path(self, areas: tuple[Area, ...]) -> None:
        """Take a path from somebody who has just read it."""
        self._paths[areas[-1].pk] = areas

    def above(self, area_id: int) -> frozenset[int]:
        """The area and all its ancestors."""
        return frozenset(area.pk for area in self.path(area_id))

    def is_one_of(self, actors: Iterable[Actor], subject: Any) -> bool:
        """Whether a post of the person fits one of the actors for this subject."""
        return any(self._fits(actor, subject) for actor in actors)

    def _fits(self, actor: Actor, subject: Any) -> bool:
        posts = [post for post in self.posts if post[0] == actor.role]
        relation = actor.relation
        if relation == Relation.STEP and posts:
            relation = subject.relation_expected(actor.role)
        if not posts or relation is None:
            return False
        if relation == Relation.PERSON:
            return subject.is_assigned_to(self.user)
        if relation in (Relation.DEPARTMENT, Relation.CO_DEPARTMENT):
            theirs = subject.department_ids() if relation == Relation.DEPARTMENT else subject.co_department_ids()
            return any(department is not None and department in theirs for _r, _a, department, _s in posts)
        above = self.above(subject.area_id)
        return any((area if area is not None else served) in above for _r, area, _d, served in posts)
