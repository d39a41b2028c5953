"""The tree of departments, asked by the database in one query however deep it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models.expressions import RawSQL

from citygrid.accounts.roles import Role
from gridmap.departments.models import Department
from gridmap.posts.models import Post

# UNION, not UNION ALL: should two departments ever belong to each other, the walk still ends.
_DOWN = (
    "WITH RECURSIVE tree(id) AS (SELECT id FROM gridmap_department WHERE id IN ({}) UNION"
    " SELECT one.id FROM gridmap_department one JOIN tree ON one.parent_id = tree.id) SELECT id FROM tree"
)
_UP = (
    "WITH RECURSIVE tree(id) AS (SELECT id FROM gridmap_department WHERE id = %s UNION"
    " SELECT one.parent_id FROM gridmap_department one JOIN tree ON one.id = tree.id"
    " WHERE one.parent_id IS NOT NULL) SELECT id FROM tree"
)


def below(keys: Sequence[int]) -> RawSQL:
    """Return a subquery of the keys of these departments (one at least) and of all that belong to them."""
    return RawSQL(_DOWN.format(", ".join(["%s"] * len(keys))), tuple(keys))  # noqa: S611 - bound


def above(key: int) -> RawSQL:
    """Return a subquery of the keys of a department and of all it belongs to."""
    return RawSQL(_UP, (key,))  # noqa: S611 - bound


def clerks(at: datetime) -> Any:
    """Return the posts of clerks who can sign at that time: in force, and the account is not closed."""
    return Post.objects.in_force(at).filter(role=Role.DEPT_CLERK, user__is_active=True)


def can_sign(department: Department, at: datetime) -> bool:
    """Whether a clerk of the department, or of one it belongs to, could sign for a case. One query."""
    found: bool = clerks(at).filter(department__in=above(department.pk)).exists()
    return found


def staffed(departments: Any, at: datetime) -> Any:
    """Keep the departments that have a clerk of their own, or belong to one that has."""
    keys = sorted(set(clerks(at).filter(department__isnull=False).values_list("department_id", flat=True)))
    return departments.filter(pk__in=below(keys)) if keys else departments.none()
