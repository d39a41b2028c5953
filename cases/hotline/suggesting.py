"""What a demand may be about, how urgent it is and who should have it: proposed with reasons, decided by people.

Categories come from the model that the office trained on its own tickets (:mod:`cases.hotline.trained`), else from the
keywords of the category tree. What was proposed is kept in the journal beside what was chosen, so that anybody can see
later whether proposals were followed, and whether they deserved it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from cases.hotline import trained
from cases.hotline.learning import Learned, Pointer
from cases.hotline.reference import TicketCategory
from cases.hotline.units import Proposal, proposals
from cases.hotline.urgency import LevelProposal, propose_level
from cases.workflow.engine import Move
from cases.workflow.people import Acting
from citygrid.common.prepared import Prepared
from gridmap.areas.models import Area

MOST = 3
LEAST_SHARE = 0.1  # below, the model's word is not worth reading
CLEAR_SHARE = 0.35  # below, keywords come before the model
MODEL, KEYWORDS = "model", "keywords"

_ENTRIES = Prepared(lambda at: TicketCategory.objects.in_force(at).select_related("unit"))


@dataclass(frozen=True, slots=True)
class CategoryProposal:
    """A category that the text may be about.

    ``score`` lies between 0 and 1: of the model its share among all categories, of keywords how clear they are among
    themselves; the two are not comparable, ``basis`` says which it is. ``version`` is the model's, 0 for keywords.
    """

    category: TicketCategory
    score: float
    basis: str
    reason: str
    words: tuple[str, ...]
    version: int = 0


@dataclass(frozen=True, slots=True)
class Suggested:
    """All that is proposed for a demand; the first of each is the best."""

    categories: tuple[CategoryProposal, ...]
    level: LevelProposal
    units: tuple[Proposal, ...]


def suggest(
    *, content: str, at: datetime, by: Any, title: str = "", category: TicketCategory | None = None,
    lon: float | None = None, lat: float | None = None, crs: str = "wgs84",
    area: Area | None = None, main: Any = None,
) -> Suggested:  # fmt: skip
    """Propose category, level and unit for a demand that is being written down. Changes nothing.

    ``category`` is the one already chosen, if any: level and unit then follow it instead of the first proposal.
    ``area`` is where it is, if the caller knows no more than that; ``main`` an earlier ticket about the same matter.
    Raises ``Invalid`` for a place outside the city.
    """
    from cases.hotline.services import place_of  # noqa: PLC0415 - services log tickets, whose move asks this module

    found = suggest_categories(title, content, at)
    about = category or (found[0].category if found else None)
    around, point = place_of(lon, lat, crs, by, at, area)
    draft = apps.get_model("cases", "Ticket")(category=about, area=around, geom=point, main_ticket=main)
    units = tuple(proposals(draft, Acting.of(by, at)))
    return Suggested(found, propose_level(f"{title}。{content}", about), units)


def suggest_categories(title: str, content: str, at: datetime, most: int = MOST) -> tuple[CategoryProposal, ...]:
    """Return the categories in use that a text may be about, the likeliest first; none for a text that says nothing."""
    entries = {entry.code: entry for entry in _ENTRIES(at=at)}
    by_model = _by_model(title, content, entries)
    known = {one.category.code for one in by_model}
    by_words = [one for one in _by_keywords(f"{title}。{content}", entries) if one.category.code not in known]
    clear = bool(by_model) and by_model[0].score >= CLEAR_SHARE
    return tuple([*by_model, *by_words] if clear else [*by_words, *by_model])[:most]


def _by_model(title: str, content: str, entries: dict[str, TicketCategory]) -> list[CategoryProposal]:
    found = trained.current()
    if found is None:
        return []
    version, model = found
    words = trained.text_of(title, content)
    shares = model.judge(words)
    if shares is None:
        return []
    best = sorted(range(len(shares)), key=lambda place: -shares[place])[: MOST + 2]
    likely = [place for place in best if shares[place] >= LEAST_SHARE and model.labels[place] in entries]
    return [_told(model, version, words, place, float(shares[place]), entries) for place in likely[:MOST]]


def _told(
    model: Learned, version: int, words: Sequence[str], place: int, share: float, entries: dict[str, TicketCategory]
) -> CategoryProposal:
    pointers = model.pointing(words, place)
    return CategoryProposal(
        entries[model.labels[place]], round(share, 3), MODEL, _because(pointers),
        tuple(one.word for one in pointers), version,
    )  # fmt: skip


def _because(pointers: Sequence[Pointer]) -> str:
    if not pointers:
        return _("Many former tickets are about this, and no word of the text speaks against it.")
    each = [
        _("“%(word)s” (%(here)d of %(all)d former tickets with this word)")
        % {"word": one.word, "here": one.here, "all": one.all}
        for one in pointers
    ]
    return _("Pointing here: %(words)s.") % {"words": _(", ").join(each)}


def _by_keywords(text: str, entries: dict[str, TicketCategory]) -> list[CategoryProposal]:
    """Return the categories whose keywords stand in the text. A longer word says more than a short one."""
    hits = {code: _longest(word for word in entry.keywords.split() if word in text) for code, entry in entries.items()}
    weight = {code: sum(len(word) - 1 for word in words) for code, words in hits.items() if words}
    total = sum(weight.values())
    return [
        CategoryProposal(
            entries[code], round(weight[code] / (total + 1), 3), KEYWORDS,
            _("Keywords of this category stand in the text: %(words)s.")
            % {"words": _(", ").join(f"“{word}”" for word in hits[code][:MOST])},
            tuple(hits[code][:MOST]),
        )
        for code in sorted(weight, key=lambda code: (-weight[code], code))
    ]  # fmt: skip


def _longest(words: Any) -> list[str]:
    """Return the words without those that are part of another one, the longest first."""
    found: list[str] = []
    for word in sorted(set(words), key=lambda word: (-len(word), word)):
        if not any(word in longer for longer in found):
            found.append(word)
    return found


def note(move: Move) -> None:
    """Keep in the journal what was proposed for a new ticket beside what was chosen."""
    ticket = move.subject
    if ticket.category is not None:
        move.noted["category"] = ticket.category.code
    move.noted["level"] = str(ticket.level)
    found = suggest_categories(ticket.shown_title, ticket.shown_content, move.at, most=1)
    if found:
        best = found[0]
        basis = f"{best.basis} {best.version}".removesuffix(" 0")
        move.noted["suggested"] = {"category": best.category.code, "score": best.score, "basis": basis}
    about = ticket.category or (found[0].category if found else None)
    move.noted["suggested_level"] = str(propose_level(f"{ticket.shown_title}。{ticket.shown_content}", about).level)
