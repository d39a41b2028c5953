"""Lays the words of a storyline out in time, from its end backwards, so that nothing lies in the future. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from cases.deadlines.limits import Limit
from cases.deadlines.worktime import WorkCalendar
from cases.demo.script import OF_CENTRE, OF_DEPARTMENTS, ONE_LATE_IN, Unit, Word

_TICK = timedelta(seconds=1)
# How much of a limit is used up where the lamp shall be of a colour. Handling has lost some before the wait begins.
USED = {"green": (0.12, 0.42), "yellow": (0.82, 0.88), "red": (1.3, 3.2)}
LONG_CLOCKS = frozenset({"handle", "reply", "callback", "report_arrive"})
USED_OF_HANDLING = {"green": (0.1, 0.45), "yellow": (0.805, 0.825), "red": (1.1, 1.9)}
OFFICE_SHARE = 0.06  # of the limit at most, for a step inside a department
NO_CLOCK = (15, 200)  # minutes


@dataclass(frozen=True, slots=True)
class Tempo:
    """The clock of a matter: its limit for handling and the calendar by which departments work."""

    limit: Limit
    calendar: WorkCalendar

    @property
    def by_office_hours(self) -> bool:
        """Whether the department waits for its working hours: not where the limit runs at night too."""
        return self.limit.counts_work

    def back(self, moment: datetime, amount: float, unit: Unit) -> datetime:
        """Return the moment that much earlier."""
        if unit == Unit.HOURS:
            return moment - timedelta(hours=amount)
        span = self.limit.duration * amount if unit == Unit.SHARE else timedelta(minutes=amount)
        if unit == Unit.OFFICE:  # the shorter the limit, the quicker the office
            span = min(span, self.limit.duration * OFFICE_SHARE)
        if unit == Unit.MINUTES or not self.by_office_hours:
            return moment - span
        return self.calendar.subtract(moment, span)

    def in_office(self, moment: datetime, random: Random) -> datetime:
        """Return the moment, or one shortly before the last office closed."""
        if not self.by_office_hours or is_worked(self.calendar, moment):
            return moment
        return self.calendar.subtract(moment, timedelta(minutes=random.uniform(1, 25)))


def is_worked(calendar: WorkCalendar, moment: datetime) -> bool:
    """Whether offices are open then."""
    return bool(calendar.between(moment, moment + _TICK))


def waiting_since(
    now: datetime, *, clock: str, lamp: str, limits: Mapping[str, Limit], tempo: Tempo, random: Random
) -> datetime:
    """Return since when a case has waited whose clock of that name shows that lamp now; any time without a clock."""
    if not clock:
        return now - timedelta(minutes=random.uniform(*NO_CLOCK))
    limit = tempo.limit if clock == "handle" else limits[clock]
    share = random.uniform(*(USED_OF_HANDLING if clock in LONG_CLOCKS else USED)[lamp])
    span = limit.duration * share
    return tempo.calendar.subtract(now, span) if limit.counts_work else now - span


def ended_at(now: datetime, *, days: int, tempo: Tempo, random: Random) -> datetime:
    """Return when a case ended within the last ``days``: by day, and where offices count in their hours."""
    first = now - timedelta(days=days)
    if tempo.by_office_hours:
        worked = tempo.calendar.between(first, now)
        found = tempo.calendar.subtract(now, worked * random.random()) + timedelta(minutes=random.uniform(5, 40))
    else:
        found = first + (now - first) * random.random()
        local = found.astimezone(tempo.calendar.zone)
        if not 8 <= local.hour < 21:
            found = local.replace(hour=random.randrange(8, 21)).astimezone(now.tzinfo)
    return min(found, now - timedelta(minutes=random.uniform(3, 30)))


def laid_out(words: Sequence[Word], *, end: datetime, tempo: Tempo, random: Random) -> list[tuple[Word, datetime]]:
    """Return the words with their instants, in order; the last one is done at ``end`` or, by an office, before."""
    found: list[tuple[Word, datetime]] = []
    moment = end
    for word in reversed(words):
        if word.deed in OF_DEPARTMENTS:
            moment = tempo.in_office(moment, random)
        found.append((word, moment))
        amount = word.time.draw(random)
        if word.deed in OF_CENTRE and random.randrange(ONE_LATE_IN) == 0:
            amount *= random.uniform(2, 6)
        # Seconds and less: no two people press a button at the same instant.
        moment = tempo.back(moment, amount, word.time.unit) - timedelta(seconds=random.uniform(1, 59))
    return found[::-1]
