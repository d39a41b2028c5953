"""The page "What may I do?": duties and rights in words, and who holds the rights one lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import ROLES, Role, roles_with
from gridmap.posts.models import Post
from gridmap.web.context import frame_of


@dataclass(frozen=True, slots=True)
class Held:
    """One post with the duty of its role."""

    post: Post
    duty: Any


@dataclass(frozen=True, slots=True)
class Right:
    """One right in words; where it is held, or else which roles hold it."""

    perm: Perm
    places: list[Any]
    roles: list[Role]


@login_required
def rights(request: HttpRequest) -> HttpResponse:
    """Show them."""
    posts = frame_of(request).posts
    held: list[Right] = []
    lacking: list[Right] = []
    for perm in Perm:
        giving = [post for post in posts if perm in ROLES[Role(post.role)].perms]
        places = list(dict.fromkeys(post.place for post in giving))
        (held if giving else lacking).append(Right(perm, places, roles_with(perm)))
    context = {
        "posts": [Held(post, ROLES[Role(post.role)].duty) for post in posts],
        "held": held,
        "lacking": lacking,
    }
    return render(request, "gridmap/rights.html", context)
