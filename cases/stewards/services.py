"""What is more than one move: recording a walk with its findings; who looks after which lane; points."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import LineString, Point
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from cases.casework.services import report_case
from cases.casework.states import State
from cases.catalogue.models import Category
from cases.stewards.checklist import ChecklistItem
from cases.stewards.models import Lane, LaneClaim, LaneWalk, WalkFinding
from cases.stewards.states import Finding
from cases.workflow.engine import create, may_create
from citygrid.accounts.models import User
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import Role
from citygrid.common import facts
from citygrid.common.errors import Conflict, Invalid
from gridmap.areas.models import Area, AreaLink, Level
from gridmap.measure import distance_m
from gridmap.posts.models import Post
from gridmap.posts.rights import require

LEVELS = (Level.COMMUNITY, Level.GRID)
LONGEST = {"code": 20, "name": 60, "name_en": 120}  # characters
_CODE = re.compile(r"[0-9A-Z-]+")
# Points as thanks (handbook §3.6): one for a walk, a lane and day counted once; more for what came of it.
PER_WALK, PER_FIX, PER_CASE = 1, 2, 3
_VAIN = (State.DECLINED, State.NOT_FILED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Found:
    """What a steward says about one entry of the checklist."""

    item: str  # code
    finding: str
    note: str = ""


@transaction.atomic
def add_lane(
    *, code: str, name: str, area: Area, line: LineString, at: datetime, by: Any = None, name_en: str = ""
) -> Lane:
    """Enter a lane (``line`` in EPSG:4326). Raises ``NotAllowed``, ``Invalid``, ``Conflict`` for a used code."""
    if by is not None:
        require(by, Perm.LANE_MANAGE, area, at)
    given = {"code": code.strip(), "name": name.strip(), "name_en": name_en.strip()}
    faults = {field: [_("This is needed.")] for field in ("code", "name") if not given[field]}
    for field, text in given.items():
        if len(text) > LONGEST[field]:
            faults[field] = [_("This is longer than %(limit)s characters.") % {"limit": LONGEST[field]}]
    if given["code"] and not _CODE.fullmatch(given["code"]):
        faults["code"] = [_("A code has capital letters, digits and hyphens only, such as SQ-01.")]
    if area.level not in LEVELS:
        faults["area"] = [_("A lane lies in a community or a grid. Choose one.")]
    if faults:
        message = (
            next(iter(faults.values()))[0] if len(faults) == 1 else _("Some inputs cannot be used; each is explained.")
        )
        raise Invalid(message, fields=faults)
    used = Conflict(_("The code %(code)s is, or was, in use already.") % {"code": given["code"]}, code="code_used")
    if Lane.objects.filter(code=given["code"]).exists():
        raise used
    try:
        with transaction.atomic():
            lane = Lane.objects.create(**given, area=area, geom=line)
    except IntegrityError:  # somebody else, or the same click, entered it at the same moment
        raise used from None
    facts.record("lane.added", lane, at=at, by=by, code=lane.code, name=lane.name)
    return lane


def stewards_of(area: Area, at: datetime) -> Any:
    """Return the accounts that hold a lane steward's post for the area or above it at that time."""
    above = AreaLink.objects.filter(descendant=area).values("ancestor")
    posts = Post.objects.in_force(at).filter(role=Role.LANE_STEWARD, area__in=above)
    return User.objects.filter(pk__in=posts.values("user"))


@transaction.atomic
def give_lane(*, lane: Lane, user: Any, at: datetime, by: Any = None) -> LaneClaim:
    """Let a steward look after a lane from now on.

    Raises ``NotAllowed``; ``Invalid`` for somebody without a steward's post there, ``Conflict`` for who has it already.
    """
    if by is not None:
        require(by, Perm.LANE_MANAGE, lane.area, at)
    if not stewards_of(lane.area, at).filter(pk=user.pk).exists():
        fault = _("%(person)s holds no post of a lane steward there.") % {"person": user.display_name}
        raise Invalid(fault, fields={"user": [fault]})
    # Locked, so that nobody is given a lane that is retired at this moment.
    if Lane.objects.select_for_update().get(pk=lane.pk).retired_at is not None:
        raise Conflict(_("%(lane)s is walked no longer already.") % {"lane": lane.label}, code="not_now")
    already = Conflict(_("%(person)s looks after this lane already.") % {"person": user.display_name}, code="not_now")
    if LaneClaim.objects.filter(lane=lane, user=user, until=None).exists():
        raise already
    try:
        with transaction.atomic():
            claim = LaneClaim.objects.create(lane=lane, user=user, since=at)
    except IntegrityError:  # somebody else, or the same click, gave it at the same moment
        raise already from None
    facts.record("lane.given", lane, at=at, by=by, steward=user.username)
    return claim


@transaction.atomic
def take_lane(*, lane: Lane, user: Any, at: datetime, by: Any = None) -> None:
    """End the care of a lane. Raises ``NotAllowed``, ``Conflict`` for somebody who does not look after it."""
    if by is not None:
        require(by, Perm.LANE_MANAGE, lane.area, at)
    if not LaneClaim.objects.filter(lane=lane, user=user, until=None).update(until=at):
        raise Conflict(_("%(person)s does not look after this lane.") % {"person": user.display_name}, code="not_now")
    facts.record("lane.taken", lane, at=at, by=by, steward=user.username)


@transaction.atomic
def retire_lane(*, lane: Lane, at: datetime, by: Any = None) -> Lane:
    """Let a lane be walked no longer; all care of it ends. Its walks stay, and its code is never used again.

    Raises ``NotAllowed``, ``Conflict`` for one that is retired already.
    """
    if by is not None:
        require(by, Perm.LANE_MANAGE, lane.area, at)
    fresh = Lane.objects.select_for_update().get(pk=lane.pk)
    if fresh.retired_at is not None:
        raise Conflict(_("%(lane)s is walked no longer already.") % {"lane": fresh.label}, code="not_now")
    for claim in LaneClaim.objects.filter(lane=fresh, until=None).select_related("user").order_by("pk"):
        take_lane(lane=fresh, user=claim.user, at=at, by=by)
    fresh.retired_at = at
    fresh.save(update_fields=["retired_at"])
    facts.record("lane.retired", fresh, at=at, by=by)
    return fresh


@transaction.atomic
def record_walk(
    *, lane: Lane, findings: Sequence[Found], lon: float, lat: float, by: Any, at: datetime,
    accuracy_m: int | None = None, far_reason: str = "", note: str = "", photos: Sequence[Any] = (),
    client_request_id: str = "",
) -> LaneWalk:  # fmt: skip
    """Record a walk through a lane and report what could not be put right, each as a case of its own.

    ``lon``/``lat`` are WGS 84 degrees where the steward stands; every entry of the checklist is answered once. The
    photos belong to the first case reported, else to the walk. The same ``client_request_id`` returns the first walk.
    Raises ``NotAllowed`` for who does not look after the lane and ``Invalid`` by field.
    """
    if earlier := _earlier(by, client_request_id):
        return earlier
    if lane.retired_at is not None and lane.retired_at <= at:
        fault = _("This lane is no longer walked. Choose another.")
        raise Invalid(fault, fields={"lane": [fault]})
    items = _answered(findings, at)
    place = Point(lon, lat, srid=4326)
    walk = LaneWalk(
        lane=lane, area=lane.area, steward=by, walked_at=at, geom=place, accuracy_m=accuracy_m,
        distance_m=metres_from(lane, lon, lat), far_reason=far_reason.strip(), note=note.strip()[:4000],
        client_request_id=client_request_id,
    )  # fmt: skip
    may_create(walk, "record", by=by, at=at)
    reported = [(item, found) for item, found in items if found.finding == Finding.REPORTED]
    try:
        with transaction.atomic():
            walk = create(walk, "record", by=by, at=at, photos=[] if reported else list(photos))
    except IntegrityError:  # the same request came twice at the same moment, and the other one won
        if earlier := _earlier(by, client_request_id):
            return earlier
        raise
    cases: dict[int, Any] = {}
    for number, (item, found) in enumerate(reported):
        cases[item.pk] = report_case(
            category=_category(item, at), description=found.note, lon=lon, lat=lat, at=at, by=by, address=lane.name,
            accuracy_m=accuracy_m, photos=list(photos) if number == 0 else [],
        )  # fmt: skip
    WalkFinding.objects.bulk_create(
        WalkFinding(walk=walk, item=item, finding=found.finding, note=found.note.strip(), case=cases.get(item.pk))
        for item, found in items
    )
    return walk


def _earlier(by: Any, client_request_id: str) -> LaneWalk | None:
    if not client_request_id:
        return None
    found: LaneWalk | None = LaneWalk.objects.filter(steward=by, client_request_id=client_request_id).first()
    return found


def metres_from(lane: Lane, lon: float, lat: float) -> float:
    """Return how far a place (WGS 84 degrees) is from the nearest point of the lane, in metres."""
    line: Any = lane.geom
    nearest = line.interpolate(line.project(Point(lon, lat, srid=4326)))
    return round(distance_m(lon, lat, nearest.x, nearest.y), 1)


def _answered(findings: Sequence[Found], at: datetime) -> list[tuple[ChecklistItem, Found]]:
    items = list(ChecklistItem.objects.in_force(at))
    given = {found.item: found for found in findings}
    faults: dict[str, list[str]] = {}
    for code in given.keys() - {item.code for item in items}:
        faults[code] = [_("The checklist has no such entry.")]
    for item in items:
        found = given.get(item.code)
        if found is None or found.finding not in Finding.values:
            faults[item.code] = [_("Say whether it is in order, put right, or reported.")]
        elif found.finding != Finding.OK and not found.note.strip():
            faults[item.code] = [_("Say in a sentence what it was.")]
    if faults:
        raise Invalid(_("Some entries of the checklist are not answered; each is explained."), fields=faults)
    return [(item, given[item.code]) for item in items]


def _category(item: ChecklistItem, at: datetime) -> Category:
    found: Category | None = Category.objects.in_force(at).filter(code=item.category_code).first()
    if found is None:
        fault = _("The catalogue has no category %(code)s for this; tell the street, which reports it itself.")
        fault %= {"code": item.category_code}
        raise Invalid(fault, fields={item.code: [fault]})
    return found


def points_of(user: Any, *, since: datetime, until: datetime) -> int:
    """Return the points of a steward for the walks in a time: counted from what is on record, so never out of date."""
    walks = LaneWalk.objects.filter(steward=user, walked_at__gte=since, walked_at__lt=until)
    days = {(lane, localdate(at)) for lane, at in walks.values_list("lane", "walked_at")}
    found = WalkFinding.objects.filter(walk__in=walks)
    fixed = found.filter(finding=Finding.FIXED).count()
    useful = found.filter(finding=Finding.REPORTED).exclude(case__state__in=_VAIN).count()
    return PER_WALK * len(days) + PER_FIX * fixed + PER_CASE * useful
