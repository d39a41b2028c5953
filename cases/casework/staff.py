"""Whom one can choose for a piece of work: grid workers near a place, the people of a department."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.db.models import Q, QuerySet

from cases.workflow.people import Acting
from citygrid.accounts.models import User
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import Role, roles_with
from citygrid.common.prepared import Prepared
from gridmap.areas.models import Area, AreaLink, Level
from gridmap.departments import tree
from gridmap.departments.models import Department
from gridmap.posts.models import Post


def grid_workers(acting: Acting, area: str = "") -> QuerySet[User]:
    """Return the grid workers on duty in reach of the person: in the own areas, above them, and in the own community.

    ``area`` is the code of an area and keeps those whose posts lie above, in or below it.
    """
    roots = acting.places(*roles_with(Perm.CASE_VIEW))
    # Who holds one grid works with the neighbours of the same community, as when a task is handed over.
    standing = Area.objects.filter(pk__in=roots).values_list("pk", "parent_id", "level")
    reach = {parent if level == Level.GRID and parent else pk for pk, parent, level in standing}
    posts = Post.objects.in_force(acting.at).filter(_along("in", reach))
    posts = posts.filter(role=Role.GRID_WORKER)
    if area:
        posts = posts.filter(_along("code", area))
    return User.objects.filter(pk__in=posts.values("user"), is_active=True)


def handlers(acting: Acting, department: str = "") -> QuerySet[User]:
    """Return the handlers and clerks of the person's departments; ``department``, a code, keeps those who act for it.

    They stand at that department or at one it belongs to.
    """
    own = acting.departments(Perm.CASE_VIEW_DEPARTMENT)
    posts = _handling(acting.at, own)
    if department:
        asked = Department.objects.filter(code=department).values_list("pk", flat=True).first()
        posts = posts.filter(department__in=tree.above(asked)) if asked else posts.none()
    return User.objects.filter(pk__in=posts.values("user"), is_active=True)


def handler(acting: Acting, username: str) -> User | None:
    """Return the one of :func:`handlers` with that name, or ``None``."""
    own = acting.departments(Perm.CASE_VIEW_DEPARTMENT)
    found: list[User] = _HANDLER(at=acting.at, own=own, name=username)
    return found[0] if found else None


def _handling(at: datetime, departments: Sequence[int]) -> Any:
    roles = [Role.HANDLER, Role.DEPT_CLERK]
    return Post.objects.in_force(at).filter(role__in=roles, department__in=departments)


_HANDLER = Prepared(
    lambda at, own, name: User.objects.filter(pk__in=_handling(at, own).values("user"), is_active=True, username=name)
)


def departments(acting: Acting) -> Any:
    """Return the departments that a case may be given to, as far as the person sees them, staffed or not."""
    return Department.objects.visible_to(acting.user, acting.at).in_force(acting.at)


def department(acting: Acting, code: str) -> Department | None:
    """Return the one of :func:`departments` with that code, or ``None``."""
    if not getattr(acting.user, "is_active", False):
        return None
    found: list[Department] = _DEPARTMENT(at=acting.at, user=acting.user.pk, code=code)
    return found[0] if found else None


_DEPARTMENT = Prepared(
    lambda at, user, code: Department.objects.around_posts(SimpleNamespace(pk=user), at).in_force(at).filter(code=code)
)


def staffed_departments(acting: Acting) -> Any:
    """Return those of them where a clerk could sign."""
    return tree.staffed(departments(acting), acting.at)


def _along(lookup: str, value: Any) -> Q:
    """Return the filter of posts in, below or above the areas that ``lookup`` (such as ``code``) finds."""
    below = AreaLink.objects.filter(**{f"ancestor__{lookup}": value})
    above = AreaLink.objects.filter(**{f"descendant__{lookup}": value})
    return Q(area__in=below.values("descendant")) | Q(area__in=above.values("ancestor"))
