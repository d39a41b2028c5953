"""Reads behind the area browser: the roots of a person, the opened part of the tree, the facts of one area."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, FloatField, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from gridmap.areas.models import Area, AreaLink, AreaVersion, Grid, Level
from gridmap.posts.models import Post


@dataclass(slots=True)
class Node:
    """One line of the tree."""

    area: Area
    children: list[Node] = field(default_factory=list)
    is_open: bool = False
    current: bool = False

    @property
    def below(self) -> int:
        """How many areas hang directly below, opened or not."""
        return int(self.area.below)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Trunk:
    """The tree, opened down to one area; ``path`` leads there from the person's root."""

    roots: list[Node]
    path: list[Area]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one area. Figures are None where nobody counted."""

    version: AreaVersion | None
    versions: list[AreaVersion]
    grid: Grid | None
    grids: int
    posts: list[Post]

    @property
    def density(self) -> float | None:
        """Inhabitants per km²."""
        if not self.version or self.version.population is None or not self.version.area_m2:
            return None
        return self.version.population / self.version.area_m2 * 1e6


def counted(user: Any, at: datetime) -> Any:
    """Return the person's areas in force, each with the number directly ``below``."""
    in_force = Q(children__abolished_at=None) | Q(children__abolished_at__gt=at)
    return (
        Area.objects.visible_to(user, at)
        .in_force(at)
        .annotate(below=Count("children", filter=in_force & Q(children__established_at__lte=at)))
        .order_by("code")
    )


def named(areas: Any, text: str) -> Any:
    """Keep the areas whose name holds ``text`` or whose code begins with it, by code, each with the one above."""
    meant = Q(name__icontains=text) | Q(name_en__icontains=text) | Q(code__startswith=text)
    return areas.filter(meant).select_related("parent").order_by("code")


def roots(user: Any, at: datetime) -> list[Area]:
    """Return the areas at which the person's view begins, the highest first."""
    mine = Area.objects.visible_to(user, at).values("pk")
    return list(counted(user, at).filter(Q(parent=None) | ~Q(parent__in=mine)))


def nodes(user: Any, parents: list[int], at: datetime) -> list[Node]:
    """Return the lines directly below the given areas."""
    return [Node(area) for area in counted(user, at).filter(parent__in=parents)]


def tree(user: Any, area: Area, at: datetime) -> Trunk:
    """Return the person's tree, opened down to ``area``. Four queries, however deep it lies."""
    top = [Node(one) for one in roots(user, at)]
    mine = Area.objects.visible_to(user, at).values("pk")
    up = AreaLink.objects.filter(descendant=area, ancestor__in=mine).select_related("ancestor").order_by("-depth")
    path = [link.ancestor for link in up]
    on_path = {one.pk for one in path}
    known = {node.area.pk: node for node in top}
    # Codes sort from the top only by luck, so the lines are hung once all are known.
    lines = nodes(user, list(on_path), at)
    known.update({node.area.pk: node for node in lines})
    for node in lines:
        if node.area.parent_id in known:
            known[node.area.parent_id].children.append(node)
    for pk in on_path & known.keys():
        known[pk].is_open = True
        known[pk].current = pk == area.pk
    return Trunk(top, path)


def figured(areas: Any, at: datetime) -> Any:
    """Annotate areas with their ``grids`` below, ``area_m2``, ``population`` and ``households`` at that time.

    Figures are None where nothing was drawn or counted.
    """
    now = AreaVersion.objects.filter(area=OuterRef("pk")).in_force(at).order_by()
    grids = (
        AreaLink.objects.filter(ancestor=OuterRef("pk"), depth__gt=0, descendant__level=Level.GRID)
        .filter(descendant__in=Area.objects.in_force(at).values("pk"))
        .order_by()
        .values("ancestor")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return areas.annotate(
        grids=Coalesce(Subquery(grids, output_field=IntegerField()), 0),
        area_m2=Subquery(now.values("area_m2")[:1], output_field=FloatField()),
        population=Subquery(now.values("population")[:1], output_field=IntegerField()),
        households=Subquery(now.values("households")[:1], output_field=IntegerField()),
    ).order_by("code")


def children(user: Any, area: Area, at: datetime) -> Any:
    """Return the areas directly below, :func:`figured`."""
    return figured(Area.objects.visible_to(user, at).in_force(at).filter(parent=area), at)


def facts(user: Any, area: Area, at: datetime) -> Facts:
    """Return what is known of ``area``; posts only as far as the person may see them."""
    versions = AreaVersion.objects.filter(area=area)
    below = AreaLink.objects.filter(ancestor=area, depth__gt=0, descendant__level=Level.GRID)
    posts = Post.objects.visible_to(user, at).in_force(at).select_related("user", "area")
    # A community's grid workers stand at its grids; further up the list would no longer be read.
    if area.level == Level.COMMUNITY:
        posts = posts.filter(area__in=Area.objects.below(area))
    else:
        posts = posts.filter(area=area)
    return Facts(
        version=versions.in_force(at).first(),
        versions=list(versions.defer("geom", "geom_far").order_by("-number")),
        grid=Grid.objects.filter(area=area).select_related("responsible_department").first(),
        grids=below.filter(descendant__in=Area.objects.in_force(at).values("pk")).count(),
        posts=list(posts.order_by("area__code", "role", "pk")),
    )
