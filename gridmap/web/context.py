"""What every page's frame shows: the person's posts, the ways to go, whether this is the demo."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import ROLES, Role
from citygrid.common import clock
from citygrid.common.prepared import Prepared
from gridmap.posts.models import Post

# url name, label, icon, rights or roles of which one opens it (none: everybody). The rooms above are named by their
# addresses.
NAV: list[tuple[str, Any, str, tuple[Perm | Role, ...]]] = [
    ("home", _("My work"), "inbox", ()),
    ("intake", _("Take a call"), "telephone-inbound", (Role.HOTLINE_OPERATOR, Role.HOTLINE_LEADER)),
    ("cases", _("Cases"), "card-checklist", (Perm.CASE_VIEW, Perm.CASE_VIEW_DEPARTMENT)),
    ("tickets", _("Tickets"), "telephone", (Perm.TICKET_VIEW, Perm.TICKET_VIEW_UNIT)),
    ("callbacks", _("Callbacks"), "telephone-outbound", (Perm.CALLER_VIEW,)),
    ("whistles", _("Whistles"), "megaphone", (Perm.WHISTLE_VIEW, Perm.CASE_VIEW_DEPARTMENT)),
    ("evaluation", _("Evaluation"), "bar-chart", (Perm.EVALUATION_VIEW,)),
    ("councils", _("Councils"), "chat-square-text", (Perm.COUNCIL_VIEW,)),
    ("lanes", _("Lanes"), "signpost-split", (Perm.LANE_VIEW, Perm.LANE_WALK)),
    ("requests", _("Requests"), "envelope-paper", (Perm.CASE_VIEW, Perm.CASE_VIEW_DEPARTMENT)),
    ("areas", _("Areas"), "map", (Perm.AREA_VIEW,)),
    ("registers", _("Registers"), "people", (Perm.REGISTER_VIEW,)),
    ("area_import", _("Imports"), "upload", (Perm.AREA_MANAGE,)),
    ("rights", _("My rights"), "shield-check", ()),
    ("admin:index", _("Administration"), "gear", (Perm.ADMIN_ENTER,)),
]
ACCOUNT: list[tuple[str, Any, str]] = [
    ("rights", _("What may I do?"), "shield-check"),
    ("sessions", _("My sessions"), "window-stack"),
    ("tokens", _("API tokens"), "key"),
    ("second_factor", _("Second factor"), "phone"),
    ("password_change", _("Change password"), "lock"),
]

_POSTS = Prepared(
    lambda at, user: (
        Post.objects.in_force(at).filter(user=user).select_related("area", "department__area_served").order_by("pk")
    )
)


@dataclass(frozen=True, slots=True)
class Link:
    """One way to go."""

    url: str
    label: Any
    icon: str
    current: bool = False


class Frame:
    """Worked out only when a template asks, so that pages without a frame cost no query."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.demo = settings.DEMO

    @cached_property
    def posts(self) -> list[Post]:
        """The person's posts in force."""
        user = getattr(self.request, "user", None)  # a request refused on its way in was never asked whose it is
        if user is None or not user.is_authenticated:
            return []
        return _POSTS(at=clock.now(), user=user.pk)

    @cached_property
    def perms(self) -> frozenset[Perm]:
        """Every right that one of the posts gives somewhere."""
        return frozenset(perm for post in self.posts for perm in ROLES[Role(post.role)].perms)

    @property
    def may_see_areas(self) -> bool:
        """Whether the area browser opens."""
        return Perm.AREA_VIEW in self.perms

    @property
    def may_search(self) -> bool:
        """Whether the search in the header would look into anything."""
        return not self.perms.isdisjoint(
            {Perm.AREA_VIEW, Perm.CASE_VIEW, Perm.CASE_VIEW_DEPARTMENT, Perm.TICKET_VIEW, Perm.TICKET_VIEW_UNIT}
        )

    @property
    def nav(self) -> list[Link]:
        """The main navigation, by right."""
        home, here = reverse("home"), self.request.path
        held: set[Perm | Role] = {*self.perms, *(Role(post.role) for post in self.posts)}
        ways = [
            (reverse(name), label, icon) for name, label, icon, perms in NAV if not perms or not held.isdisjoint(perms)
        ]
        # The most particular way with whose address this one begins; every address begins with home's.
        fitting = [url for url, *_rest in ways if here.startswith(url) and (url != home or here == home)]
        current = max(fitting, key=len, default="")
        return [Link(url, label, icon, url == current) for url, label, icon in ways]

    @property
    def account_links(self) -> list[Link]:
        """The pages about one's own account."""
        return [Link(reverse(name), label, icon) for name, label, icon in ACCOUNT]

    @property
    def sign_out_url(self) -> str:
        """Where a POST ends the session."""
        return reverse("logout")


def frame_of(request: HttpRequest) -> Frame:
    """Return the request's frame, one for the view and the templates, so that the posts are read once."""
    found = getattr(request, "_frame", None)
    if found is None:
        found = Frame(request)
        request._frame = found  # type: ignore[attr-defined]
    return found


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the product-wide facts for the page frame."""
    return {"frame": frame_of(request), "map_review_number": settings.MAP_REVIEW_NUMBER, "demo": settings.DEMO}
