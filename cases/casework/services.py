"""What is more than one move: reporting a case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.db import IntegrityError
from django.utils.translation import gettext as _

from cases.casework.models import Case
from cases.casework.numbers import next_number
from cases.casework.states import Source
from cases.catalogue.models import Category
from cases.workflow.engine import create, may_create
from cases.workflow.people import Acting
from citygrid.accounts.roles import Role
from citygrid.common.errors import Invalid
from citygrid.common.prepared import Prepared
from gridmap.spatial import locate

# Sources that a person may name, by role; the first is what the post itself stands for. The others come in through
# their own doors. The hotline passes on what reached the city by letter, order or newspaper.
SOURCES_OF_ROLE: dict[Role, tuple[Source, ...]] = {
    Role.GRID_WORKER: (Source.GRID_WORKER,),
    Role.STREET_STAFF: (Source.STREET, Source.CITIZEN),
    Role.HOTLINE_OPERATOR: (Source.HOTLINE, Source.CITIZEN, Source.SUPERIOR, Source.EMERGENCY, Source.MEDIA),
    Role.DEPT_CLERK: (Source.DEPARTMENT,),
    Role.LANE_STEWARD: (Source.STEWARD,),
}

_EARLIER = Prepared(
    lambda reporter, key: Case.objects.filter(reporter=reporter, client_request_id=key).values_list("pk")
)


def report_case(
    *, category: Category, description: str, lon: float, lat: float, at: datetime, by: Any = None, source: str = "",
    crs: str = "wgs84", accuracy_m: int | None = None, address: str = "", photos: Sequence[Any] = (),
    client_request_id: str = "",
) -> Case:  # fmt: skip
    """Report a problem at a place and return the new case; the same ``client_request_id`` again returns the first one.

    ``lon``/``lat`` are degrees in ``crs``. Raises ``Invalid`` for a place outside the city, a retired category, a
    source that is not the person's or a missing text or photo, ``NotAllowed`` for somebody whose posts do not let
    report there.

    The number is taken in a transaction of its own, unless the caller holds one: so nobody waits for a whole report.
    A report that is refused by then leaves a gap, as a torn-off ticket does.
    """
    if earlier := _earlier(by, client_request_id):
        return earlier
    description = description.strip()
    if not description:
        raise Invalid(_("Describe the problem in a sentence."), fields={"description": [_("This is needed.")]})
    if category.retired_at is not None and category.retired_at <= at:
        raise Invalid(
            _("This category is no longer used. Choose another."), fields={"category": [_("Choose another.")]}
        )
    if by is not None:
        source = _source(source, by, at)
    if source == Source.GRID_WORKER and not photos:
        raise Invalid(_("A grid worker's report needs a photo."), fields={"photos": [_("Add a photo.")]})
    place = locate(lon, lat, crs=crs, at=at)
    Acting.of(by, at).know_path(place.path)
    area_id = place.area.pk
    case = Case(
        source=source, category=category, description=description, geom=Point(place.lon, place.lat, srid=4326),
        accuracy_m=accuracy_m, address=address,
        area_id=area_id, area_version_id=place.version_id,
        reporter=by, reported_at=at, client_request_id=client_request_id,
    )  # fmt: skip
    move = "report" if by is not None else "receive"
    may_create(case, move, by=by, at=at)
    case.number = next_number(at)
    try:
        return create(case, move, by=by, at=at, photos=list(photos))
    except IntegrityError:  # the same request came twice at the same moment, and the other one won
        if earlier := _earlier(by, client_request_id):
            return earlier
        raise


def _earlier(by: Any, client_request_id: str) -> Case | None:
    if not client_request_id or by is None:
        return None
    found = _EARLIER(reporter=by.pk, key=client_request_id)
    return Case.objects.get(pk=found[0][0]) if found else None


def _source(named: str, by: Any, at: datetime) -> str:
    """Return the source that was named, or the one that the person's post stands for. Raises ``Invalid``."""
    acting = Acting.of(by, at)
    allowed = [source for role, sources in SOURCES_OF_ROLE.items() if acting.holds_role(role) for source in sources]
    if named in allowed or not allowed:  # who may not report at all is told so by the engine
        return named
    if not named:
        return allowed[0]
    words = _(", ").join(f"{source.value} ({source.label})" for source in allowed)
    fault = _("You cannot report by this way. Use one of: %(allowed)s.") % {"allowed": words}
    raise Invalid(fault, fields={"source": [fault]})
