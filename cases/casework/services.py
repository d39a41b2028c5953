"""What is more than one move: reporting a case, one-click dispatch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.translation import gettext as _

from cases.casework.models import Case
from cases.casework.numbers import next_number
from cases.casework.states import Source
from cases.catalogue.models import Category
from cases.workflow.engine import advance, create
from cases.workflow.fsm import stale
from citygrid.accounts.roles import Role
from citygrid.common.errors import Invalid
from gridmap.areas.models import AreaVersion
from gridmap.posts.models import Post
from gridmap.spatial import locate

# Sources a person may name; the others come in through their own doors.
SOURCE_OF_ROLE = {
    Role.GRID_WORKER: Source.GRID_WORKER,
    Role.STREET_STAFF: Source.STREET,
    Role.HOTLINE_OPERATOR: Source.HOTLINE,
    Role.DEPT_CLERK: Source.DEPARTMENT,
}


@transaction.atomic
def report_case(
    *, category: Category, description: str, lon: float, lat: float, at: datetime, by: Any = None, source: str = "",
    crs: str = "wgs84", accuracy_m: int | None = None, address: str = "", photos: Sequence[Any] = (),
    client_request_id: str = "",
) -> Case:  # fmt: skip
    """Report a problem at a place and return the new case; the same ``client_request_id`` again returns the first one.

    ``lon``/``lat`` are degrees in ``crs``. Raises ``Invalid`` for a place outside the city, a retired category or a
    missing text or photo, ``NotAllowed`` for somebody whose posts do not let report there.
    """
    if client_request_id and by is not None:
        earlier = Case.objects.filter(reporter=by, client_request_id=client_request_id).first()
        if earlier is not None:
            return earlier
    description = description.strip()
    if not description:
        raise Invalid(_("Describe the problem in a sentence."), fields={"description": [_("This is needed.")]})
    if category.retired_at is not None and category.retired_at <= at:
        raise Invalid(
            _("This category is no longer used. Choose another."), fields={"category": [_("Choose another.")]}
        )
    source = source or own_source(by, at)
    if source == Source.GRID_WORKER and not photos:
        raise Invalid(_("A grid worker's report needs a photo."), fields={"photos": [_("Add a photo.")]})
    place = locate(lon, lat, crs=crs, at=at)
    area_id = place.area.pk
    case = Case(
        source=source, category=category, description=description, geom=Point(place.lon, place.lat, srid=4326),
        accuracy_m=accuracy_m, address=address,
        area_id=area_id, area_version=AreaVersion.objects.in_force(at).filter(area=area_id).first(),
        reporter=by, reported_at=at, client_request_id=client_request_id, number=next_number(at),
    )  # fmt: skip
    return create(case, "report" if by is not None else "receive", by=by, at=at, photos=list(photos))


def own_source(by: Any, at: datetime) -> str:
    """Return the source that the person's post stands for. Raises ``Invalid`` when it must be said."""
    held = set(Post.objects.in_force(at).filter(user=by.pk).values_list("role", flat=True)) if by is not None else set()
    for role, source in SOURCE_OF_ROLE.items():
        if role in held:
            return source
    raise Invalid(_("Say by which way the report came in."), fields={"source": [_("This is needed.")]})


@transaction.atomic
def dispatch_at_once(
    *, case: Case, condition: Any, department: Any, by: Any, at: datetime, version: int | None = None,
    opinion: str = "", co_departments: Sequence[Any] = (),
) -> Case:  # fmt: skip
    """One-click dispatch (一键指派): accept, file and dispatch in one transaction, each move journaled.

    The person needs the right to all three. Raises what :func:`cases.workflow.engine.advance` raises.
    """
    if version is not None and version != case.version:
        raise stale(case)
    case = advance(case, "accept", by=by, at=at)
    case = advance(case, "file", by=by, at=at, condition=condition.code)
    return advance(
        case, "dispatch", by=by, at=at, opinion=opinion, department=department.code,
        co_departments=[helper.code for helper in co_departments],
    )  # fmt: skip
