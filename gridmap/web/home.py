"""The page after signing in: one's posts, one's area at a glance, and what waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import ROLES, Role
from citygrid.common import clock, worklists
from gridmap.areas import browse
from gridmap.areas.models import Area
from gridmap.posts.models import Post
from gridmap.web.context import frame_of

# right, url name, icon, label, what one does there. The first that a person may do is the next step proposed.
MOVES: list[tuple[Perm, str, str, Any, Any]] = [
    (Perm.CASE_VIEW, "cases", "card-checklist", _("Cases"),
     _("Find any case of your area, by queue, state, lamp, place or words.")),
    (Perm.CASE_VIEW_DEPARTMENT, "cases", "card-checklist", _("Our cases"),
     _("Find any case that your department leads or helps with.")),
    (Perm.AREA_MANAGE, "area_import", "upload", _("Import boundaries"),
     _("Bring in streets, communities and grids from a file, and read the report before anything is kept.")),
    (Perm.ADMIN_ENTER, "admin:index", "gear", _("Administration"),
     _("Look after what your posts entrust to you.")),
    (Perm.REGISTER_VIEW, "registers", "people", _("Registers"),
     _("Look up households, persons and units of your area; personal data stays masked.")),
    (Perm.AREA_VIEW, "areas", "map", _("Areas and map"),
     _("See your streets, communities and grids, and find out in which grid a place lies.")),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Move:
    """One page that a right of the person opens."""

    url: str
    icon: str
    label: Any
    text: Any


@dataclass(frozen=True, slots=True)
class Held:
    """The posts of one role: its duty in words and the places at a glance."""

    role: Role
    duty: Any
    posts: list[Post]
    areas: list[Any]  # with their figures, as far as they may be seen


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show the worklist."""
    frame = frame_of(request)
    at = clock.now()
    places = {post.pk: getattr(post.place, "area_served", post.place).pk for post in frame.posts}
    seen = Area.objects.visible_to(request.user, at).filter(pk__in=places.values())
    figures = list(browse.figured(seen, at))
    held = []
    for role in dict.fromkeys(Role(post.role) for post in frame.posts):
        posts = [post for post in frame.posts if post.role == role]
        mine = {places[post.pk] for post in posts}
        held.append(Held(role, ROLES[role].duty, posts, [area for area in figures if area.pk in mine]))
    moves = [Move(reverse(name), icon, label, text) for perm, name, icon, label, text in MOVES if perm in frame.perms]
    waiting = worklists.waiting_for(request)
    context = {"held": held, "moves": moves, "waiting": waiting, "count": sum(one.count for one in waiting)}
    return render(request, "home/home.html", context)
