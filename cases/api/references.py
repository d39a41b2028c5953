"""Find what a body names by the lists that inputs refer to or by its place, and what a query names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from cases.api.reader import Reader
from cases.casework.models import Case
from cases.hotline.models import Ticket
from cases.workflow.inputs import RESOLVERS
from citygrid.common.api.filters import no_such
from citygrid.common.api.refusals import Malformed
from citygrid.common.errors import Invalid
from gridmap.areas.models import Area, AreaLink


def referred(field: str, ref: str, key: str, reader: Reader) -> Any:
    """Return the entry of the list ``ref`` that ``key`` names. Raises ``Invalid`` for one that is not there."""
    found = RESOLVERS[ref](key, reader.user, reader.at)
    if found is None:
        fault = _("“%(value)s” is not in the list “%(list)s”.") % {"value": key, "list": ref}
        raise Invalid(fault, fields={field: [fault]})
    return found


def position_of(given: Mapping[str, Any]) -> Point | None:
    """Return the point of ``lon`` and ``lat`` (EPSG:4326), ``None`` without. Raises ``Invalid`` for half of one."""
    lon, lat = given.get("lon"), given.get("lat")
    if (lon is None) != (lat is None):
        fault = _("Send both lon and lat, or neither.")
        raise Invalid(fault, fields={"lon": [fault], "lat": [fault]})
    if lon is None or lat is None:
        return None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        fault = _("Longitude goes from -180 to 180, latitude from -90 to 90.")
        raise Invalid(fault, fields={"lon": [fault], "lat": [fault]})
    return Point(lon, lat, srid=4326)


def in_area(queryset: Any, code: str, field: str) -> Any:
    """Keep what lies in the area with that code or below it. Raises ``Malformed`` where there is no such area."""
    root = Area.objects.filter(code=code).values_list("pk", flat=True).first()
    if root is None:
        fault = no_such(code, "areas")
        raise Malformed(fault, fields={field: [fault]})
    return queryset.filter(area__in=AreaLink.objects.filter(ancestor=root).values("descendant"))


def case_named(number: str, request: Any, field: str) -> int:
    """Return the key of the case with that number. Raises ``Malformed`` for one that is not the reader's to see."""
    reader = Reader.of(request)
    key: int | None = (
        Case.objects.visible_to(reader.user, reader.at).filter(number=number).values_list("pk", flat=True).first()
    )
    if key is None:
        fault = _("There is no case “%(number)s” among those that you see. Use a number from /api/v1/cases/.")
        fault %= {"number": number}
        raise Malformed(fault, fields={field: [fault]})
    return key


def about_case(queryset: Any, number: str, request: Any, field: str) -> Any:
    """Keep what is about the case with that number: what one sees may be about a case that one does not see.

    ``queryset`` is what the reader sees. Raises ``Malformed`` when it has nothing and the case is not the reader's.
    """
    found = queryset.filter(case__number=number)
    if not found.exists():
        case_named(number, request, field)
    return found


def ticket_named(number: str, request: Any, field: str) -> int:
    """Return the key of the ticket with that number. Raises ``Malformed`` for one that is not the reader's to see."""
    reader = Reader.of(request)
    seen = Ticket.objects.visible_to(reader.user, reader.at)
    key: int | None = seen.filter(number=number).values_list("pk", flat=True).first()
    if key is None:
        fault = no_such(number, "tickets")
        raise Malformed(fault, fields={field: [fault]})
    return key
