"""Posts: who holds which role, where, from when to when. Roles are held by posts, not by people."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import Role, roles_with
from citygrid.common import clock
from gridmap.scope import ScopedQuerySet, area_ids


class PostQuerySet(ScopedQuerySet["Post"]):
    """Reads of posts."""

    view_perm = Perm.ACCOUNT_VIEW

    def in_force(self, at: datetime) -> Self:
        """Posts held at that time (half-open)."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at), starts_at__lte=at)

    def overlapping(self, start: datetime, end: datetime | None) -> Self:
        """Posts held at some time from ``start`` to before ``end``; ``None`` is for ever."""
        found = self.filter(Q(ends_at=None) | Q(ends_at__gt=start))
        return found.filter(starts_at__lt=end) if end else found

    def holding(self, user: Any, perm: Perm) -> Self:
        """The person's posts whose role gives ``perm``."""
        return self.filter(user=user.pk, role__in=roles_with(perm))

    def visible_to(self, user: Any, at: datetime | None = None) -> Self:
        """Keep posts at the person's areas or at departments serving a part of them, and the person's own."""
        if not getattr(user, "is_active", False):
            return self.none()
        own = area_ids(user, self.view_perm, at or clock.now())
        return self.filter(Q(area__in=own) | Q(department__area_served__in=own) | Q(user=user.pk))


class Post(models.Model):
    """One role of one person at one area or one department."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts", verbose_name=_("account"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    area = models.ForeignKey(
        "gridmap.Area", models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("area")
    )
    department = models.ForeignKey(
        "gridmap.Department", models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("department")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"), null=True, blank=True)

    objects: ClassVar[Any] = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.CheckConstraint(
                condition=Q(area__isnull=False, department=None) | Q(area=None, department__isnull=False),
                name="post_at_area_or_department",
            ),
            models.CheckConstraint(condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="post_ends_after"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="post_role_known"),
            models.UniqueConstraint(
                fields=["user", "role", "area"], condition=Q(ends_at=None, department=None), name="post_area_once"
            ),
            models.UniqueConstraint(
                fields=["user", "role", "department"], condition=Q(ends_at=None, area=None), name="post_department_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.area or self.department}"

    @property
    def place(self) -> Any:
        """The area or department at which the post stands."""
        return self.area or self.department

    @property
    def scope_area_id(self) -> int:
        """Key of the area by which rights over the post are judged: its own, or the one its department serves."""
        return int(self.area_id or self.department.area_served_id)  # type: ignore[union-attr]
