"""The three rates of the hotline (三率, handbook §4.5): what each ticket at each unit says.

A ticket counts once at each unit that had it, in the period in which it was first dispatched to that unit: a return
that was granted is as if the unit never had it. Done again at the same unit, the ticket still counts once; the last
answer that the caller gave counts, and that it was done again shows in a rate of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from cases.deadlines.models import Clock
from cases.evaluation.figures import Facts, Figure
from cases.evaluation.periods import Period
from cases.hotline.callbacks import Callback
from cases.hotline.calling import CONTENT_FROM
from cases.hotline.limits import SUBJECT_TYPE
from cases.hotline.models import TicketRound
from cases.hotline.states import CallbackResult, Solved

UNIT = "unit"  # which column names the unit
REACHED = (CallbackResult.ANSWERED, CallbackResult.ONLINE)
RETURNED = "take_back"  # the move that ends a round as if it had not been
NOT_OWED, IN_TIME, NOT_IN_TIME = "", "in_time", "not_in_time"
SOURCE = _("usage of the 12345 hotlines: the caller says at the callback what was reached")
_DENIED, _REDONE, _UNREACHED, _ANSWER = 1, 2, 4, 8
_SOLVED = ("", *Solved.values)
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """What counts of a ticket at a unit."""

    excluded: bool  # 剔除, granted on two levels: no rate knows the ticket any more
    contact: str  # NOT_OWED, also where it is not due yet; IN_TIME; NOT_IN_TIME
    denied: bool  # the caller says that nobody called
    satisfaction: int  # by the last answer of the caller; 0 if there is none
    solved: str
    redone: bool  # sent back to do it again, for the unit's fault
    unreached: bool  # at a callback nobody could be reached

    @property
    def answered(self) -> bool:
        """Whether the caller was reached (有效回访)."""
        return self.satisfaction > 0


def items(period: Period, at: datetime) -> Any:
    """Return the rounds that count in a period, each the first of its ticket at its unit, with what is judged."""
    rounds = TicketRound.objects.exclude(ended_by_move=RETURNED)
    earlier = rounds.filter(ticket=OuterRef("ticket"), unit=OuterRef("unit"), number__lt=OuterRef("number"))
    found = rounds.filter(began_at__gte=period.start, began_at__lt=period.end).filter(~Exists(earlier))
    return found.annotate(excluded=F("ticket__excluded"), contact=_contact(at), told=_told())


NAMES = ("excluded", "contact", "told")  # columns that :func:`_about` reads


def facts(found: Any, *own: str) -> list[Facts]:
    """Return what :func:`items` holds, counted by unit, facts and the column ``own``: one query, whose rows are few."""
    rows = found.order_by().values_list(UNIT, *NAMES, *own).annotate(n=Count("pk"))
    size = 1 + len(NAMES)
    return [Facts(row[0], _about(*row[1:size]), row[-1], own=all(row[size:-1])) for row in rows]


def keys(found: Any, unit: int, figure: Figure, part: str) -> list[int]:
    """Return the keys of the tickets of one unit that a figure counts: judged by the same rules as the figure."""
    rows = found.filter(**{UNIT: unit}).values_list("ticket", *NAMES)
    return [row[0] for row in rows if figure.takes(_about(*row[1:]), part)]


def _contact_clock() -> Any:
    """Return the clock by which a round owes the contact: the last that began while it ran, held by its unit."""
    clocks = Clock.objects.filter(
        subject_type=SUBJECT_TYPE, subject_id=OuterRef("ticket"), kind="contact", department=OuterRef("unit"),
        exempt=False, started_at__lt=Coalesce(OuterRef("ended_at"), Value(_NEVER)),
    )  # fmt: skip
    return clocks.order_by("-started_at", "-pk")


def _told() -> Any:
    """Pack what the callbacks about a ticket at a unit say into one number: they are read once, not five times.

    The bits say: the caller denies the contact of this very round; done again; not reached. Above them stands the
    caller's last answer, as satisfaction and place in :data:`_SOLVED`, in tens and ones. :func:`_about` reads it.
    """
    held = TicketRound.objects.filter(ticket=OuterRef("ticket"), number=OuterRef("round_number")).values("unit")
    ours = Callback.objects.annotate(held_by=Subquery(held[:1])).filter(
        ticket=OuterRef("ticket"), held_by=OuterRef("unit")
    )
    solved = Case(*(When(solved=one, then=Value(place)) for place, one in enumerate(_SOLVED)), default=Value(0))
    answer = Cast("round_number", IntegerField()) * 100 + Coalesce("satisfaction", 0) * 10 + solved
    reached = Q(result__in=REACHED)
    packed = ours.order_by().values("ticket").annotate(
        told=_any(reached & Q(contacted=False, round_number=OuterRef("number")))
        + _any(Q(redone=True)) * _REDONE
        + _any(Q(result=CallbackResult.UNREACHABLE)) * _UNREACHED
        + Max(Case(When(reached, then=answer), default=Value(0), output_field=IntegerField())) % 100 * _ANSWER
    )  # fmt: skip
    return Coalesce(Subquery(packed.values("told"), output_field=IntegerField()), Value(0))


def _any(test: Q) -> Max:
    return Max(Case(When(test, then=Value(1)), default=Value(0), output_field=IntegerField()))


def _about(excluded: bool, contact: str, told: int) -> TicketFacts:
    satisfaction, solved = divmod(told // _ANSWER, 10)
    return TicketFacts(
        excluded, contact, denied=bool(told & _DENIED), satisfaction=satisfaction, solved=_SOLVED[solved],
        redone=bool(told & _REDONE), unreached=bool(told & _UNREACHED),
    )  # fmt: skip


def _contact(at: datetime) -> Any:
    """Judge the contact by the unit's own word; whether the caller denies it is asked apart (handbook §0.9).

    All of it stands in one subquery on the clock, so that each ticket's clock is looked up once.
    """
    ended_by = ExpressionWrapper(OuterRef("ended_by_move"), output_field=CharField())
    replied = ExpressionWrapper(OuterRef("replied_at"), output_field=DateTimeField())
    judged = _contact_clock().filter(due_at__isnull=False).annotate(ended_by=ended_by, replied=replied)
    judged = judged.annotate(
        judged=Case(
            When(due_at__gte=OuterRef("contacted_at"), then=Value(IN_TIME)),
            When(due_at__lt=OuterRef("contacted_at"), then=Value(NOT_IN_TIME)),
            When(ended_by="withdraw", due_at__gte=OuterRef("ended_at"), then=Value(NOT_OWED)),
            When(Q(due_at__lt=at) | Q(replied__isnull=False), then=Value(NOT_IN_TIME)),
            default=Value(NOT_OWED),
            output_field=CharField(),
        )
    )
    return Case(
        When(contact_due=True, then=Coalesce(Subquery(judged.values("judged")[:1]), Value(NOT_OWED))),
        default=Value(NOT_OWED),
        output_field=CharField(),
    )


def _answered(about: TicketFacts) -> bool:
    return about.answered and not about.excluded


FIGURES = (
    Figure(
        "response", _("response rate"),
        _("tickets whose caller the unit contacted in time, and who does not deny it ÷ tickets whose caller was to be "
          "contacted by now"),
        SOURCE,
        counted=lambda about: about.contact != NOT_OWED and not about.excluded,
        good=lambda about: about.contact == IN_TIME and not about.denied,
    ),
    Figure(
        "solution", _("solution rate"), _("callers who say “solved” ÷ callers who were reached"), SOURCE,
        counted=_answered, good=lambda about: about.solved == Solved.YES,
    ),
    Figure(
        "satisfaction", _("satisfaction rate"),
        _("callers who are very, well or fairly satisfied ÷ callers who were reached"), SOURCE,
        counted=_answered, good=lambda about: about.satisfaction >= CONTENT_FROM,
    ),
    Figure(
        "redo", _("redo rate"), _("tickets that had to be done again ÷ callers who were reached"), SOURCE,
        counted=_answered, good=lambda about: about.redone, bad=True,
    ),
)  # fmt: skip

COUNTERS = (
    ("tickets", _("tickets"), lambda about: True),
    ("excluded", _("excluded"), lambda about: about.excluded),
    ("unreached", _("not reached"), lambda about: about.unreached and not about.answered and not about.excluded),
)


def weights() -> Iterable[tuple[str, int]]:
    """Return what each of the three rates weighs in the score; together they are 100."""
    return zip(("response", "solution", "satisfaction"), settings.THREE_RATE_WEIGHTS, strict=True)
