"""Chooses which storylines are played, about what and where, and lays them out in time. Reads no database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import cycle
from random import Random

from cases.deadlines.limits import Limit
from cases.deadlines.worktime import WorkCalendar
from cases.demo.script import OF_DEPARTMENTS, Word
from cases.demo.storylines import STORYLINES, YELLOW, Storyline
from cases.demo.timing import Tempo, ended_at, is_worked, laid_out, waiting_since
from cases.demo.topics import Demand, Summons, topics
from citygrid.accounts.roles import Role

FORTNIGHT = 14
MARK = "demo-"  # how the request ids of the cases begin: they tell whether the city has its cases
SUPERVISED = "350982002"  # the street whose replies its leader signs off
# How a report comes in where the storyline leaves it open, and what has to happen before it is accepted.
WAYS_IN = (
    *(("report accept", 26),),
    *((f"report:{source} send_verify task:accept verify:true accept", weight)
      for source, weight in (("street", 2), ("hotline", 5), ("citizen", 2), ("department", 1), ("media", 1),
                             ("sensor", 1), ("open311", 1), ("import", 1))),
    *((f"report:{source} accept", 1) for source in ("superior", "emergency")),
)  # fmt: skip
LONG_WORK = ("extension", "suspension", "short_suspension")
OTHERS = ("street", "hotline", "citizen")  # who but a grid worker reports in passing
LONGEST = timedelta(hours=24)  # of a limit whose case can come to its end within a fortnight


@dataclass(frozen=True, slots=True)
class Matter:
    """What a case can be about: a line of the table of matters, with its limits by area class."""

    condition: str
    department: str
    helper: str
    look: str
    description: str
    result: str
    self_handling: bool
    limits: dict[str, Limit]  # by area class; "" where there is none


@dataclass(frozen=True, slots=True)
class Spot:
    """A grid in which things happen, and the grid worker who walks it."""

    grid: str
    area_class: str
    worker: str
    colleague: str = ""  # another grid worker of the community, where there is one


@dataclass(frozen=True, slots=True)
class Story:
    """A storyline with everything chosen, ready to be played."""

    key: str  # the same for the same day: draws of chance while playing hang on it
    line: Storyline
    lamp: str
    person: str  # the login who shall find it waiting, or nothing
    matter: Matter
    spot: Spot
    demand: Demand | None
    summons: Summons | None
    beats: tuple[tuple[Word, datetime], ...]

    @property
    def look(self) -> str:
        """What a photo shows."""
        topic = self.summons or self.demand or self.matter
        return topic.look


@dataclass(frozen=True, slots=True)
class Repertoire:
    """What there is to choose from."""

    matters: Sequence[Matter]
    spots: Sequence[Spot]
    demands: Sequence[Demand]
    summons: Sequence[Summons]
    streets: Mapping[str, str]  # login → code of the street in which somebody of a street office works
    holders: Mapping[Role, Sequence[tuple[str, str]]]  # role → (login, code of the department or nothing)
    handled: frozenset[str]  # departments that have handlers
    stages: dict[str, Limit]
    calendar: WorkCalendar


def stories(
    repertoire: Repertoire, *, at: datetime, count: int, lines: Sequence[Storyline] = STORYLINES, mark: str = MARK
) -> list[Story]:
    """Return ``count`` stories that end at ``at`` or before; never fewer than every storyline once for each holder.

    The same day, repertoire and count give the same stories at the same places, their times counted back from ``at``.
    ``mark`` begins their keys.
    """
    day = at.astimezone(repertoire.calendar.zone).date()
    random = Random(f"{day}/{mark}")
    wanted = _wanted(repertoire, lines)
    weights = [line.weight for line in lines]
    extra = random.choices(lines, weights, k=max(0, count - len(wanted)))
    wanted += [(line, "", "") for line in extra]
    lamps = {line.name: cycle(line.lamps) for line in lines}
    return [
        _told(repertoire, line, next(lamps[line.name]), person, department, at, Random(f"{day}/{mark}{number}"),
              f"{mark}{day:%Y%m%d}-{number:04}")
        for number, (line, person, department) in enumerate(wanted, start=1)
    ]  # fmt: skip


def _wanted(repertoire: Repertoire, lines: Sequence[Storyline]) -> list[tuple[Storyline, str, str]]:
    """Return every storyline once, or once for each holder of its role: (storyline, login, department)."""
    found = []
    for line in lines:
        holders = repertoire.holders[line.each] if line.each else [("", "")]
        lamps = len(set(line.lamps)) if not line.each else 1
        found += [(line, login, department) for login, department in holders for _lamp in range(lamps)]
    return found


def _told(
    repertoire: Repertoire, line: Storyline, lamp: str, person: str, department: str, at: datetime, random: Random,
    key: str,
) -> Story:  # fmt: skip
    spots = [
        spot for spot in repertoire.spots
        if (line.each != Role.GRID_WORKER or person in ("", spot.worker))
        and ("colleague" not in line.needs or spot.colleague)
        and ("supervised" not in line.needs or spot.grid.startswith(SUPERVISED))
        and spot.grid.startswith(repertoire.streets.get(person, ""))
    ]  # fmt: skip
    spot = random.choice(spots)
    demand, summons = topics(line, repertoire.demands, repertoire.summons, random)
    condition = getattr(summons or demand, "condition", "") if "case" in line.needs else ""
    matter = _matter(repertoire, line, lamp, department, spot, at, random, condition)
    limit = limit_of(matter, spot)
    limits: Mapping[str, Limit] = repertoire.stages
    if summons is not None:
        limit, limits = summons.coming, summons.limits
    elif demand is not None:
        limits = demand.limits
        limit = limit if condition else limits["reply"]
    tempo = Tempo(limit, repertoire.calendar)
    words = opened(line, random)
    if line.waits is None:
        end = ended_at(at, days=FORTNIGHT, tempo=tempo, random=random)
    else:
        end = waiting_since(at, clock=line.waits, lamp=lamp, limits=limits, tempo=tempo, random=random)
    beats = laid_out(words, end=end, tempo=tempo, random=random)
    return Story(key, line, lamp, person, matter, spot, demand, summons, tuple(beats))


def _matter(
    repertoire: Repertoire, line: Storyline, lamp: str, department: str, spot: Spot, at: datetime, random: Random,
    condition: str = "",
) -> Matter:  # fmt: skip
    """Return what it is about: within reach of the storyline, the kinds of problems spread evenly."""
    fitting = [
        matter for matter in repertoire.matters
        if (not department or matter.department == department)
        and condition in ("", matter.condition)
        and ("self" not in line.needs or matter.self_handling)
        and ("helper" not in line.needs or matter.helper)
        and ("handler" not in line.needs or matter.department in repertoire.handled)
    ]  # fmt: skip
    short = [matter for matter in fitting if limit_of(matter, spot).duration <= LONGEST]
    if any(word.arg in LONG_WORK for word in line.words):  # nobody puts off for weeks what takes an hour
        short = [matter for matter in fitting if is_a_day_or_more(limit_of(matter, spot))] or short
    elif line.waits == "handle" and lamp == YELLOW:  # a yellow lamp stays yellow for a while where the limit is a day
        short = [matter for matter in short if is_a_day_or_more(limit_of(matter, spot))] or short
    elif _comes_from_an_office(line) and not is_worked(repertoire.calendar, at):
        # Out of office hours what a department hands to the centre is urgent.
        short = [matter for matter in fitting if not limit_of(matter, spot).counts_work] or short
    by_kind = defaultdict(list)
    for matter in short or fitting:
        by_kind[matter.condition].append(matter)
    return random.choice(by_kind[random.choice(list(by_kind))])


def _comes_from_an_office(line: Storyline) -> bool:
    """Whether what waits now at the centre was worked on by a department just before."""
    return line.waits not in (None, "handle", "sign") and any(word.deed in OF_DEPARTMENTS for word in line.words)


def is_a_day_or_more(limit: Limit) -> bool:
    """Whether a limit in working time is at least a working day."""
    return limit.counts_work and limit.duration >= timedelta(hours=8)


def limit_of(matter: Matter, spot: Spot) -> Limit:
    """Return the limit for handling in that place."""
    return matter.limits.get(spot.area_class) or matter.limits[""]


def opened(line: Storyline, random: Random) -> list[Word]:
    """Return the words with the way in chosen where the storyline leaves it open."""
    found: list[Word] = []
    for word in line.words:
        if word.deed == "in":
            way = random.choices([text for text, _weight in WAYS_IN], [weight for _text, weight in WAYS_IN])[0]
            found += [Word.read(text) for text in way.split()]
        elif word.arg == "other":
            found.append(replace(word, arg=random.choice(OTHERS)) if word.deed == "report" else word)
        else:
            found.append(word)
    return found
