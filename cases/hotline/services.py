"""What is more than one move: logging a demand, feeding back what came of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.casework.numbers import next_number
from cases.casework.states import Outcome
from cases.hotline.identity import clean_text, redact, remember
from cases.hotline.models import Ticket
from cases.hotline.reference import DemandType, TicketCategory
from cases.hotline.states import TERMINAL, Channel, Identity, Level
from cases.workflow.engine import advance_by_system, create, may_create
from cases.workflow.people import Acting
from citygrid.common.crypto import blind
from citygrid.common.errors import Invalid
from citygrid.common.prepared import Prepared
from gridmap.areas.models import Area
from gridmap.spatial import locate

SERIES = "R"  # 热线: FDR202611200001
TITLE = 30  # signs of the text that make a title when none is given
SAME_WITHIN = timedelta(days=30)  # the same words later than this are a new matter
_EARLIER = Prepared(lambda by, request: Ticket.objects.filter(logged_by=by, client_request_id=request))
_BLANKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class CallerTold:
    """What a caller says of themselves. Without name and number the ticket is anonymous."""

    name: str = ""
    phone: str = ""
    gender: str = ""
    address: str = ""
    other_phones: Sequence[str] = ()

    @property
    def nobody(self) -> bool:
        """Whether there is nothing by which to know the caller."""
        return not (self.name.strip() or self.phone.strip())

    def hide(self, text: str) -> str:
        """Return a text without what was told of the caller."""
        return redact(text, names=[self.name.strip()], numbers=[self.phone, *self.other_phones])


def log_ticket(
    *, demand_type: DemandType, content: str, at: datetime, by: Any = None, caller: CallerTold | None = None,
    anonymous: bool = False, confidential: bool = False, title: str = "", category: TicketCategory | None = None,
    channel: str = Channel.PHONE, lon: float | None = None, lat: float | None = None, crs: str = "wgs84",
    area: Area | None = None, address: str = "", event_at: datetime | None = None, contact_wish: str = "",
    wants_callback: bool = True, level: str = "", call_reference: str = "", client_request_id: str = "",
    received_at: datetime | None = None,
) -> Ticket:  # fmt: skip
    """Log one caller's demand and return the new ticket; the same ``client_request_id`` again returns the first one.

    ``lon``/``lat`` are degrees in ``crs``; without them the demand belongs to ``area``, where the caller knows no more
    than the community or street, else to the whole city. ``by`` is ``None`` for what comes in by itself. Raises
    ``Invalid`` for a text or number that cannot be used, a retired type or category, a place outside the city or half
    of one, and ``NotAllowed``.
    """
    if earlier := _earlier(by, client_request_id):
        return earlier
    content = content.strip()
    if anonymous and caller is not None:  # nothing of the caller is kept, in no text either
        title, content, caller = caller.hide(title), caller.hide(content), None
    if not content:
        raise Invalid(_("Write down what the caller wants."), fields={"content": [_("This is needed.")]})
    _in_force(demand_type, "demand_type", at)
    if category is not None:
        _in_force(category, "category", at)
    around, point = place_of(lon, lat, crs, by, at, area)
    ticket = Ticket(
        channel=channel, call_reference=call_reference, received_at=received_at or at, logged_by=by,
        demand_type=demand_type, category=category, title=title.strip() or title_of(content), content=content,
        event_at=event_at, address=address.strip(), geom=point, area=around, contact_wish=contact_wish.strip(),
        wants_callback=wants_callback, level=level or (category.level if category else Level.D7),
        client_request_id=client_request_id, text_digest=digest_of(content),
    )  # fmt: skip
    move = "log" if by is not None else "receive"
    may_create(ticket, move, by=by, at=at)
    ticket.number = next_number(at, SERIES)
    try:
        with transaction.atomic():
            identify(ticket, caller, confidential, at)
            return create(ticket, move, by=by, at=at)
    except IntegrityError:  # the same request came twice at the same moment, and the other one won
        if earlier := _earlier(by, client_request_id):
            return earlier
        raise


def identify(ticket: Ticket, told: CallerTold | None, confidential: bool, at: datetime) -> None:
    """Say who called on a ticket that is not stored yet, and hide it in every text that goes out."""
    if told is None or told.nobody:
        ticket.identity = Identity.ANONYMOUS
    else:
        ticket.caller, ticket.phone = remember(
            name=told.name.strip(), phone=told.phone, gender=told.gender, address=told.address.strip(),
            others=list(told.other_phones), at=at,
        )  # fmt: skip
        ticket.identity = Identity.CONFIDENTIAL if confidential else Identity.OPEN
        if ticket.demand_type.withholds_identity:
            ticket.identity = Identity.WITHHELD
    # Both spellings of the name go: the one that was told now, and the one that is kept.
    title, content = (told or CallerTold()).hide(ticket.title), (told or CallerTold()).hide(ticket.content)
    ticket.shown_title = clean_text(ticket, title)[:100]
    ticket.shown_content = clean_text(ticket, content)
    if ticket.identity in (Identity.CONFIDENTIAL, Identity.WITHHELD):
        ticket.address = clean_text(ticket, ticket.address)
    ticket.contact_wish = clean_text(ticket, ticket.contact_wish)


def place_of(
    lon: float | None, lat: float | None, crs: str, by: Any, at: datetime, area: Area | None = None
) -> tuple[Area, Point | None]:
    """Return the smallest area of a place and the point in WGS 84; without a point ``area``, else the whole city.

    Raises ``Invalid`` outside the city, and for half a position: left out, it would seem to be of that place.
    """
    if (lon is None) != (lat is None):
        fault = _("Give longitude and latitude, or neither.")
        raise Invalid(fault, fields={"lon" if lon is None else "lat": [fault]})
    if lon is None or lat is None:
        return area or Area.objects.get(code=settings.CITY_CODE), None
    place = locate(lon, lat, crs=crs, at=at)
    Acting.of(by, at).know_path(place.path)
    return place.area, Point(place.lon, place.lat, srid=4326)


def _in_force(entry: Any, field: str, at: datetime) -> None:
    if entry.retired_at is not None and entry.retired_at <= at:
        fault = _("“%(entry)s” is no longer used. Choose another.") % {"entry": entry.label}
        raise Invalid(fault, fields={field: [fault]})


def title_of(content: str) -> str:
    """Return the beginning of a text as its title."""
    first = " ".join(content.split())
    return first[:TITLE] + ("…" if len(first) > TITLE else "")


def digest_of(content: str) -> str:
    """Return a keyed digest of the words alone: blanks, punctuation and letter case make no difference."""
    return blind(_BLANKS.sub("", content).casefold() or content)


def _earlier(by: Any, client_request_id: str) -> Ticket | None:
    if not client_request_id or by is None:
        return None
    found: list[Ticket] = _EARLIER(by=by.pk, request=client_request_id)
    return found[0] if found else None


def exact_repeats(ticket: Ticket) -> Any:
    """Return earlier tickets with the same words within 30 days, the oldest first: candidates to be linked to."""
    since = ticket.received_at - SAME_WITHIN
    same = Ticket.objects.filter(text_digest=ticket.text_digest, received_at__range=(since, ticket.received_at))
    return same.exclude(pk=ticket.pk).filter(main_ticket=None).order_by("received_at", "pk")


def feed_outcome(*, ticket: Ticket, outcome: str, result: str, origin: str, at: datetime, by: Any = None) -> Ticket:
    """Report back to a ticket what a case or whistle came to, to fill in the unit's reply; a closed one stays.

    ``outcome`` is one of :class:`cases.casework.states.Outcome`, ``origin`` the number of the case or whistle.
    """
    fresh: Ticket = Ticket.objects.get(pk=ticket.pk)
    if fresh.state in TERMINAL:
        return fresh
    words = result.strip() or str(Outcome(outcome).label)
    return advance_by_system(fresh, "feed_outcome", at=at, by=by, outcome=outcome, result=words[:4000], origin=origin)


def prefill(ticket: Ticket) -> dict[str, Any]:
    """Return what the unit's reply can start from: what was reported back, else the reply to the ticket it hangs on."""
    main = ticket.main_ticket
    if ticket.fed_outcome:
        return {"outcome": ticket.fed_outcome, "measures": ticket.fed_result, "public_text": ticket.fed_result}
    if main is not None and main.answer:
        return {"outcome": main.outcome, "measures": "", "public_text": main.answer}
    return {}
