"""Tickets that may be about the same matter: by place, time, caller and words, each with its reasons. A person links.

Candidates come from indexes alone, some hundred at most, among what the person may see; then their texts are compared
by pairs of signs, so that neither spelling of a street nor the cutting into words decides. What is shown is as the
person may read it, so nobody can try a name on a text that is kept from them.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils.translation import gettext as _

from cases.hotline import identity
from cases.hotline.states import NEVER_BEGUN
from cases.workflow.people import Acting
from gridmap.measure import distance_m
from gridmap.spatial import around_place

MOST = 10
_OF_PLACE, _OF_CALLER, _OF_AREA = 200, 50, 100  # candidates of each kind, the latest
_LONGEST = 400  # signs of a text that are compared
_NEAR, _CALLER, _CATEGORY = 0.25, 0.25, 0.1  # what a place at no distance, the caller and the category add


@dataclass(frozen=True, slots=True)
class Matter:
    """What is compared: a demand that is being written down, or a ticket. ``caller`` is a key, ``category`` a code."""

    text: str
    at: datetime
    lon: float | None = None
    lat: float | None = None
    area_id: int | None = None
    caller: int | None = None
    category: str = ""
    ticket: int | None = None


@dataclass(frozen=True, slots=True)
class Similar:
    """A ticket that may be about the same. ``score`` lies between 0 and 1; ``link_to`` is what one would link to."""

    ticket: Any
    score: float
    reasons: tuple[str, ...]
    metres: int | None
    link_to: str


def matter_of(ticket: Any, acting: Acting) -> Matter:
    """Return a ticket as what is compared, as the person may read it."""
    title, content = identity.text_shown(ticket, acting)
    lon, lat = (ticket.geom.x, ticket.geom.y) if ticket.geom is not None else (None, None)
    return Matter(
        whole(title, content), ticket.received_at, lon, lat, ticket.area_id, ticket.caller_id,
        ticket.category.code if ticket.category else "", ticket.pk,
    )  # fmt: skip


def similar(matter: Matter, acting: Acting) -> list[Similar]:
    """Return the tickets of the last days that may be about the same matter, the likeliest first, one of a group.

    How many days, how near and how like is set by ``TICKET_SIMILAR_DAYS``, ``…_METRES`` and ``…_PERCENT``. Who called
    counts only for the hotline.
    """
    rows = _candidates(matter, acting)
    judged = [
        _judged(matter, row, like, acting) for row, like in zip(rows, _likeness(matter, rows, acting), strict=True)
    ]
    enough = [one for one in judged if one.score >= settings.TICKET_SIMILAR_PERCENT / 100]
    best: dict[str, Similar] = {}
    for one in sorted(enough, key=lambda one: (-one.score, -one.ticket.received_at.timestamp(), one.ticket.pk)):
        best.setdefault(one.link_to, one)
    return [_worded(matter, one, acting) for one in list(best.values())[:MOST]]


def _candidates(matter: Matter, acting: Acting) -> list[Any]:
    model: Any = apps.get_model("cases", "Ticket")
    span = timedelta(days=settings.TICKET_SIMILAR_DAYS)
    seen = model.objects.visible_to(acting.user, acting.at).filter(
        received_at__gt=matter.at - span, received_at__lte=matter.at
    )
    seen = seen.exclude(state__in=NEVER_BEGUN).exclude(pk=matter.ticket)
    latest = seen.order_by("-received_at", "-pk").values_list("pk", flat=True)
    keys: set[int] = set()
    if matter.caller is not None and identity.of_hotline(acting):
        keys |= set(latest.filter(caller=matter.caller)[:_OF_CALLER])
    if matter.lon is not None and matter.lat is not None:
        keys |= set(around_place(latest, matter.lon, matter.lat, settings.TICKET_SIMILAR_METRES)[:_OF_PLACE])
    if matter.area_id is not None:
        keys |= set(latest.filter(area=matter.area_id)[:_OF_AREA])
    rows = model.objects.filter(pk__in=keys).select_related("category", "main_ticket", "unit").order_by("-pk")
    return list(rows)


def _likeness(matter: Matter, rows: Iterable[Any], acting: Acting) -> Iterator[float]:
    """Yield how like each text is, 0 to 1: the cosine over pairs of signs, rare pairs counting more."""
    own = _pairs(matter.text)
    others = [_pairs(whole(*identity.text_shown(row, acting))) for row in rows]
    often = Counter(pair for pairs in (own, *others) for pair in pairs)
    weight = {pair: (1 + math.log((2 + len(others)) / (1 + count))) ** 2 for pair, count in often.items()}
    size = sum(weight[pair] for pair in own)
    for pairs in others:
        both = sum(weight[pair] for pair in own & pairs)
        yield both / math.sqrt(size * sum(weight[pair] for pair in pairs)) if both else 0.0


def _judged(matter: Matter, row: Any, like: float, acting: Acting) -> Similar:
    """Return the candidate with its score; the words come later, for what is shown alone."""
    metres = None
    if matter.lon is not None and matter.lat is not None and row.geom is not None:
        metres = round(distance_m(matter.lon, matter.lat, row.geom.x, row.geom.y))
    score = like + _NEAR * max(0.0, 1 - metres / settings.TICKET_SIMILAR_METRES) if metres is not None else like
    score += _CALLER if _same_caller(matter, row, acting) else 0
    score += _CATEGORY if _same_category(matter, row) else 0
    return Similar(row, min(1.0, round(score, 3)), (f"{like:.3f}",), metres, (row.main_ticket or row).number)


def _same_caller(matter: Matter, row: Any, acting: Acting) -> bool:
    return matter.caller is not None and row.caller_id == matter.caller and identity.of_hotline(acting)


def _same_category(matter: Matter, row: Any) -> bool:
    return bool(matter.category) and row.category is not None and row.category.code == matter.category


def _worded(matter: Matter, one: Similar, acting: Acting) -> Similar:
    like, other = float(one.reasons[0]), whole(*identity.text_shown(one.ticket, acting))
    reasons = []
    if _plain(other) == _plain(matter.text):
        reasons.append(_("The very same words."))
    elif shared := _shared(matter.text, other):
        words = _(", ").join(f"“{piece}”" for piece in shared)
        reasons.append(
            _("The text is %(percent)d %% alike: %(words)s.") % {"percent": round(100 * like), "words": words}
        )
    if one.metres is not None and one.metres <= settings.TICKET_SIMILAR_METRES:
        reasons.append(_("%(metres)d m away.") % {"metres": one.metres})
    if _same_caller(matter, one.ticket, acting):
        reasons.append(_("The same caller."))
    if _same_category(matter, one.ticket):
        reasons.append(_("The same category."))
    return Similar(one.ticket, one.score, tuple(reasons), one.metres, one.link_to)


def whole(title: str, content: str) -> str:
    """Return title and text as one, without a title that only repeats how the text begins."""
    return content if _plain(content).startswith(_plain(title)) else f"{title}。{content}"


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if sign.isalnum())[:_LONGEST]


def _pairs(text: str) -> set[str]:
    plain = _plain(text)
    return {plain[place : place + 2] for place in range(len(plain) - 1)}


def _shared(one: str, other: str) -> list[str]:
    """Return the longest pieces that stand in both texts, two at most, of at least three signs."""
    one, other = _plain(one), _plain(other)
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    long = sorted((block for block in blocks if block.size >= 3), key=lambda block: -block.size)
    return [one[block.a : block.a + block.size][:20] for block in long[:2]]
