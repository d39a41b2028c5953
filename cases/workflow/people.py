"""Which posts tie a person to a subject. Loaded once for a request, asked many times without a query."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef

from cases.workflow.table import Actor, Relation
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import Role, roles_with
from citygrid.common.prepared import Prepared
from gridmap.areas.models import Area
from gridmap.departments import tree
from gridmap.departments.models import Department
from gridmap.posts.models import Post

_POSTS = Prepared(lambda at, user: Post.objects.in_force(at).filter(user=user).select_related("department"))
_TREE = Prepared(
    lambda at, own: Department.objects.filter(pk__in=tree.below(own)).annotate(
        staffed=Exists(tree.clerks(at).filter(department=OuterRef("pk")))
    )
)

_PATH = Prepared(lambda area: Area.objects.filter(links_down__descendant=area).order_by("-links_down__depth"))


class Acting:
    """A person at a time, with the posts then in force."""

    def __init__(self, user: Any, at: datetime) -> None:
        self.user = user
        self.at = at
        self._paths: dict[int, tuple[Area, ...]] = {}
        self._reach: dict[tuple[frozenset[Role], bool], frozenset[int]] = {}
        self.kept: dict[Any, Any] = {}  # what rooms above found out about the person and need again

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

    @cached_property
    def _by_role(self) -> dict[str, list[tuple[str, int | None, int | None, int | None]]]:
        found: dict[str, list[tuple[str, int | None, int | None, int | None]]] = {}
        for post in self.posts:
            found.setdefault(post[0], []).append(post)
        return found

    def roots(self, perm: Perm) -> list[int]:
        """Return the areas at which posts give the right: it holds there and below."""
        return sorted(self.places(*roles_with(perm)))

    def places(self, *roles: str) -> set[int]:
        """Return the areas at which posts of these roles stand, a department's at the area that it serves."""
        return {
            place for role, area, _department, served in self.posts
            if role in roles and (place := area if area is not None else served) is not None
        }  # fmt: skip

    @cached_property
    def _children(self) -> dict[int, list[Any]]:
        """The departments at which the person has posts and all below, by the one they belong to. One query."""
        own = sorted({department for _role, _area, department, _served in self.posts if department is not None})
        found: dict[int, list[Any]] = {}
        for one in _TREE(at=self.at, own=own) if own else ():
            found.setdefault(one.parent_id or 0, []).append(one)
        return found

    def standing(self, *roles: str) -> set[int]:
        """Return the departments at which posts of these roles stand."""
        return {department for role, _area, department, _served in self.posts if role in roles and department}

    def _reached(self, roles: frozenset[Role], *, past_others: bool) -> frozenset[int]:
        if (roles, past_others) not in self._reach:
            found = self.standing(*roles)
            left = list(found)
            while left:
                children = self._children.get(left.pop(), ())
                fresh = [one.pk for one in children if one.pk not in found and (past_others or not one.staffed)]
                found.update(fresh)
                left += fresh
            self._reach[roles, past_others] = frozenset(found)
        return self._reach[roles, past_others]

    def departments(self, perm: Perm) -> list[int]:
        """Return the departments at which posts give the right, with those below them."""
        return sorted(self._reached(frozenset(roles_with(perm)), past_others=True))

    def acts_for(self, role: str) -> frozenset[int]:
        """Return the departments for which the posts of this role may act: their own, and those below."""
        return self._reached(frozenset({Role(role)}), past_others=True)

    def answers_for(self, role: str) -> frozenset[int]:
        """Return the departments whose work lands on the posts of this role: below, only where no clerk is nearer."""
        return self._reached(frozenset({Role(role)}), past_others=False)

    def holds_role(self, role: str) -> bool:
        """Whether one of the posts has this role."""
        return role in self._by_role

    def holds(self, perm: Perm) -> bool:
        """Whether one of the posts gives this right, wherever it stands."""
        return any(self.holds_role(role) for role in roles_with(perm))

    def path(self, area_id: int) -> tuple[Area, ...]:
        """The areas from the top of the tree down to this one."""
        if area_id not in self._paths:
            self._paths[area_id] = tuple(_PATH(area=area_id))
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
        posts = self._by_role.get(actor.role, ())
        relation = actor.relation
        if relation == Relation.STEP and posts:
            relation = subject.relation_expected(actor.role)
        if not posts or relation is None:
            return False
        if relation == Relation.PERSON:
            return subject.is_assigned_to(self.user)
        if relation == Relation.UNIT:
            return any(subject.stands_at_unit(role, area, department) for role, area, department, _s in posts)
        if relation in (Relation.DEPARTMENT, Relation.CO_DEPARTMENT):
            theirs = subject.department_ids() if relation == Relation.DEPARTMENT else subject.co_department_ids()
            return not self.acts_for(actor.role).isdisjoint(theirs)
        return any(
            (area if area is not None else served) in self.above(place)
            for place in _places(relation, subject)
            for _r, area, _d, served in posts
        )


def _places(relation: Relation, subject: Any) -> tuple[int, ...]:
    """Return the areas in or above which a post must stand."""
    if relation == Relation.PLATFORM:
        return (subject.platform_area_id,)
    if relation == Relation.GUEST_PLATFORM:
        found: tuple[int, ...] = subject.guest_area_ids()
        return found
    return (subject.area_id,)
