"""Give and end posts, hand them over, and see somebody off. Every change is in the journal of that person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from citygrid.accounts import services as accounts
from citygrid.accounts import sessions, tokens
from citygrid.accounts.models import User
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import ROLES, Role, roles_with
from citygrid.common import facts
from citygrid.common.errors import Conflict, Invalid
from gridmap.areas.models import Area
from gridmap.departments.models import Department
from gridmap.posts.models import Post
from gridmap.posts.rights import require


@transaction.atomic
def grant_post(
    *,
    user: User,
    role: str,
    at: datetime,
    by: Any = None,
    area: Area | None = None,
    department: Department | None = None,
    starts_at: datetime | None = None,
    until: datetime | None = None,
) -> Post:
    """Give ``user`` the role at one area or one department, from ``starts_at`` (else ``at``) to before ``until``.

    ``by`` must hold ``Perm.POST_MANAGE`` there and be somebody else; ``None`` is the system itself. Raises
    ``NotAllowed``; ``Conflict`` when the person already holds it; ``Invalid`` for a closed account, a place that does
    not fit the role or is closed, a time that ends before it begins, and for an administrator's role beside any other
    (the three administrators are separate persons without case rights: handbook §9.1).
    """
    start = starts_at or at
    spec = ROLES[Role(role)]
    place = _place(role, area, department)
    _may_manage(by, user, place, at)
    # Two grants to one person at once must see each other, else they could join roles that exclude each other.
    # The lock serves PostgreSQL; on SQLite the transaction already holds the only write lock.
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        raise Invalid(_("The account of %(name)s is closed. Reopen it first.") % {"name": user})
    if until is not None and until <= start:
        raise Invalid(_("A post must end after it begins."), fields={"until": [_("This is not after the beginning.")]})
    if not type(place)._default_manager.all().in_force(at).filter(pk=place.pk).exists():
        raise Invalid(_("%(place)s does not exist any more. Choose another place.") % {"place": place})
    held = list(Post.objects.filter(user=user).overlapping(start, until).select_related("area", "department"))
    for post in held:
        if post.role == role and post.area == area and post.department == department:
            raise Conflict(_("%(name)s already holds this post: %(post)s.") % {"name": user, "post": post})
        if post.role != role and (spec.administers or ROLES[Role(post.role)].administers):
            raise Invalid(_separate(user, post))
    post = Post.objects.create(user=user, role=role, area=area, department=department, starts_at=start, ends_at=until)
    facts.record("post.granted", user, at=at, by=by, until=until, **_told(post), starts=start)
    return post


@transaction.atomic
def end_post(*, post: Post, at: datetime, by: Any = None) -> None:
    """End the post at that time; one that has not begun is removed, and one that has ended stays as it is.

    ``by`` must hold ``Perm.POST_MANAGE`` there. Raises ``NotAllowed``; ``Conflict`` for the last post that may give
    posts.
    """
    if by is not None:
        require(by, Perm.POST_MANAGE, post.place, at)
    if post.ends_at is None or post.ends_at > at:
        _keep_one_manager(post, at)
        _end(post, at, by)


@transaction.atomic
def hand_over(*, leaver: User, successor: User, at: datetime, by: Any = None, close: bool = True) -> list[Post]:
    """End every post of ``leaver`` and give the same to ``successor``; return the successor's new posts.

    Posts that end or begin later keep those times. What the successor already holds is not given twice. The leaver's
    sessions and tokens end and, with ``close``, the account too. Raises as :func:`grant_post` and :func:`end_post`.
    """
    if leaver.pk == successor.pk:
        raise Invalid(_("Leaver and successor are the same person. Choose somebody else as successor."))
    if by is not None:
        require(by, Perm.POST_MANAGE, leaver, at)
    begun: list[Post] = []
    for post in list(leaver.posts.overlapping(at, None).order_by("pk")):
        _may_manage(by, successor, post.place, at)
        start = max(post.starts_at, at)
        same = Post.objects.filter(user=successor, role=post.role, area=post.area, department=post.department)
        if not same.overlapping(start, post.ends_at).exists():
            begun.append(
                grant_post(
                    user=successor, role=post.role, area=post.area, department=post.department,
                    at=at, by=by, starts_at=start, until=post.ends_at,
                )
            )  # fmt: skip
        end_post(post=post, at=at, by=by)
    facts.record("account.handed_over", leaver, at=at, by=by, successor=str(successor), successor_id=successor.pk)
    if close:
        _close(leaver, at, by)
    else:
        sessions.end_all(user=leaver, at=at, by=by)
        tokens.revoke_all(user=leaver, at=at, by=by)
    return begun


@transaction.atomic
def close_person(*, user: User, at: datetime, by: Any = None) -> None:
    """Close the account and end every post with it; needs ``Perm.ACCOUNT_MANAGE`` wherever the person has a post.

    Raises ``NotAllowed``; ``Conflict`` for oneself and for the last person who may give posts.
    """
    accounts.close_account(user=user, at=at, by=by)
    for post in list(user.posts.overlapping(at, None).order_by("pk")):
        _keep_one_manager(post, at)
        _end(post, at, by)


def _close(leaver: User, at: datetime, by: Any) -> None:
    """Close the account as a part of the hand-over, which the security administrator does: the right was judged."""
    accounts.close_account(user=leaver, at=at, by=None)
    facts.record("account.left", leaver, at=at, by=by)


def _place(role: str, area: Area | None, department: Department | None) -> Area | Department:
    held_at = ROLES[Role(role)].held_at
    label = Role(role).label
    if (area is None) == (department is None):
        raise Invalid(_("A post stands at one area or at one department. Choose exactly one of them."))
    if area is not None and "area" not in held_at:
        raise Invalid(_("The role “%(role)s” is held at a department. Choose a department.") % {"role": label})
    if department is not None and "department" not in held_at:
        raise Invalid(_("The role “%(role)s” is held at an area. Choose an area.") % {"role": label})
    place: Area | Department | None = area or department
    if place is None:
        raise TypeError("A post needs a place.")
    return place


def _may_manage(by: Any, user: User, place: Any, at: datetime) -> None:
    if by is None:
        return
    require(by, Perm.POST_MANAGE, place, at)
    if by.pk == user.pk:
        raise Conflict(
            _("Nobody gives posts to himself or herself. Ask another security administrator."), code="own_account"
        )


def _separate(user: User, post: Post) -> str:
    return _(
        "%(name)s holds the post %(post)s. The system, security and audit administrators are separate persons and hold "
        "no other role. End that post first, or choose another person."
    ) % {"name": user, "post": post}


def _keep_one_manager(post: Post, at: datetime) -> None:
    """Raise ``Conflict`` when nobody would be left who can give posts: the door would be locked from the inside."""
    keys = roles_with(Perm.POST_MANAGE)
    if post.role not in keys or post.starts_at > at:
        return
    # Two managers ended at once would each see the other stay. In one order, so that they wait and do not entangle.
    list(Post.objects.select_for_update().filter(role__in=keys).order_by("pk").values_list("pk"))
    others = Post.objects.in_force(at).filter(role__in=keys, user__is_active=True).exclude(pk=post.pk)
    if not others.exclude(user=post.user_id).exists() and not others.filter(user=post.user_id, ends_at=None).exists():
        raise Conflict(_("This is the last post that may give posts. Give it to somebody else before you end it."))


def _end(post: Post, at: datetime, by: Any) -> None:
    told = _told(post)
    if post.starts_at >= at:
        post.delete()
        facts.record("post.withdrawn", post.user, at=at, by=by, **told)
        return
    post.ends_at = at
    post.save(update_fields=["ends_at"])
    facts.record("post.ended", post.user, at=at, by=by, **told)


def _told(post: Post) -> dict[str, Any]:
    return {
        "post": post.pk,
        "role": post.role,
        "area": post.area.code if post.area else "",
        "department": post.department.code if post.department else "",
    }
