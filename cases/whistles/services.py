"""What is more than one move: drafting a whistle from its sources, preparing it in one go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.casework.models import Case
from cases.casework.numbers import next_number
from cases.whistles.districts import district_on, street_on
from cases.whistles.models import Whistle
from cases.whistles.sources import WhistleSource
from cases.whistles.states import SourceKind, WhistleState
from cases.whistles.table import WHISTLE
from cases.workflow.engine import advance, advance_by_system, create, may_create
from cases.workflow.people import Acting
from citygrid.common.errors import Conflict, Invalid
from gridmap.areas.models import Area, Level
from gridmap.spatial import locate


def draft_whistle(
    *, description: str, by: Any, at: datetime, street: Area | None = None, position: Point | None = None,
    address: str = "", cases: Sequence[Case] = (), sources: Sequence[dict[str, Any]] = (), client_request_id: str = "",
) -> Whistle:  # fmt: skip
    """Open a whistle in the state of a draft and return it; the same ``client_request_id`` returns the first one.

    ``position`` is in EPSG:4326. ``cases`` wait for the whistle from then on. ``sources`` are inputs of the move
    ``add_source``. Without a ``street`` it is that of the position, of the first case, or of the person's post.
    Raises ``Invalid``, ``NotAllowed``, and ``Conflict`` for a case that cannot be taken up now.
    """
    if client_request_id and (earlier := _earlier(by, client_request_id)):
        return earlier
    first = cases[0] if cases else None
    if not (description.strip() or first):
        raise Invalid(_("Say in a sentence what it is about."), fields={"description": [_("This is needed.")]})
    try:
        with transaction.atomic():
            whistle = open_draft(
                description=description.strip() or str(first and first.description),
                street=street or _street_of(position, first, by, at), by=by, at=at,
                position=position or (first.geom if first else None),
                address=address or (first.address if first else ""),
                client_request_id=client_request_id,
            )  # fmt: skip
            for source in sources:
                whistle = advance(whistle, "add_source", by=by, at=at, **source)
            for case in cases:
                advance(case, "whistle", by=by, at=at, whistle=whistle)
    except IntegrityError:  # the same request came twice at the same moment, and the other one won
        if client_request_id and (earlier := _earlier(by, client_request_id)):
            return earlier
        raise
    return Whistle.objects.get(pk=whistle.pk)


def open_draft(
    *, description: str, street: Area, by: Any, at: datetime, position: Point | None = None, address: str = "",
    client_request_id: str = "",
) -> Whistle:  # fmt: skip
    """Create the draft itself, without sources. Raises ``NotAllowed`` for who may not whistle for that street."""
    district = district_on(Acting.of(by, at).path(street.pk))
    whistle = Whistle(
        area=street, platform_area=district or street, description=description, geom=position, address=address,
        drafted_by=by, drafted_at=at, client_request_id=client_request_id,
    )  # fmt: skip
    may_create(whistle, "draft", by=by, at=at)
    whistle.number = next_number(at, "S")
    return create(whistle, "draft", by=by, at=at)


def join_source(
    *, whistle: Whistle, kind: SourceKind, subject: Any, reference: str, by: Any, at: datetime
) -> WhistleSource:
    """Let a subject of another room be a source of a whistle that is not blown yet. Raises ``Conflict``."""
    fresh = Whistle.objects.select_for_update().get(pk=whistle.pk)
    if fresh.state not in (WhistleState.DRAFT, WhistleState.JUDGED):
        raise Conflict(
            _("The whistle %(number)s is “%(state)s”; sources can join only before it is blown.")
            % {"number": fresh.number, "state": fresh.get_state_display()},
            code="not_now", current=fresh,
        )  # fmt: skip
    source = WhistleSource.objects.create(
        whistle=fresh, kind=kind, subject_type=subject._meta.label_lower, subject_id=subject.pk, reference=reference,
        added_by=by, added_at=at,
    )  # fmt: skip
    advance_by_system(fresh, "source_joined", at=at, by=by, source=reference)
    return source


@transaction.atomic
def prepare(
    *, whistle: Whistle, why_not_alone: str, calls: Sequence[tuple[Any, str]], by: Any, at: datetime,
    version: int | None = None,
) -> Whistle:  # fmt: skip
    """Name the departments ``(department, what is asked of it)`` and judge, each move journaled, all or nothing."""
    for department, asked in calls:
        whistle = advance(whistle, "name_department", by=by, at=at, version=version, department=department, asked=asked)
        version = None
    return advance(whistle, "judge", by=by, at=at, version=version, why_not_alone=why_not_alone)


def _earlier(by: Any, client_request_id: str) -> Whistle | None:
    found: Whistle | None = Whistle.objects.filter(drafted_by=by, client_request_id=client_request_id).first()
    return found


def _street_of(position: Point | None, case: Case | None, by: Any, at: datetime) -> Area:
    """Return the street that whistles. Raises ``Invalid`` when it does not follow from anything."""
    acting = Acting.of(by, at)
    if position is not None:
        path = locate(position.x, position.y, at=at).path
    elif case is not None:
        path = acting.path(case.area_id)
    else:
        streets = list(Area.objects.filter(pk__in=acting.places(*WHISTLE["draft"].roles), level=Level.STREET))
        path = (streets[0],) if len(streets) == 1 else ()
    if (street := street_on(path)) is None:
        fault = _("Say for which street the whistle is blown: name the street, or set a place inside it.")
        raise Invalid(fault, fields={"street": [fault]})
    return street
