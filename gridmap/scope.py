"""Whose is it? ``visible_to(user)`` for everything that has a place or a department.

A person's scope is the union over the posts in force: the post's area, or the area its department serves, and all
below. A queryset says through ``scope_path`` which of its columns holds the area. Filters are subqueries, never joins,
so rows are never doubled.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self, TypeVar

from django.apps import apps
from django.contrib.gis.db import models
from django.db.models import Q

from citygrid.accounts.permissions import Perm
from citygrid.common import clock

M = TypeVar("M", bound=models.Model)


def area_ids(user: Any, perm: Perm, at: datetime) -> Any:
    """Return a subquery of the ids of all areas in which ``user`` holds ``perm`` at that time."""
    posts = apps.get_model("gridmap", "Post").objects.in_force(at).holding(user, perm)
    roots = Q(ancestor__in=posts.filter(area__isnull=False).values("area"))
    roots |= Q(ancestor__in=posts.filter(department__isnull=False).values("department__area_served"))
    return apps.get_model("gridmap", "AreaLink").objects.filter(roots).values("descendant")


def instant(at: datetime | None) -> datetime:
    """Return ``at``, or now: rights are judged by the posts of the present unless another time is meant."""
    return at or clock.now()


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset that can be narrowed to what a person may see."""

    scope_path: ClassVar[str] = "area_id"
    view_perm: ClassVar[Perm] = Perm.AREA_VIEW

    def visible_to(self, user: Any, at: datetime | None = None) -> Self:
        """Keep the rows in the person's areas. Anonymous and post-less people see none."""
        if not getattr(user, "is_active", False):
            return self.none()
        return self.filter(**{f"{self.scope_path}__in": area_ids(user, self.view_perm, at or clock.now())})
