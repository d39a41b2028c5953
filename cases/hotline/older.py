"""Taking over tickets of an older system: many at once, through the one door, with who called kept as for any other."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from cases.casework.numbers import take_numbers
from cases.hotline.identity import clean_text
from cases.hotline.models import Ticket
from cases.hotline.origins import TicketOrigin
from cases.hotline.reference import DemandType, TicketCategory
from cases.hotline.services import SERIES, CallerTold, digest_of, identify, title_of
from cases.hotline.states import Channel, Level, TicketState
from cases.workflow.engine import create_many
from citygrid.common.crypto import blind
from citygrid.common.errors import Conflict
from gridmap.departments.models import Department

_KEYS = 500


@dataclass(frozen=True, slots=True)
class OldTicket:
    """A ticket as an older system had it. Times with zone; the position in WGS 84 degrees, if there is one."""

    number: str
    state: TicketState
    demand_type: DemandType
    content: str
    received_at: datetime
    area_id: int
    title: str = ""
    category: TicketCategory | None = None
    unit: Department | None = None
    level: str = ""
    lon: float | None = None
    lat: float | None = None
    ended_at: datetime | None = None
    answer: str = ""
    address: str = ""
    caller: CallerTold | None = None
    confidential: bool = False
    old_status: str = ""
    old_category: str = ""
    old_unit: str = ""
    old_channel: str = ""

    @property
    def digest(self) -> str:
        """The digest by which the same words are known again."""
        return digest_of(self.content)

    @property
    def fingerprint(self) -> str:
        """64 hex digits over everything that the older system said, keyed, as it covers who called."""
        told = (
            self.state.value, self.demand_type.code, self.category.code if self.category else "", self.content,
            self.title, self.unit.code if self.unit else "", self.level, self.lon, self.lat, self.answer, self.address,
            self.received_at.timestamp(), self.ended_at.timestamp() if self.ended_at else None,
            astuple(self.caller) if self.caller else None, self.confidential, self.number,
            self.old_status, self.old_category, self.old_unit, self.old_channel,
        )  # fmt: skip
        return blind(json.dumps(told, ensure_ascii=False))


def known(system: str, numbers: Iterable[str]) -> dict[str, str]:
    """Return the fingerprints of those tickets of the older system that were taken over already, by their numbers."""
    wanted, found = sorted(set(numbers)), dict[str, str]()
    for start in range(0, len(wanted), _KEYS):
        rows = TicketOrigin.objects.filter(system=system, number__in=wanted[start : start + _KEYS])
        found.update(rows.values_list("number", "fingerprint"))
    return found


def firsts(tickets: Sequence[OldTicket], within: timedelta) -> dict[str, list[tuple[datetime, str]]]:
    """Return by digest when first tickets with the same words came in, and their numbers here."""
    digests = sorted({one.digest for one in tickets})
    found: dict[str, list[tuple[datetime, str]]] = {}
    for start in range(0, len(digests), _KEYS):
        rows = Ticket.objects.filter(text_digest__in=digests[start : start + _KEYS], main_ticket=None)
        oldest, newest = min(one.received_at for one in tickets) - within, max(one.received_at for one in tickets)
        for digest, at, number in rows.filter(received_at__range=(oldest, newest)).values_list(
            "text_digest", "received_at", "number"
        ):  # fmt: skip
            found.setdefault(digest, []).append((at, number))
    return found


def take_over(
    tickets: Sequence[OldTicket], *, system: str, at: datetime, mains: Sequence[str | None] = ()
) -> list[Ticket]:
    """Take over tickets, all or none, and return them with numbers of the days on which they came in.

    ``mains`` are the numbers here of the tickets on which they hang, in the same order. Raises ``Conflict`` when one of
    them was taken over already, also by another import at this very moment, and ``Invalid`` for times that contradict
    each other.
    """
    try:
        with transaction.atomic():
            given = [
                _inputs(one, system, main) for one, main in zip(tickets, mains or [None] * len(tickets), strict=True)
            ]
            return create_many(
                list(zip(_tickets(tickets, at), given, strict=True)), "import_history", by=None, at=at
            )  # fmt: skip
    except IntegrityError as error:
        if not known(system, [one.number for one in tickets]):
            raise
        raise Conflict(
            _("Tickets of “%(system)s” are being taken over by somebody else at this moment. Run the import again"
              " later.") % {"system": system}
        ) from error  # fmt: skip


def _tickets(tickets: Sequence[OldTicket], at: datetime) -> list[Ticket]:
    days = [localtime(one.received_at).date() for one in tickets]
    numbers = {day: iter(take_numbers(day, count, SERIES)) for day, count in sorted(Counter(days).items())}
    made = []
    for one, day in zip(tickets, days, strict=True):
        ticket = Ticket(
            number=next(numbers[day]), channel=Channel.IMPORT, received_at=one.received_at,
            demand_type=one.demand_type, category=one.category, title=one.title or title_of(one.content),
            content=one.content, address=one.address, area_id=one.area_id,
            geom=Point(one.lon, one.lat, srid=4326) if one.lon is not None and one.lat is not None else None,
            wants_callback=False, level=one.level or (one.category.level if one.category else Level.D7),
            unit=one.unit, answer=one.answer, text_digest=one.digest,
        )  # fmt: skip
        identify(ticket, one.caller, one.confidential, at)
        ticket.answer = clean_text(ticket, ticket.answer)
        made.append(ticket)
    return made


def _inputs(one: OldTicket, system: str, main: str | None) -> dict[str, Any]:
    return {
        "state": one.state.value, "system": system, "old_number": one.number, "old_status": one.old_status,
        "old_category": one.old_category, "old_unit": one.old_unit, "old_channel": one.old_channel,
        "ended_at": one.ended_at, "fingerprint": one.fingerprint, "main": main or "",
    }  # fmt: skip
